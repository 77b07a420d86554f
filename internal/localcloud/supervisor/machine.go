package supervisor

import (
	"errors"
	"fmt"
	"net"
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

// checkMachine says everything that this machine lacks.
func checkMachine(folder string) error {
	if runtime.GOOS != "linux" {
		return &statefolder.RefusedError{Reason: "a local cloud runs on Linux only: functions are Linux programs, and each Region needs loopback addresses of its own"}
	}
	var faults []error
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(parent, &disk); err != nil {
		faults = append(faults, fmt.Errorf("look at the disk of %s: %w", parent, err))
	} else if free := disk.Bavail * uint64(disk.Bsize); free < leastDisk {
		faults = append(faults, &statefolder.RefusedError{Reason: fmt.Sprintf(
			"%s has %d MB free, a local cloud needs %d; make room, or name another folder with --out", parent, free>>20, leastDisk>>20)})
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		faults = append(faults, fmt.Errorf("look at the limit of open files: %w", err))
	} else if files.Max < leastFiles {
		faults = append(faults, &statefolder.RefusedError{Reason: fmt.Sprintf(
			"this shell lets a process open %d files, a local cloud needs %d; raise it with `ulimit -n`", files.Max, leastFiles)})
	}
	return errors.Join(faults...)
}

// claimPort marks a cloud's number as taken: whoever listens there has it, and the kernel gives it back.
const claimPort = 7391

// claimNumber finds a number that no other cloud on this machine has.
func claimNumber() (int, net.Listener, error) {
	const most = 254
	var last error
	for number := 1; number <= most; number++ {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.%d.254.254:%d", number, claimPort))
		if err == nil {
			return number, listener, nil
		}
		last = err
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
	}
	return 0, nil, fmt.Errorf("find addresses for the cloud on loopback: %w", last)
}
