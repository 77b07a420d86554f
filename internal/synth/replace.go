package synth

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// replace writes what differs aside, moves the old files away, the new ones in, and then the manifest. Until the new
// manifest stands, undo brings the old tree back.
func replace(folder string, before manifest, files map[string][]byte) (Result, error) {
	result, changed, err := compare(folder, before, files)
	if err != nil {
		return Result{}, err
	}
	after := newManifest(files).bytes()
	if len(changed) == 0 && len(result.Removed) == 0 && string(before.bytes()) == string(after) {
		return result, nil
	}
	aside := filepath.Join(folder, newFolder)
	err = writeAll(aside, changed)
	if err == nil {
		err = writeFile(filepath.Join(aside, ManifestFile), after)
	}
	if err != nil {
		_ = os.RemoveAll(aside)
		return Result{}, err
	}
	if err := swap(folder, result); err != nil {
		return Result{}, errors.Join(err, undo(folder))
	}
	for _, done := range []string{oldFolder, newFolder} {
		if err := os.RemoveAll(filepath.Join(folder, done)); err != nil {
			return Result{}, fmt.Errorf("clean up: %w", err)
		}
	}
	return result, nil
}

func compare(folder string, before manifest, files map[string][]byte) (Result, map[string][]byte, error) {
	var result Result
	changed := map[string][]byte{}
	for _, name := range names(files) {
		present, err := os.ReadFile(place(folder, name))
		switch {
		case err == nil && string(present) == string(files[name]):
			result.Unchanged = append(result.Unchanged, name)
		case err == nil || errors.Is(err, fs.ErrNotExist):
			result.Written = append(result.Written, name)
			changed[name] = files[name]
		default:
			return Result{}, nil, fmt.Errorf("compare %s: %w", name, err)
		}
	}
	for name := range before.Files {
		if _, still := files[name]; !still {
			result.Removed = append(result.Removed, name)
		}
	}
	sort.Strings(result.Removed)
	return result, changed, nil
}

// rename is one step of a swap; the file may not be there if mayMiss.
type rename struct {
	from, to string
	mayMiss  bool
	failure  string
}

// renames are the steps in order: old files away, new ones in, and last the manifest, which makes them final.
func renames(folder string, result Result) []rename {
	aside, old := filepath.Join(folder, newFolder), filepath.Join(folder, oldFolder)
	var steps []rename
	for _, name := range append(append([]string{}, result.Removed...), result.Written...) {
		steps = append(steps, rename{place(folder, name), place(old, name), true, "keep old " + name})
	}
	for _, name := range result.Written {
		steps = append(steps, rename{place(aside, name), place(folder, name), false, "move " + name + " into place"})
	}
	return append(steps, rename{place(aside, ManifestFile), place(folder, ManifestFile), false, "move manifest into place"})
}

func swap(folder string, result Result) error {
	for _, step := range renames(folder, result) {
		if err := move(step.from, step.to); err != nil && !(step.mayMiss && errors.Is(err, fs.ErrNotExist)) {
			return fmt.Errorf("%s: %w", step.failure, err)
		}
	}
	removeEmptyFolders(folder, result.Removed)
	return nil
}

// undo brings back what a run that died had moved away. As long as its manifest stands aside, the old tree is the
// true one; once that has moved, only the clean-up was missing.
func undo(folder string) error {
	old, aside := filepath.Join(folder, oldFolder), filepath.Join(folder, newFolder)
	wanted, pending, err := readManifest(aside)
	if err != nil {
		// Torn while it was written, so before anything was moved.
		pending = false
	}
	if pending {
		if err := removeMovedIn(folder, wanted); err != nil {
			return err
		}
		if err := bringBack(folder, old); err != nil {
			return fmt.Errorf("undo an interrupted run: %w", err)
		}
	}
	return errors.Join(os.RemoveAll(old), os.RemoveAll(aside))
}

// bringBack moves every file below old to its place.
func bringBack(folder, old string) error {
	return filepath.WalkDir(old, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(old, path)
		if err != nil {
			return err
		}
		return move(path, filepath.Join(folder, name))
	})
}

// removeMovedIn takes away the new files that were already in place, where the old manifest does not have the same.
func removeMovedIn(folder string, wanted manifest) error {
	before, _, err := readManifest(folder)
	if err != nil {
		return err
	}
	for name, sum := range wanted.Files {
		if before.Files[name] == sum {
			continue
		}
		content, err := os.ReadFile(place(folder, name))
		if err != nil || digest(content) != sum {
			continue // not there yet, or the old one still is
		}
		if err := os.Remove(place(folder, name)); err != nil {
			return fmt.Errorf("undo an interrupted run: %w", err)
		}
	}
	return nil
}

func removeEmptyFolders(folder string, removed []string) {
	for _, name := range removed {
		for dir := filepath.Dir(place(folder, name)); len(dir) > len(folder); dir = filepath.Dir(dir) {
			if os.Remove(dir) != nil {
				break // not empty: somebody else's files are in it
			}
		}
	}
}

func place(folder, name string) string { return filepath.Join(folder, filepath.FromSlash(name)) }

func move(from, to string) error {
	if _, err := os.Lstat(from); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.Rename(from, to)
}

func writeAll(folder string, files map[string][]byte) error {
	for _, name := range names(files) {
		path := place(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := writeFile(path, files[name]); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, content []byte) error {
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
