package statefolder_test

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

// TestMain is also the program that holds a folder until it is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("HOLD_FOLDER"); path != "" {
		if _, err := statefolder.Take(path, "test"); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("held\n")
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

func short(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("", "sf")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(root); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(root, "cloud")
}

func left(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestRemoveLeavesNothing(t *testing.T) {
	path := short(t)
	folder, err := statefolder.Take(path, "test")
	if err != nil {
		t.Fatal(err)
	}
	if mark, err := statefolder.Read(path); err != nil || mark.Name != "test" || mark.Version != statefolder.Version {
		t.Fatalf("mark %+v, error %v", mark, err)
	}
	for range 2 {
		if err := folder.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	if names := left(t, path); len(names) > 0 {
		t.Fatalf("left: %v", names)
	}
}

func TestKilledHolderLeavesNothing(t *testing.T) {
	path := short(t)
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), "HOLD_FOLDER="+path)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("read %q: %v", line, err)
	}
	var refusal *statefolder.RefusedError
	if _, err := statefolder.Take(path, "test"); !errors.As(err, &refusal) || !strings.Contains(err.Error(), "in use") {
		t.Fatalf("took a folder that another process holds: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(path, "much", "more"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // killed, as meant
	// The next one waits until the rest is removed, so that what it makes is not removed as well.
	next, err := statefolder.Take(path, "next")
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // more than a janitor needs that goes on
	if mark, err := statefolder.Read(path); err != nil || mark.Name != "next" {
		t.Fatalf("mark %+v, error %v", mark, err)
	}
	if statefolder.Gone(path) {
		t.Error("gone while it is held")
	}
	if err := next.Remove(); err != nil || !statefolder.Gone(path) {
		t.Errorf("error %v, gone %t", err, statefolder.Gone(path))
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		names := left(t, path)
		if len(names) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left: %v", names)
		}
	}
}

func TestFoldersThatAreRefusedStayAsTheyAre(t *testing.T) {
	for _, test := range []struct {
		name, file, content, want string
	}{
		{"another version", "cloud.json", `{"version": 99, "name": "test"}`, "is of version 99, this program makes version"},
		{"a damaged mark", "cloud.json", `{"version": `, "damaged"},
		{"other files", "thesis.txt", "mine", "holds other files"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := short(t)
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(path, test.file)
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := statefolder.Take(path, "test")
			var refusal *statefolder.RefusedError
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %q and the path", err, test.want)
			}
			if content, err := os.ReadFile(file); err != nil || string(content) != test.content {
				t.Errorf("the file is now %q: %v", content, err)
			}
		})
	}
}

func TestRemainsOfACrashAreTakenOver(t *testing.T) {
	path := short(t)
	if err := os.MkdirAll(filepath.Join(path, "old"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "cloud.json"), []byte(`{"version": 1, "name": "test", "pid": 1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := statefolder.Take(path, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Remove()
	if _, err := os.Stat(filepath.Join(path, "old")); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("old files are still there: %v", err)
	}
}

func TestNamesAndPaths(t *testing.T) {
	for _, bad := range []string{"", "Big", "a/b", "..", strings.Repeat("a", 21)} {
		if path, err := statefolder.Path(bad, ""); err == nil {
			t.Errorf("name %q was accepted as %s", bad, path)
		}
	}
	if path, err := statefolder.Path("two", ""); err != nil || filepath.Base(path) != "two" {
		t.Errorf("path %q, error %v", path, err)
	}
	if _, err := statefolder.Path("two", "/"+strings.Repeat("long/", 20)); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("a path too long for sockets: error %v", err)
	}
}
