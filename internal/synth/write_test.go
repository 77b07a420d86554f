package synth

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gofrs/flock"
)

// tree is paths and contents below a folder.
type tree map[string]string

func (t tree) files() map[string][]byte {
	files := map[string][]byte{}
	for name, content := range t {
		files[name] = []byte(content)
	}
	return files
}

// readTree is all that is below a folder, but for the manifest.
func readTree(t *testing.T, folder string) tree {
	t.Helper()
	found := tree{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if name != ManifestFile {
			found[filepath.ToSlash(name)] = string(content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func put(t *testing.T, folder, name, content string) {
	t.Helper()
	path := place(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mustWrite(t *testing.T, folder string, files tree, options Options) Result {
	t.Helper()
	result, err := Write(folder, files.files(), options)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func sameTree(t *testing.T, what string, got, want tree) {
	t.Helper()
	if !maps.Equal(got, want) {
		t.Errorf("%s: the folder holds %v, want %v", what, got, want)
	}
}

// Two generations: one file stays, one changes, one goes (with its folder), one comes.
var (
	first  = tree{"global/main.tf": "1", "global/same.tf": "=", "old/gone.tf": "1"}
	second = tree{"global/main.tf": "2", "global/same.tf": "=", "link/new.tf": "2"}
)

func TestWriteNewFolder(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T) string{
		"no folder":    func(t *testing.T) string { return filepath.Join(t.TempDir(), "deep", "out") },
		"empty folder": func(t *testing.T) string { return t.TempDir() },
	} {
		t.Run(name, func(t *testing.T) {
			folder := prepare(t)
			result := mustWrite(t, folder, first, Options{})
			if want := []string{"global/main.tf", "global/same.tf", "old/gone.tf"}; !slices.Equal(result.Written, want) {
				t.Errorf("written %v, want %v", result.Written, want)
			}
			sameTree(t, "after", readTree(t, folder), first)
			if beside, err := os.ReadDir(filepath.Dir(folder)); err != nil || len(beside) != 1 {
				t.Errorf("beside the folder: %v, %v", beside, err)
			}
		})
	}
}

func TestWriteAgain(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	mustWrite(t, folder, first, Options{})
	// What the engine and people put there is not ours.
	others := tree{
		"state/global.tfstate": "{}", "global/.terraform/x": "p", "global/.terraform.lock.hcl": "l", "global/mine.tf": "m", "old/mine.txt": "m",
	}
	for name, content := range others {
		put(t, folder, name, content)
	}
	result := mustWrite(t, folder, second, Options{})
	if !slices.Equal(result.Written, []string{"global/main.tf", "link/new.tf"}) || !slices.Equal(result.Unchanged, []string{"global/same.tf"}) ||
		!slices.Equal(result.Removed, []string{"old/gone.tf"}) {
		t.Errorf("result %+v", result)
	}
	want := maps.Clone(others)
	maps.Copy(want, second)
	sameTree(t, "after the second", readTree(t, folder), want)

	again := mustWrite(t, folder, second, Options{})
	if len(again.Written)+len(again.Removed) != 0 || len(again.Unchanged) != 3 {
		t.Errorf("the same again: %+v", again)
	}
	if err := os.Remove(place(folder, "old/mine.txt")); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, folder, first, Options{})
	mustWrite(t, folder, second, Options{})
	if _, err := os.Stat(place(folder, "old")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of a removed file is still there: %v", err)
	}
}

func TestWriteRefused(t *testing.T) {
	tests := map[string]struct {
		prepare func(t *testing.T, folder string)
		options Options
		want    string
	}{
		"a foreign folder": {
			prepare: func(t *testing.T, folder string) {
				if err := os.Remove(filepath.Join(folder, ManifestFile)); err != nil {
					t.Fatal(err)
				}
			},
			want: "it is not empty and was not made by paymentdr (no .paymentdr.json)",
		},
		"a foreign folder, forced": {
			prepare: func(t *testing.T, folder string) {
				if err := os.Remove(filepath.Join(folder, ManifestFile)); err != nil {
					t.Fatal(err)
				}
			},
			options: Options{Force: true}, want: "it is not empty and was not made by paymentdr",
		},
		"a file changed by hand": {
			prepare: func(t *testing.T, folder string) { put(t, folder, "global/main.tf", "mine") },
			want:    "changed by hand since they were generated: global/main.tf",
		},
		"a file that would be removed, changed by hand": {
			prepare: func(t *testing.T, folder string) { put(t, folder, "old/gone.tf", "mine") },
			want:    "changed by hand since they were generated: old/gone.tf",
		},
		"a foreign file in the way": {
			prepare: func(t *testing.T, folder string) { put(t, folder, "link/new.tf", "mine") },
			want:    "not written by paymentdr but in the way: link/new.tf",
		},
		"a foreign file in the way, forced": {
			prepare: func(t *testing.T, folder string) { put(t, folder, "link/new.tf", "mine") },
			options: Options{Force: true}, want: "not written by paymentdr but in the way: link/new.tf",
		},
		"all at once": {
			prepare: func(t *testing.T, folder string) {
				put(t, folder, "global/main.tf", "mine")
				put(t, folder, "link/new.tf", "mine")
			},
			want: "(move the change into the configuration, or use --force to lose it); not written by paymentdr",
		},
		"a manifest of the future": {
			prepare: func(t *testing.T, folder string) { put(t, folder, ManifestFile, `{"format": 2}`) },
			want:    ".paymentdr.json has format 2, this program writes format 1",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "out")
			mustWrite(t, folder, first, Options{})
			test.prepare(t, folder)
			before := readTree(t, folder)
			_, err := Write(folder, second.files(), test.options)
			var refused *RefusedError
			if !errors.As(err, &refused) || !refused.Refused() || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %T %v, want a refusal that says %q", err, err, test.want)
			}
			sameTree(t, "after the refusal", readTree(t, folder), before)
		})
	}
}

func TestWriteForced(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	mustWrite(t, folder, first, Options{})
	put(t, folder, "global/main.tf", "mine")
	put(t, folder, "old/gone.tf", "mine")
	mustWrite(t, folder, second, Options{Force: true})
	sameTree(t, "forced", readTree(t, folder), second)
}

func TestWriteRestoresDeletedFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	mustWrite(t, folder, first, Options{})
	if err := os.RemoveAll(place(folder, "global")); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, folder, first, Options{})
	sameTree(t, "after", readTree(t, folder), first)
}

