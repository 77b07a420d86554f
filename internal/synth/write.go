// Package synth writes generated files into a folder that also holds what others put there.
//
// It overwrites and removes only what it wrote itself and nobody changed since, and it leaves no half-written tree:
// a new folder appears by one rename; in an existing one every file is written aside first, the old files are kept
// until the new manifest stands, and a run that died in between is undone by the next one.
package synth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/gofrs/flock"
)

// Folders and files of a run inside the output folder.
const (
	newFolder = ".paymentdr-new"
	oldFolder = ".paymentdr-old"
	lockFile  = ".paymentdr.lock"
)

// Result says what a Write did.
type Result struct {
	Written, Unchanged, Removed []string
}

// RefusedError is an output folder that must not be written to. Nothing in it was touched.
type RefusedError struct {
	Folder  string
	Reasons []string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("refuse to write into %s: %s", e.Folder, strings.Join(e.Reasons, "; "))
}

// Options of Write.
type Options struct {
	// Force overwrites our own files even if somebody changed them since. Foreign files stay protected.
	Force bool
}

// Write makes folder hold exactly files (slash-separated relative paths) among those that it wrote, and leaves all
// others alone. It returns a RefusedError where that would overwrite what it did not write.
func Write(folder string, files map[string][]byte, options Options) (Result, error) {
	for name := range files {
		if !filepath.IsLocal(filepath.FromSlash(name)) || strings.HasPrefix(name, ".paymentdr") {
			return Result{}, fmt.Errorf("write tree: %q is not a path below the output folder", name)
		}
	}
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create(folder, files)
	case err != nil:
		return Result{}, fmt.Errorf("open output folder: %w", err)
	}
	ours, err := madeByUs(folder, entries)
	if err != nil {
		return Result{}, err
	}
	if !ours {
		return Result{}, &RefusedError{Folder: folder, Reasons: []string{
			"it is not empty and was not made by paymentdr (no " + ManifestFile + "): choose another folder or empty it"}}
	}
	return update(folder, files, options)
}

// madeByUs is true for a folder with our manifest, be it still aside because a first run died, and for an empty one.
func madeByUs(folder string, entries []fs.DirEntry) (bool, error) {
	if _, found, err := readManifest(folder); found || err != nil {
		return found, err
	}
	if _, pending, err := readManifest(filepath.Join(folder, newFolder)); pending && err == nil {
		return true, nil
	}
	for _, entry := range entries {
		if name := entry.Name(); name != newFolder && name != oldFolder && name != lockFile {
			return false, nil
		}
	}
	return true, nil
}

// create makes the whole tree beside its place and renames it there. The folder does not exist.
func create(folder string, files map[string][]byte) (Result, error) {
	folder = filepath.Clean(folder)
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return Result{}, fmt.Errorf("create output folder: %w", err)
	}
	aside, err := os.MkdirTemp(parent, "."+filepath.Base(folder)+".paymentdr-*")
	if err != nil {
		return Result{}, fmt.Errorf("create output folder: %w", err)
	}
	defer os.RemoveAll(aside) // after the rename there is nothing left of it
	if err := os.Chmod(aside, 0o755); err != nil {
		return Result{}, fmt.Errorf("create output folder: %w", err)
	}
	if err := writeAll(aside, files); err != nil {
		return Result{}, err
	}
	if err := writeFile(filepath.Join(aside, ManifestFile), newManifest(files).bytes()); err != nil {
		return Result{}, err
	}
	if err := os.Rename(aside, folder); err != nil {
		return Result{}, fmt.Errorf("move output folder into place: %w", err)
	}
	return Result{Written: names(files)}, nil
}

// update replaces files in a folder that we made before, or that is empty.
func update(folder string, files map[string][]byte, options Options) (Result, error) {
	lock := flock.New(filepath.Join(folder, lockFile))
	locked, err := lock.TryLock()
	if err != nil {
		return Result{}, fmt.Errorf("lock output folder: %w", err)
	}
	if !locked {
		return Result{}, &RefusedError{Folder: folder, Reasons: []string{"another paymentdr is writing into it"}}
	}
	defer func() {
		_ = os.Remove(lock.Path()) // while locked, so that nobody waits on a removed file
		_ = lock.Unlock()
	}()
	if err := undo(folder); err != nil {
		return Result{}, err
	}
	before, _, err := readManifest(folder)
	if err != nil {
		return Result{}, err
	}
	if err := refuse(folder, before, files, options); err != nil {
		return Result{}, err
	}
	return replace(folder, before, files)
}

func refuse(folder string, before manifest, files map[string][]byte, options Options) error {
	var reasons []string
	changed, err := before.changedByHand(folder)
	if err != nil {
		return err
	}
	if len(changed) > 0 && !options.Force {
		reasons = append(reasons, "changed by hand since they were generated: "+strings.Join(changed, ", ")+
			" (move the change into the configuration, or use --force to lose it)")
	}
	foreign, err := before.foreign(folder, files)
	if err != nil {
		return err
	}
	if len(foreign) > 0 {
		reasons = append(reasons, "not written by paymentdr but in the way: "+strings.Join(foreign, ", "))
	}
	if len(reasons) > 0 {
		return &RefusedError{Folder: folder, Reasons: reasons}
	}
	return nil
}

func names(files map[string][]byte) []string {
	list := make([]string, 0, len(files))
	for name := range files {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// Refused marks the error as a refusal: nothing was changed.
func (e *RefusedError) Refused() bool { return true }
