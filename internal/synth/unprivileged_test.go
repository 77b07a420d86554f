//go:build linux

package synth

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// childVariable holds the folder that the test's own binary, run again as another user, is to write into.
const childVariable = "PAYMENTDR_SYNTH_TEST_FOLDER"

// TestMain is the child where the variable is set: it writes and says how that went.
func TestMain(m *testing.M) {
	folder := os.Getenv(childVariable)
	if folder == "" {
		os.Exit(m.Run())
	}
	if _, err := Write(folder, first.files(), Options{}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// nobody has no rights anywhere; root needs this user because root may write everywhere.
const nobody = 65534

func TestWriteUnwritable(t *testing.T) {
	tests := map[string]struct {
		prepare func(t *testing.T, parent string) (folder string)
		want    string
	}{
		"the parent": {
			prepare: func(_ *testing.T, parent string) string { return filepath.Join(parent, "out") },
			want:    "create output folder",
		},
		"an empty folder": {
			prepare: func(t *testing.T, parent string) string {
				folder := filepath.Join(parent, "out")
				if err := os.Mkdir(folder, 0o755); err != nil {
					t.Fatal(err)
				}
				return folder
			},
			want: "lock output folder",
		},
		"a folder of another's": {
			prepare: func(t *testing.T, parent string) string {
				folder := filepath.Join(parent, "out")
				mustWrite(t, folder, second, Options{})
				return folder
			},
			want: "lock output folder",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			parent := openTempDir(t)
			folder := test.prepare(t, parent)
			lockDown(t, parent, folder)
			before := readTree(t, parent)
			output, err := runUnprivileged(t, folder)
			if err == nil {
				t.Fatal("writing went well")
			}
			for _, want := range []string{test.want, "permission denied"} {
				if !strings.Contains(output, want) {
					t.Errorf("the error does not say %q: %s", want, output)
				}
			}
			sameTree(t, "after", readTree(t, parent), before)
		})
	}
}

// openTempDir is a folder that other users can reach, which t.TempDir is not when root's umask or /tmp forbid it.
func openTempDir(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "paymentdr-unwritable-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.Chmod(folder, 0o755) // so that it can be removed
		_ = os.Chmod(filepath.Join(folder, "out"), 0o755)
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

func lockDown(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		if err := os.Chmod(folder, 0o555); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// runUnprivileged runs this test's binary as a user who may not write there.
func runUnprivileged(t *testing.T, folder string) (string, error) {
	t.Helper()
	binary := copyOfThisTest(t)
	command := exec.Command(binary)
	command.Env = []string{childVariable + "=" + folder}
	command.Dir = "/"
	if os.Geteuid() == 0 {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}

// copyOfThisTest is this binary where every user may run it.
func copyOfThisTest(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(openTempDir(t), "synth.test")
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
