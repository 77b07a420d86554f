package secretsmanager

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func httptestServer(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// copyOf is a folder as a kill -9 at this moment leaves it: with what is on the disk, and no goodbye.
func copyOf(t *testing.T, folder string) string {
	t.Helper()
	target := t.TempDir()
	if err := os.CopyFS(target, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return target
}

func TestFoundAgainAfterAKill(t *testing.T) {
	folder := t.TempDir()
	s := start(t, Options{Folder: folder, Rotate: (&lambda{lazy: true}).rotate})
	arn := must[string](t)(s.Put(t.Context(), Secret{Name: "a/b", Description: "d", Tags: map[string]string{"k": "v"}, RecoveryDays: 7}))
	must[string](t)(s.PutValue(t.Context(), arn, Value{String: "one"}))
	must[string](t)(s.PutValue(t.Context(), arn, Value{Binary: []byte{0, 255}}))
	must[string](t)(s.Put(t.Context(), Secret{Name: "gone"}))
	if err := s.Delete(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	want := s.describe(must[*record](t)(s.find(arn)))

	again := start(t, Options{Folder: copyOf(t, folder)})
	got, err := again.GetValue(t.Context(), "a/b", "")
	if err != nil || string(got.Binary) != "\x00\xff" || value(t, again, arn, "AWSPREVIOUS") != "one" {
		t.Errorf("%+v, %v", got, err)
	}
	if found := again.describe(must[*record](t)(again.find(arn))); found.ARN != want.ARN || found.Description != "d" || found.Tags[0] != want.Tags[0] ||
		!time.Time(*found.CreatedDate).Equal(time.Time(*want.CreatedDate)) {
		t.Errorf("%+v, want %+v", found, want)
	}
	_, err = again.find("gone")
	refused(t, "a deleted secret", err, "ResourceNotFoundException", "")
	// The same resources again change nothing.
	must[string](t)(again.Put(t.Context(), Secret{Name: "a/b", Description: "d", Tags: map[string]string{"k": "v"}, RecoveryDays: 7}))
	must[string](t)(again.PutValue(t.Context(), arn, Value{String: "one"}))
	if got := must[Value](t)(again.GetValue(t.Context(), arn, "")); string(got.Binary) != "\x00\xff" {
		t.Errorf("the value went back to %+v", got)
	}
}

func TestFilesAreForThisUserOnly(t *testing.T) {
	folder := t.TempDir()
	s := start(t, Options{Folder: folder})
	must[string](t)(s.Put(t.Context(), Secret{Name: "a"}))
	must[string](t)(s.PutValue(t.Context(), "a", Value{String: "one"}))
	files := 0
	err := filepath.WalkDir(filepath.Join(folder, "secrets"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", path, mode)
		}
		if !entry.IsDir() {
			files++
		}
		return nil
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestUnfinishedAndForeignFiles: what a kill left half written never counted; what nobody wrote here is not guessed at.
func TestUnfinishedAndForeignFiles(t *testing.T) {
	folder := t.TempDir()
	first := start(t, Options{Folder: folder})
	must[string](t)(first.Put(t.Context(), Secret{Name: "a"}))
	half := filepath.Join(folder, "secrets", "x"+recordSuffix+temporarySuffix)
	if err := os.WriteFile(half, []byte(`{"ARN":"arn:`), 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{Folder: folder})
	must[*record](t)(again.find("a"))
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "secrets", "x.json"), []byte(`hunter2`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Region: "us-east-1", Account: account, Folder: folder}); err == nil || !strings.Contains(err.Error(), "x.json") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

// TestDiskThatRefuses: a change that is not stored does not count.
func TestDiskThatRefuses(t *testing.T) {
	folder := t.TempDir()
	s := start(t, Options{Folder: folder})
	must[string](t)(s.Put(t.Context(), Secret{Name: "a"}))
	must[string](t)(s.PutValue(t.Context(), "a", Value{String: "one"}))
	if value(t, s, "a", "") != "one" {
		t.Fatal("no value")
	}
	if err := os.Rename(filepath.Join(folder, "secrets"), filepath.Join(folder, "away")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PutValue(t.Context(), "a", Value{String: "two"}); err == nil {
		t.Fatal("a value was taken that is nowhere")
	}
	if got := value(t, s, "a", ""); got != "one" {
		t.Errorf("the value is %s", got)
	}
}

// kill ends the east, mends its link, and returns what is left on its disk.
func (p *pair) kill(t *testing.T, folder string) string {
	t.Helper()
	killed := copyOf(t, folder)
	if err := p.east.Close(); err != nil {
		t.Fatal(err)
	}
	p.toWest.mend()
	return killed
}

// TestKilledPrimarySendsAgain: nobody knows what the replica got; afterwards both agree.
func TestKilledPrimarySendsAgain(t *testing.T) {
	folder := t.TempDir()
	p := startPair(t, Options{Folder: folder}, Options{})
	arn := p.replicated(t)
	p.toWest.cut(errors.New("cut"))
	must[string](t)(p.east.PutValue(t.Context(), arn, Value{String: "one"}))
	eventually(t, "the link is known to be cut", func() bool { _, message := status(t, p.east, arn); return message == "cut" })
	killed := p.kill(t, folder)
	p.east = start(t, Options{Folder: killed, Replicate: p.toWest.send})
	p.inSync(t, arn)
	if got := value(t, p.west, "s", ""); got != "one" {
		t.Errorf("the replica has %s", got)
	}
}

// TestKilledRemovalGoesOn: a replica whose primary is gone is still removed.
func TestKilledRemovalGoesOn(t *testing.T) {
	folder := t.TempDir()
	p := startPair(t, Options{Folder: folder}, Options{})
	arn := p.replicated(t)
	p.toWest.cut(errors.New("cut"))
	if err := p.east.Delete(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	killed := p.kill(t, folder)
	for _, entry := range must[[]os.DirEntry](t)(os.ReadDir(filepath.Join(killed, "secrets"))) {
		if content := must[[]byte](t)(os.ReadFile(filepath.Join(killed, "secrets", entry.Name()))); strings.Contains(string(content), "zero") {
			t.Errorf("a deleted secret's value is still in %s", content)
		}
	}
	start(t, Options{Folder: killed, Replicate: p.toWest.send})
	eventually(t, "the replica is gone", func() bool { _, err := p.west.find("s"); return err != nil })
	eventually(t, "and its file, too", func() bool {
		left, err := os.ReadDir(filepath.Join(killed, "secrets"))
		return err == nil && len(left) == 0
	})
}

// TestKilledRotationGoesOn from its first step, with the same version.
func TestKilledRotationGoesOn(t *testing.T) {
	folder := t.TempDir()
	hold := make(chan struct{})
	stuck := &lambda{fail: func(step string, _ int) error {
		if step == "setSecret" {
			<-hold
			return errors.New("killed")
		}
		return nil
	}}
	s := start(t, Options{Folder: folder, Rotate: stuck.rotate})
	stuck.service = s
	must[string](t)(s.Put(t.Context(), Secret{Name: "s"}))
	must[string](t)(s.PutValue(t.Context(), "s", Value{String: "zero"}))
	token := newID()
	must[any](t)(s.rotateSecret(t.Context(), &rotateInput{SecretId: "s", ClientRequestToken: token, RotationLambdaARN: function}))
	eventually(t, "it is at setSecret", func() bool { return strings.HasSuffix(stuck.steps(), "setSecret") })
	killed := copyOf(t, folder)
	close(hold)

	l := &lambda{}
	ready := make(chan struct{})
	again := start(t, Options{Folder: killed, Rotate: func(ctx context.Context, arn string, content []byte) error {
		<-ready // the function needs the service
		return l.rotate(ctx, arn, content)
	}})
	l.service = again
	close(ready)
	eventually(t, "it has rotated", func() bool { return value(t, again, "s", "") == "made for "+token })
	if l.steps() != allSteps && !strings.HasPrefix(allSteps, l.steps()) {
		t.Errorf("steps %s", l.steps())
	}
}
