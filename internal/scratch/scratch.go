// Package scratch makes temporary folders that do not pile up: a folder whose process was killed is removed by the next
// process that makes one with the same prefix.
package scratch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const lockSuffix = ".lock"

// Folder is a temporary folder and the lock that says that its process lives. The kernel drops the lock when the
// process ends, however it ends.
type Folder struct {
	Path string
	lock *os.File
}

// Make removes the folders with this prefix that nobody locks, and makes a locked one. Other users may enter it: a
// server may run as one, who must get to its own folders inside.
func Make(prefix string) (*Folder, error) {
	if err := sweep(prefix); err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp("", prefix)
	if err != nil {
		return nil, fmt.Errorf("make temporary folder: %w", err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		return nil, errors.Join(fmt.Errorf("make temporary folder: %w", err), os.Remove(path))
	}
	lock, err := lockFor(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock temporary folder: %w", err), os.Remove(path))
	}
	return &Folder{Path: path, lock: lock}, nil
}

// lockFor takes the lock before the file gets the name that sweep looks for.
func lockFor(path string) (*os.File, error) {
	file, err := os.OpenFile(path+".unlocked", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	if err := os.Rename(file.Name(), path+lockSuffix); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Remove removes the folder with all that is in it, and its lock.
func (f *Folder) Remove() error {
	err := errors.Join(os.RemoveAll(f.Path), os.Remove(f.Path+lockSuffix), f.lock.Close())
	if err != nil {
		return fmt.Errorf("remove temporary folder: %w", err)
	}
	return nil
}

// sweep removes the folders whose process is gone.
func sweep(prefix string) error {
	locks, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"+lockSuffix))
	if err != nil {
		return fmt.Errorf("list old temporary folders: %w", err)
	}
	for _, path := range locks {
		file, err := os.OpenFile(path, os.O_RDWR, 0o600)
		if err != nil {
			continue // removed meanwhile, or another user's
		}
		if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			// Best effort: what stays is tried again by the next run.
			_ = os.RemoveAll(strings.TrimSuffix(path, lockSuffix))
			_ = os.Remove(path)
		}
		file.Close()
	}
	return nil
}
