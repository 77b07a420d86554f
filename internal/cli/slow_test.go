package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/enginetest"
)

// slowResource is a resource whose creation says that it began and ends when it is told to.
type slowResource struct{ began, end string }

func newSlowResource(t *testing.T) slowResource {
	folder := t.TempDir()
	return slowResource{began: filepath.Join(folder, "began"), end: filepath.Join(folder, "end")}
}

func (s slowResource) configuration() string {
	command := fmt.Sprintf("touch '%s'; while [ ! -e '%s' ]; do sleep 0.1; done", s.began, s.end)
	return fmt.Sprintf("resource \"terraform_data\" \"slow\" {\n  provisioner \"local-exec\" {\n    command = %q\n  }\n}\n", command)
}

// awaitStart returns when the engine is at work on the resource, or ctx ends.
func (s slowResource) awaitStart(ctx context.Context) {
	for {
		if _, err := os.Stat(s.began); err == nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s slowResource) finish(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(s.end, nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// holdLock starts a second, real run of the engine that holds the lock of a state until release is called.
func holdLock(t *testing.T, tested *enginetest.Engine, state string) (release func()) {
	t.Helper()
	slow, folder := newSlowResource(t), t.TempDir()
	content := fmt.Sprintf("terraform {\n  backend \"local\" {\n    path = %q\n  }\n}\n%s", state, slow.configuration())
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := tested.Init(folder); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(enginetest.Tofu(t), "apply", "-auto-approve", "-input=false", "-no-color")
	command.Dir = folder
	for name, value := range tested.Environment(folder) {
		command.Env = append(command.Env, name+"="+value)
	}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	released := false
	release = func() {
		if released {
			return
		}
		released = true
		slow.finish(t)
		if err := <-ended; err != nil {
			t.Errorf("the run that held the lock: %v\n%s", err, output.String())
		}
	}
	t.Cleanup(release)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	slow.awaitStart(ctx)
	if ctx.Err() != nil {
		t.Fatal("the run that should hold the lock did not start")
	}
	return release
}
