package synth

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// situation is what a folder may look like before a run that dies.
type situation struct {
	prepare func(t *testing.T, folder string)
	options Options
}

var situations = map[string]situation{
	"as generated": {prepare: func(*testing.T, string) {}},
	"a file was deleted": {prepare: func(t *testing.T, folder string) {
		if err := os.Remove(place(folder, "global/main.tf")); err != nil {
			t.Fatal(err)
		}
	}},
	"a file was changed by hand, and force": {
		prepare: func(t *testing.T, folder string) { put(t, folder, "global/main.tf", "mine") },
		options: Options{Force: true},
	},
}

// die does what Write does up to the given number of renames, and then nothing more.
func die(t *testing.T, folder string, files tree, count int) (steps int) {
	t.Helper()
	before, _, err := readManifest(folder)
	if err != nil {
		t.Fatal(err)
	}
	result, changed, err := compare(folder, before, files.files())
	if err != nil {
		t.Fatal(err)
	}
	aside := filepath.Join(folder, newFolder)
	if err := writeAll(aside, changed); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(place(aside, ManifestFile), newManifest(files.files()).bytes()); err != nil {
		t.Fatal(err)
	}
	all := renames(folder, result)
	for _, step := range all[:min(count, len(all))] {
		if err := move(step.from, step.to); err != nil && !step.mayMiss {
			t.Fatal(err)
		}
	}
	put(t, folder, lockFile, "") // the lock itself ends with the process
	return len(all)
}

// A run that dies after any of its renames leaves a folder that the next run brings back to what it was, or, once the
// new manifest stands, to what was meant.
func TestDeathAtEveryRename(t *testing.T) {
	for name, s := range situations {
		t.Run(name, func(t *testing.T) {
			steps := 1
			for count := 0; count <= steps; count++ {
				t.Run(fmt.Sprintf("after %d", count), func(t *testing.T) {
					folder := filepath.Join(t.TempDir(), "out")
					mustWrite(t, folder, first, Options{})
					put(t, folder, "state/global.tfstate", "{}")
					s.prepare(t, folder)
					before := readTree(t, folder)
					steps = die(t, folder, second, count)

					if err := undo(folder); err != nil {
						t.Fatal(err)
					}
					want := before
					if count == steps {
						want = maps.Clone(second)
						want["state/global.tfstate"] = "{}"
					}
					got := readTree(t, folder)
					delete(got, lockFile)
					sameTree(t, "undone", got, want)

					mustWrite(t, folder, second, s.options)
					after := maps.Clone(second)
					after["state/global.tfstate"] = "{}"
					sameTree(t, "the next run", readTree(t, folder), after)
				})
			}
		})
	}
}

// The first run into an empty folder that was there before may die, too.
func TestDeathInAnEmptyFolder(t *testing.T) {
	steps := 1
	for count := 0; count <= steps; count++ {
		folder := t.TempDir()
		steps = die(t, folder, first, count)
		mustWrite(t, folder, second, Options{})
		sameTree(t, fmt.Sprintf("death after %d", count), readTree(t, folder), second)
	}
	folder := t.TempDir()
	put(t, folder, newFolder+"/global/main.tf", "1")
	put(t, folder, lockFile, "")
	mustWrite(t, folder, second, Options{})
	sameTree(t, "death while writing aside", readTree(t, folder), second)
}

// The next run may also be one that generates something else.
func TestDeathThenAnotherConfiguration(t *testing.T) {
	third := tree{"global/main.tf": "3"}
	steps := 1
	for count := 0; count <= steps; count++ {
		folder := filepath.Join(t.TempDir(), "out")
		mustWrite(t, folder, first, Options{})
		steps = die(t, folder, second, count)
		mustWrite(t, folder, third, Options{})
		sameTree(t, fmt.Sprintf("death after %d", count), readTree(t, folder), third)
	}
}

// Death while files are written aside: nothing was moved yet, whatever is there.
func TestDeathWhileWritingAside(t *testing.T) {
	tests := map[string]tree{
		"no file yet":        {},
		"half of the files":  {newFolder + "/global/main.tf": "2"},
		"a torn file":        {newFolder + "/global/main.tf": ""},
		"a torn manifest":    {newFolder + "/global/main.tf": "2", newFolder + "/" + ManifestFile: `{"format": 1, "files": {"glo`},
		"an empty manifest":  {newFolder + "/" + ManifestFile: ""},
		"clean-up cut short": {oldFolder + "/global/main.tf": "0"},
	}
	for name, leftover := range tests {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "out")
			mustWrite(t, folder, first, Options{})
			for file, content := range leftover {
				put(t, folder, file, content)
			}
			mustWrite(t, folder, second, Options{})
			sameTree(t, "the next run", readTree(t, folder), second)
		})
	}
}

// A swap that fails half-way is undone at once and reports why.
func TestSwapFails(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	mustWrite(t, folder, first, Options{})
	put(t, folder, "link", "a file where a folder must be")
	before := readTree(t, folder)
	_, err := Write(folder, second.files(), Options{})
	if err == nil || !strings.Contains(err.Error(), "link/new.tf") {
		t.Fatalf("got %v", err)
	}
	sameTree(t, "after the failure", readTree(t, folder), before)
}
