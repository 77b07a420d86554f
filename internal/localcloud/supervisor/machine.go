package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

// What a cloud needs of the machine: a cloud that was up for an hour under load has some 200 MB on disk, and about 400
// files open in its busiest process.
const (
	leastDisk  = 500 << 20
	leastFiles = 1024
)

// machine is what a start asks of the machine.
type machine struct {
	system    string
	freeDisk  func(folder string) (uint64, error)
	openFiles func() (uint64, error)
}

func thisMachine() machine {
	return machine{
		system: runtime.GOOS,
		freeDisk: func(folder string) (uint64, error) {
			var disk syscall.Statfs_t
			err := syscall.Statfs(folder, &disk)
			return disk.Bavail * uint64(disk.Bsize), err
		},
		openFiles: func() (uint64, error) {
			var files syscall.Rlimit
			err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files)
			return files.Max, err
		},
	}
}

// check says everything that the machine lacks for a cloud in the folder.
func (m machine) check(folder string) error {
	if m.system != "linux" {
		return &statefolder.RefusedError{Reason: "a local cloud runs on Linux only: functions are Linux programs, and each Region needs loopback addresses of its own"}
	}
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	var faults []error
	if free, err := m.freeDisk(parent); err != nil {
		faults = append(faults, fmt.Errorf("look at the disk of %s: %w", parent, err))
	} else if free < leastDisk {
		faults = append(faults, &statefolder.RefusedError{Reason: fmt.Sprintf(
			"%s has %d MB free, a local cloud needs %d; make room, or name another folder with --out", parent, free>>20, leastDisk>>20)})
	}
	if most, err := m.openFiles(); err != nil {
		faults = append(faults, fmt.Errorf("look at the limit of open files: %w", err))
	} else if most < leastFiles {
		faults = append(faults, &statefolder.RefusedError{Reason: fmt.Sprintf(
			"this shell lets a process open %d files, a local cloud needs %d; raise it with `ulimit -n %d`", most, leastFiles, leastFiles)})
	}
	return errors.Join(faults...)
}
