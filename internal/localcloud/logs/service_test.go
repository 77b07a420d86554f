package logs

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	_ lambda.Logs     = (*Service)(nil)
	_ apigateway.Logs = (*Service)(nil)
)

const payer = "/aws/lambda/payer"

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func start(t testing.TB, options Options) *Service {
	t.Helper()
	options.Region, options.Account, options.Logger = "us-east-1", "123456789012", slog.New(slog.DiscardHandler)
	if options.Now == nil {
		options.Now = func() time.Time { return noon }
	}
	s, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s
}

// messages are those of a group in memory.
func messages(s *Service, group string) []string {
	var all []string
	for _, e := range s.find(group).find(s.options.Now().UnixMilli(), func(*event) bool { return true }) {
		all = append(all, e.message)
	}
	return all
}

func read(t *testing.T, folder, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestFilesHaveEveryLine(t *testing.T) {
	folder := t.TempDir()
	s := start(t, Options{Folder: folder})
	s.Write(payer, "2026/10/01/[$LATEST]a", noon.Add(123*time.Millisecond), "START RequestId: 1")
	s.Write(payer, "2026/10/01/[$LATEST]a", noon.Add(time.Second), "panic: x\n\tat y\n")
	s.Write("/aws/apigateway/pay", "api/$default", noon, `{"status":"200"}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := "2026-10-01T12:00:00.123Z 2026/10/01/[$LATEST]a START RequestId: 1\n2026-10-01T12:00:01.000Z 2026/10/01/[$LATEST]a panic: x\n\t\tat y\n"
	if got := read(t, folder, "+aws+lambda+payer.log"); got != want {
		t.Errorf("file\n%s\nwant\n%s", got, want)
	}
	if got := read(t, folder, FileName("/aws/apigateway/pay")); got != "2026-10-01T12:00:00.000Z api/$default {\"status\":\"200\"}\n" {
		t.Errorf("file %s", got)
	}
	s.Write(payer, "a", noon, "after the end") // only in memory
	if got := messages(s, payer); len(got) != 3 {
		t.Errorf("messages %q", got)
	}
	// A Region that starts again goes on in the same file.
	again := start(t, Options{Folder: folder})
	again.Write(payer, "b", noon, "again")
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, folder, FileName(payer)); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, " b again\n") {
		t.Errorf("file %s", got)
	}
}

func TestLinesAreInTheFileAtOnce(t *testing.T) {
	folder := t.TempDir()
	s := start(t, Options{Folder: folder})
	s.Write(payer, "a", noon, "now")
	deadline := time.Now().Add(20 * time.Second)
	for {
		content, err := os.ReadFile(filepath.Join(folder, FileName(payer)))
		if err == nil && strings.HasSuffix(string(content), "a now\n") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("file %q, error %v", content, err)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestFilesRotate(t *testing.T) {
	folder := t.TempDir()
	s := start(t, Options{Folder: folder, FileSize: 1000})
	for i := range 100 {
		s.Write(payer, "a", noon, fmt.Sprintf("line %03d of many", i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	old, current := read(t, folder, FileName(payer)+".1"), read(t, folder, FileName(payer))
	if len(old) > 1000 || len(current) > 1000 || !strings.HasSuffix(current, "line 099 of many\n") {
		t.Errorf("%d and %d bytes, the end is %q", len(old), len(current), current[max(0, len(current)-40):])
	}
	lines := strings.Split(strings.TrimSpace(old+current), "\n")
	first := 100 - len(lines)
	for i, line := range lines {
		if !strings.HasSuffix(line, fmt.Sprintf("a line %03d of many", first+i)) {
			t.Fatalf("line %d of the files is %q", i, line)
		}
	}
	if err := s.DeleteGroup(payer); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{FileName(payer), FileName(payer) + ".1"} {
		if _, err := os.Stat(filepath.Join(folder, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s after deletion: %v", name, err)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	s := start(t, Options{GroupMemory: 100 * (100 + overhead)})
	for i := range 5000 {
		s.Write(payer, fmt.Sprintf("stream %d", i), noon, fmt.Sprintf("%0100d", i))
	}
	got := messages(s, payer)
	if len(got) != 100 || !strings.HasSuffix(got[0], "4900") || !strings.HasSuffix(got[99], "4999") {
		t.Errorf("%d messages from %q", len(got), got[0])
	}
	g := s.find(payer)
	if len(g.events) > 2*1000 || len(g.streams) > manyStreams+100 {
		t.Errorf("%d events and %d streams are kept", len(g.events), len(g.streams))
	}
	s.Write(payer, "large", noon, strings.Repeat("x", 1<<20))
	if got := messages(s, payer); len(got) != 1 {
		t.Errorf("%d messages after one that is larger than the memory", len(got))
	}
}

func TestAFullFileBufferLosesLinesAndSaysSo(t *testing.T) {
	g := &group{name: "g", streams: map[string]*stream{}, memory: 1 << 20, toFile: true}
	line := strings.Repeat("x", 1<<20)
	for range 10 {
		g.write("s", 0, 0, line)
	}
	if size := len(g.takePending(nil)); size < maximumPending || size > maximumPending+2<<20 {
		t.Errorf("%d bytes were kept for the file", size)
	}
	g.write("s", 0, 0, "goes on")
	want := "1970-01-01T00:00:00.000Z - 6 lines are not in this file: it was too slow\n1970-01-01T00:00:00.000Z s goes on\n"
	if got := string(g.takePending(nil)); got != want {
		t.Errorf("file gets %q, want %q", got, want)
	}
}

func TestRetention(t *testing.T) {
	now := noon
	s := start(t, Options{Now: func() time.Time { return now }})
	if err := s.PutGroup(Group{Name: payer, RetentionInDays: 1}); err != nil {
		t.Fatal(err)
	}
	s.Write(payer, "a", now, "old")
	now = noon.Add(25 * time.Hour)
	s.Write(payer, "a", now, "new")
	if got := messages(s, payer); len(got) != 1 || got[0] != "new" {
		t.Errorf("messages %q", got)
	}
	if err := s.PutGroup(Group{Name: payer}); err != nil {
		t.Fatal(err)
	}
	if got := messages(s, payer); len(got) != 2 {
		t.Errorf("without retention: messages %q", got)
	}
}

func TestGroups(t *testing.T) {
	s := start(t, Options{})
	for _, bad := range []Group{{Name: "a b"}, {Name: ""}, {Name: "a", RetentionInDays: 2}} {
		if err := s.PutGroup(bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	for range 2 {
		if err := s.PutGroup(Group{Name: "b", RetentionInDays: 365, KMSKeyID: "key"}); err != nil {
			t.Fatal(err)
		}
	}
	s.Write("a", "s", noon, "x")
	if got := s.Groups(); len(got) != 2 || got[0].Name != "a" || got[1].RetentionInDays != 365 {
		t.Errorf("groups %+v", got)
	}
	if err := s.DeleteGroup("b"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteGroup("b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if name := FileName("/../../etc/x"); strings.ContainsRune(name, '/') {
		t.Errorf("file %s leaves the folder", name)
	}
}

// TestManyWriters keeps the order of each stream, in memory and in files.
func TestManyWriters(t *testing.T) {
	const writers, lines = 8, 2000
	folder := t.TempDir()
	s := start(t, Options{Folder: folder, FileSize: 1 << 30})
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range lines {
				s.Write(payer, fmt.Sprintf("s%d", w), noon, fmt.Sprint(i))
			}
		})
	}
	group.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	for line := range strings.Lines(read(t, folder, FileName(payer))) {
		fields := strings.Fields(line)
		if fields[2] != fmt.Sprint(next[fields[1]]) {
			t.Fatalf("line %q, want %d", line, next[fields[1]])
		}
		next[fields[1]]++
	}
	for w := range writers {
		if got := next[fmt.Sprintf("s%d", w)]; got != lines {
			t.Errorf("stream %d has %d lines", w, got)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	s := start(b, Options{Folder: b.TempDir()})
	line := strings.Repeat("x", 300)
	b.ReportAllocs()
	for range b.N {
		s.Write(payer, "2026/10/01/[$LATEST]0123456789abcdef", noon, line)
	}
}
