package runtimetest

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/lambdazip"
)

// Bootstrap builds a function's zip file for this machine and unpacks it; it returns the path of the program in it.
func Bootstrap(t testing.TB, function, folder string) string {
	t.Helper()
	module, err := lambdazip.FindModule(".")
	if err != nil {
		t.Fatal(err)
	}
	packed, err := lambdazip.Builder{Module: module, Architecture: runtime.GOARCH}.Build(t.Context(), function)
	if err != nil {
		t.Fatal(err)
	}
	program, err := unpack(packed, filepath.Join(folder, function))
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func unpack(packed []byte, folder string) (string, error) {
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return "", fmt.Errorf("open zip: %w", err)
	}
	entry, err := archive.Open("bootstrap")
	if err != nil {
		return "", fmt.Errorf("open zip: %w", err)
	}
	content, err := io.ReadAll(entry)
	if err != nil {
		return "", fmt.Errorf("read zip: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("unpack zip: %w", err)
	}
	path := filepath.Join(folder, "bootstrap")
	if err := os.WriteFile(path, content, 0o755); err != nil {
		return "", fmt.Errorf("unpack zip: %w", err)
	}
	return path, nil
}

// Function is a running process.
type Function struct {
	api     *api
	server  *httptest.Server
	command *exec.Cmd
	// output is a file, not a pipe: what the process wrote before it answered is there when the answer is.
	output  *os.File
	started time.Time
	exited  chan struct{} // closed after the process ended
	exit    error         // how; read it after exited is closed
}

// Start starts a program with exactly this environment, beside what Lambda itself sets. It ends with the test.
func Start(t testing.TB, program string, environment map[string]string) *Function {
	t.Helper()
	f := &Function{api: newAPI(), exited: make(chan struct{})}
	f.server = httptest.NewServer(f.api)
	f.command = exec.Command(program)
	f.command.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(f.server.URL, "http://"),
		"AWS_LAMBDA_FUNCTION_NAME=test", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "PATH=/usr/bin:/bin", "TZ=:UTC",
	}
	for name, value := range environment {
		f.command.Env = append(f.command.Env, name+"="+value)
	}
	var err error
	if f.output, err = os.CreateTemp(t.TempDir(), "output-*"); err != nil {
		f.server.Close()
		t.Fatal(err)
	}
	f.command.Stdout, f.command.Stderr = f.output, f.output
	f.started = time.Now()
	if err := f.command.Start(); err != nil {
		f.server.Close()
		t.Fatal(err)
	}
	go func() {
		f.exit = f.command.Wait()
		close(f.exited)
	}()
	t.Cleanup(f.Stop)
	return f
}

// Stop kills the process, as Lambda ends an environment. It is safe to call twice.
func (f *Function) Stop() {
	select {
	case <-f.api.closed:
		return
	default:
	}
	close(f.api.closed)
	// An error says that it ended by itself.
	_ = f.command.Process.Kill()
	<-f.exited
	_ = f.output.Close()
	f.server.CloseClientConnections()
	f.server.Close()
}

// FirstPoll waits until the process asks for its first event, and returns how long that took from its start.
func (f *Function) FirstPoll(ctx context.Context) (time.Duration, error) {
	select {
	case <-f.api.firstPoll:
		f.api.mutex.Lock()
		defer f.api.mutex.Unlock()
		return f.api.polled.Sub(f.started), nil
	case <-f.exited:
		return 0, fmt.Errorf("it ended before it polled: %w\n%s", f.exit, f.Output())
	case <-ctx.Done():
		return 0, fmt.Errorf("wait for the first poll: %w\n%s", ctx.Err(), f.Output())
	}
}

// Invoke sends an event and returns the answer; what the function reported is a *Failure. The context's deadline is the
// invocation's.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	payload, err := f.api.invoke(ctx, event, f.exited)
	if err != nil {
		return nil, fmt.Errorf("invoke: %w", err)
	}
	return payload, nil
}

// Exit waits until the process ends by itself, and returns its exit code and what it reported to init/error, if it did.
func (f *Function) Exit(ctx context.Context) (code int, reported *Failure, err error) {
	select {
	case <-f.exited:
		f.api.mutex.Lock()
		defer f.api.mutex.Unlock()
		return f.command.ProcessState.ExitCode(), f.api.initError, nil
	case <-ctx.Done():
		return 0, nil, fmt.Errorf("wait for the end: %w\n%s", ctx.Err(), f.Output())
	}
}

// Output is what the process wrote so far; Lambda ships it to CloudWatch Logs.
func (f *Function) Output() string {
	content, err := os.ReadFile(f.output.Name())
	if err != nil {
		return "output cannot be read: " + err.Error()
	}
	return string(content)
}
