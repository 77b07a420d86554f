package receipt

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func asked(id string) Receipt {
	return Receipt{Kind: Asked, Payer: "dns-1", PayerKind: DNS, Due: noon, Payment: Payment{ID: id, Amount: "12.50", MinorUnits: 1250, Currency: "USD"}}
}

func answered(id string, outcome Outcome) Receipt {
	one := asked(id)
	one.Kind, one.Try, one.Sent, one.Ended = Answered, 1, noon, noon.Add(40*time.Millisecond)
	one.Answer = Answer{Outcome: outcome, Status: 200, Region: "us-east-1", TransactionID: "t-" + id, Requests: 1}
	return one
}

func create(t *testing.T) (*Writer, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "receipts.jsonl")
	writer, err := Create(path, Header{Run: "r1", Seed: 7, Began: noon})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = writer.Close() })
	return writer, path
}

func TestReceiptsAreReadAsTheyWereWritten(t *testing.T) {
	defer goleak.VerifyNone(t)
	writer, path := create(t)
	want := []Receipt{asked("p1"), answered("p1", Unknown), answered("p1", Success)}
	want[2].Said = &Payment{ID: "p1", Amount: "9.99"}
	for i, one := range want {
		if err := writer.Append(one); err != nil {
			t.Fatal(err)
		}
		// What was appended is in the file before the writer is closed or synced.
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Receipts) != i+1 || !reflect.DeepEqual(got.Receipts[i], one) {
			t.Fatalf("after %d appends the file has %+v", i+1, got.Receipts)
		}
		if got.Header.Run != "r1" || got.Header.Seed != 7 || !got.Header.Began.Equal(noon) || got.Torn != nil {
			t.Errorf("header %+v, torn %v", got.Header, got.Torn)
		}
	}
	for range 2 {
		if err := writer.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := writer.Append(want[0]); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	if _, err := Create(path, Header{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("create over evidence: %v", err)
	}
}

func TestManyPayersWriteWholeLines(t *testing.T) {
	writer, path := create(t)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 200 {
				if err := writer.Append(answered("p1", Success)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	got, err := Read(path)
	if err != nil || len(got.Receipts) != 3200 {
		t.Errorf("%d receipts, error %v", len(got.Receipts), err)
	}
}

func TestATornLastLineIsReportedAndNotCounted(t *testing.T) {
	writer, path := create(t)
	if err := writer.Append(answered("p1", Success)); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	for cut := 1; cut < len(lines[1]); cut++ {
		if err := os.WriteFile(path, []byte(string(whole)+lines[1][:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil || len(got.Receipts) != 1 || got.Torn == nil || *got.Torn != (Torn{Line: 3, Bytes: cut}) {
			t.Fatalf("cut after %d bytes: %d receipts, torn %v, error %v", cut, len(got.Receipts), got.Torn, err)
		}
	}
}

func TestWhatNoWriterWroteIsRefused(t *testing.T) {
	head := `{"schema":1,"run":"r1"}` + "\n"
	tests := map[string]struct{ content, want string }{
		"nothing":             {"", "no header"},
		"a torn header":       {head[:10], "no header"},
		"another schema":      {`{"schema":2}` + "\n", "schema is 2"},
		"torn in the middle":  {head + `{"kind":"as` + "\n" + `{"kind":"asked"}` + "\n", "line 2"},
		"no such kind":        {head + `{"kind":"guessed","paymentId":"p1","payer":"a","due":"2026-11-23T12:00:00Z"}` + "\n", "kind is"},
		"no such outcome":     {head + `{"kind":"answered","outcome":"fine","paymentId":"p1","payer":"a","due":"2026-11-23T12:00:00Z"}` + "\n", "outcome is"},
		"ended before sent":   {head + `{"kind":"answered","outcome":"success","sent":"2026-11-23T12:00:01Z","ended":"2026-11-23T12:00:00Z"}` + "\n", "was sent at"},
		"without payment id":  {head + `{"kind":"asked","payer":"a","due":"2026-11-23T12:00:00Z"}` + "\n", "missing"},
		"a success, no times": {head + `{"kind":"answered","outcome":"success","paymentId":"p1"}` + "\n", "was sent at"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "receipts.jsonl")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(path); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// disk is a file that fails.
type disk struct {
	content       strings.Builder
	full, badSync bool
}

func (d *disk) Write(line []byte) (int, error) {
	if d.full {
		d.content.Write(line[:len(line)/2])
		return len(line) / 2, errors.New("no space left")
	}
	return d.content.Write(line)
}

func (d *disk) Sync() error {
	if d.badSync {
		return errors.New("input/output error")
	}
	return nil
}

func (d *disk) Close() error { return nil }

func TestAfterAFailedWriteNothingIsAppended(t *testing.T) {
	to := &disk{}
	writer, err := start(to, Header{})
	if err != nil {
		t.Fatal(err)
	}
	to.full = true
	if err := writer.Append(asked("p1")); err == nil {
		t.Error("a receipt was appended to a full disk")
	}
	to.full = false
	if err := writer.Append(asked("p2")); err == nil || strings.Contains(to.content.String(), "p2") {
		t.Errorf("a line was written behind a torn one: %v", err)
	}
	if err := writer.Close(); err == nil {
		t.Error("close does not tell of the failure")
	}
}

func TestAFailedSyncIsTold(t *testing.T) {
	to := &disk{badSync: true}
	writer, err := start(to, Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err == nil {
		t.Error("close does not tell that the receipts may not be on the disk")
	}
}
