package postgres

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// cacheFolder is where downloads and templates are kept between runs, created when missing.
//
// Root's servers run as another user, who could not enter root's own home.
func cacheFolder() (string, error) {
	base := "/var/cache"
	if os.Geteuid() != 0 {
		var err error
		if base, err = os.UserCacheDir(); err != nil {
			return "", fmt.Errorf("find cache folder: %w", err)
		}
	}
	folder := filepath.Join(base, "paymentdr")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("create cache folder: %w", err)
	}
	return folder, nil
}

// lockFile waits for the exclusive lock on the file path, which is created; the kernel drops it with the process.
func lockFile(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// Closing drops the lock; nothing was written.
	return func() { file.Close() }, nil
}

// readableByAll lets every user read and run what was unpacked in folder.
func readableByAll(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if entry.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode)
	})
}
