package scratch_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/paymentdr/paymentdr/internal/scratch"
)

const prefix = "paymentdr-scratch-test-"

func makeFolder(t *testing.T) *scratch.Folder {
	t.Helper()
	folder, err := scratch.Make(prefix)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestFoldersOfLivingProcessesStayAndDeadOnesGo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	living := makeFolder(t)
	// What a killed process leaves: a folder with something in it, and a lock file that nobody holds.
	dead := filepath.Join(os.TempDir(), prefix+"dead")
	if err := os.MkdirAll(filepath.Join(dead, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dead+".lock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other := makeFolder(t)
	if !exists(living.Path) || !exists(other.Path) || living.Path == other.Path {
		t.Errorf("folders %s and %s: both must exist", living.Path, other.Path)
	}
	if exists(dead) || exists(dead+".lock") {
		t.Error("the folder of a dead process is still there")
	}
	for _, folder := range []*scratch.Folder{living, other} {
		if err := folder.Remove(); err != nil {
			t.Error(err)
		}
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRemoveTakesTheContentToo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	folder := makeFolder(t)
	if err := os.WriteFile(filepath.Join(folder.Path, "file"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.Remove(); err != nil || exists(folder.Path) {
		t.Errorf("still there, or %v", err)
	}
}
