//go:build unix && !linux

package postgres

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// DiesWithParent tells whether a server ends with the process that started it even when that is killed.
const DiesWithParent = false

// dieWithParent does nothing: only Linux can tie a child to its parent. Stop and Kill still end it.
func dieWithParent(*syscall.SysProcAttr) {}

// childrenOf lists the direct children of pid; the servers' processes have no deeper ones.
func childrenOf(pid int) ([]int, error) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var found []int
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) != 2 || fields[1] != strconv.Itoa(pid) {
			continue
		}
		child, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, fmt.Errorf("list processes: pid %q: %w", fields[0], err)
		}
		found = append(found, child)
	}
	return found, nil
}

// running tells whether pid exists.
func running(pid int) bool { return syscall.Kill(pid, 0) == nil }

// removeSharedMemory removes a System V segment that a killed server left behind.
func removeSharedMemory(id int) error {
	out, err := exec.Command("ipcrm", "-m", strconv.Itoa(id)).CombinedOutput()
	if err != nil && !strings.Contains(string(out), "not found") {
		return fmt.Errorf("ipcrm -m %d: %w: %s", id, err, out)
	}
	return nil
}
