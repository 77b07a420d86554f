package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// patience bounds everything that is waited for.
const patience = 2 * time.Minute

// program and files are built once: the command line, and the system's files for this machine's processor.
var program, files string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "paymentdr-command-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := 1
	if err := build(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func build(folder string) error {
	program, files = filepath.Join(folder, "paymentdr"), filepath.Join(folder, "files")
	for _, arguments := range [][]string{
		{"go", "build", "-o", program, "."},
		{program, "synth", "--set", "compute.architecture=" + runtime.GOARCH, "--out", files},
	} {
		if output, err := exec.Command(arguments[0], arguments[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", arguments, err, output)
		}
	}
	return nil
}

// cloud is a local cloud of the test's own, with its folder.
type cloud struct {
	t            *testing.T
	name, folder string
	// before is what commands run under: nothing, or a shell that sets a limit.
	before []string
}

// clouds counts those that were made.
var clouds atomic.Int64

func newCloud(t *testing.T) cloud {
	// Sockets allow no long path, and the database's user must come through.
	parent, err := os.MkdirTemp("", "pd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	if err := os.Chmod(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	c := cloud{t: t, name: fmt.Sprintf("t%d-%d", os.Getpid(), clouds.Add(1)), folder: filepath.Join(parent, "c")}
	t.Cleanup(func() {
		_, _ = c.run(context.Background(), "local", "down") // when the test failed
	})
	return c
}

// result is what a command said.
type result struct {
	code           int
	stdout, stderr string
}

// command is the program with the options that lead to the cloud.
func (c cloud) command(ctx context.Context, arguments ...string) *exec.Cmd {
	all := append(append([]string{}, c.before...), program)
	all = append(append(all, arguments...), "--name", c.name, "--out", c.folder)
	return exec.CommandContext(ctx, all[0], all[1:]...)
}

func (c cloud) run(ctx context.Context, arguments ...string) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	command := c.command(ctx, arguments...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return result{}, err
	}
	return result{command.ProcessState.ExitCode(), stdout.String(), stderr.String()}, nil
}

// says runs a command that must end with the code and say the words.
func (c cloud) says(code int, words string, arguments ...string) string {
	c.t.Helper()
	got, err := c.run(c.t.Context(), arguments...)
	if err != nil {
		c.t.Fatal(err)
	}
	if got.code != code || !strings.Contains(got.stdout+got.stderr, words) {
		c.t.Fatalf("paymentdr %s: code %d, want %d and %q:\n%s%s", strings.Join(arguments, " "), got.code, code, words, got.stdout, got.stderr)
	}
	return got.stdout
}

// up starts the cloud and returns its status.
func (c cloud) up() control.Status {
	c.t.Helper()
	var status control.Status
	if err := json.Unmarshal([]byte(c.says(0, "", "local", "up", "--files", files, "--output", "json")), &status); err != nil {
		c.t.Fatal(err)
	}
	return status
}

// gone checks that nothing of the cloud is left: no process, no file, no listener.
func (c cloud) gone() {
	c.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		left := c.left()
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("left behind:\n%s", strings.Join(left, "\n"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// left are the processes that have to do with the cloud's folder, and its files.
func (c cloud) left() []string {
	var found []string
	for _, path := range []string{c.folder, c.folder + ".lock"} {
		if _, err := os.Lstat(path); err == nil {
			found = append(found, path)
		}
	}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range processes {
		commandLine, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		concerned := bytes.Contains(commandLine, []byte(c.folder))
		links, _ := filepath.Glob(filepath.Join(process, "fd", "*"))
		for _, link := range append(links, filepath.Join(process, "exe"), filepath.Join(process, "cwd")) {
			target, _ := os.Readlink(link)
			concerned = concerned || strings.HasPrefix(target, c.folder)
		}
		if concerned {
			found = append(found, filepath.Base(process)+" "+strings.ReplaceAll(string(commandLine), "\x00", " "))
		}
	}
	return found
}
