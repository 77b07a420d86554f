package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// prefix of the servers' folders in the folder for temporary files.
const prefix = "paymentdr-postgres-test-"

// owned holds the lock files of this process's folders open: the kernel drops the locks when the process ends, however
// it ends, and a later run removes the folders that nobody locks.
var owned sync.Map // folder -> *os.File

// makeFolder makes a locked folder, after removing those of test runs that were killed.
func makeFolder() (string, error) {
	if err := sweep(); err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", fmt.Errorf("make server folder: %w", err)
	}
	// The server may run as another user, who must get to its own folders inside.
	if err := os.Chmod(folder, 0o755); err != nil {
		return "", fmt.Errorf("make server folder: %w", err)
	}
	// Locked before it gets the name that sweep looks for.
	file, err := os.OpenFile(folder+".unlocked", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("make server folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return "", errors.Join(fmt.Errorf("lock server folder: %w", err), file.Close())
	}
	if err := os.Rename(file.Name(), folder+".lock"); err != nil {
		return "", errors.Join(fmt.Errorf("lock server folder: %w", err), file.Close())
	}
	owned.Store(folder, file)
	return folder, nil
}

func removeServer(server *postgres.Server) error {
	err := server.Remove()
	if file, ok := owned.LoadAndDelete(server.Dir()); ok {
		err = errors.Join(err, os.Remove(server.Dir()+".lock"), file.(*os.File).Close())
	}
	return err
}

// sweep removes the folders whose process is gone.
func sweep() error {
	locks, err := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*.lock"))
	if err != nil {
		return fmt.Errorf("list old server folders: %w", err)
	}
	for _, path := range locks {
		file, err := os.OpenFile(path, os.O_RDWR, 0o600)
		if err != nil {
			continue // removed meanwhile, or another user's
		}
		if syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			// Best effort: what stays is tried again by the next run.
			os.RemoveAll(path[:len(path)-len(".lock")])
			os.Remove(path)
		}
		file.Close()
	}
	return nil
}