func TestWriteLocked(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	mustWrite(t, folder, first, Options{})
	other := flock.New(filepath.Join(folder, lockFile))
	if locked, err := other.TryLock(); err != nil || !locked {
		t.Fatalf("lock: %t, %v", locked, err)
	}
	_, err := Write(folder, second.files(), Options{})
	var refused *RefusedError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "another paymentdr is writing into it") {
		t.Errorf("got %T %v", err, err)
	}
	if err := other.Unlock(); err != nil { // the file stays, as after a run that was killed
		t.Fatal(err)
	}
	mustWrite(t, folder, second, Options{})
	sameTree(t, "after", readTree(t, folder), second)
}

func TestWriteBadPaths(t *testing.T) {
	for _, name := range []string{"../x", "/x", "a/../../x", ManifestFile, newFolder + "/x", ""} {
		folder := filepath.Join(t.TempDir(), "out")
		if _, err := Write(folder, map[string][]byte{name: nil}, Options{}); err == nil || !strings.Contains(err.Error(), "not a path below") {
			t.Errorf("%q: got %v", name, err)
		}
		if _, err := os.Stat(folder); err == nil {
			t.Errorf("%q: the folder was made", name)
		}
	}
}

func TestWriteWhereAFileIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(path, first.files(), Options{}); err == nil || !strings.Contains(err.Error(), "open output folder") {
		t.Errorf("got %v", err)
	}
}
