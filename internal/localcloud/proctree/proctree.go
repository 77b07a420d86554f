// Package proctree finds the processes below a process, and what they use, in Linux's /proc.
package proctree

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Descendants are the process ids below the process, parents before children.
func Descendants(pid int) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	children := map[int][]int{}
	for _, entry := range entries {
		child, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if parent, ok := parentOf(child); ok {
			children[parent] = append(children[parent], child)
		}
	}
	found := []int{}
	for next := []int{pid}; len(next) > 0; next = next[1:] {
		found = append(found, children[next[0]]...)
		next = append(next, children[next[0]]...)
	}
	return found, nil
}

// stat reads what follows the name in a process's stat: state, parent and so on (proc_pid_stat(5)). One that ended
// meanwhile has none.
func stat(pid int) (name string, fields []string) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", nil
	}
	// pid (name) state parent: the name may hold anything, so the fields are counted from its end.
	first, last := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
	if first < 0 || last < first {
		return "", nil
	}
	return string(content[first+1 : last]), strings.Fields(string(content[last+1:]))
}

// parentOf reads a process's parent.
func parentOf(pid int) (int, bool) {
	_, fields := stat(pid)
	if len(fields) < 2 {
		return 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	return parent, err == nil
}

// tick is the unit of processor times in /proc, whatever the kernel's own is: USER_HZ is 100 on every Linux of today.
const tick = time.Second / 100

// Used is the name of a process and the processor time that it used so far, for itself and for the kernel; it is nothing
// for one that ended meanwhile.
func Used(pid int) (name string, used time.Duration) {
	const user, system = 11, 12 // fields 14 and 15, of which state is the third
	name, fields := stat(pid)
	if len(fields) <= system {
		return "", 0
	}
	for _, field := range []string{fields[user], fields[system]} {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return "", 0
		}
		used += time.Duration(ticks) * tick
	}
	return name, used
}

// Signal sends to the processes; those that ended meanwhile are passed over.
func Signal(number syscall.Signal, pids ...int) error {
	for _, pid := range pids {
		if err := syscall.Kill(pid, number); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("send %s to process %d: %w", number, pid, err)
		}
	}
	return nil
}

// Memory is what the processes keep in memory together, in bytes: shared pages count once, in equal shares
// (proportional set size).
func Memory(pids ...int) int64 {
	var total int64
	for _, pid := range pids {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue // ended meanwhile
		}
		lines := bufio.NewScanner(bytes.NewReader(content))
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
				kilobytes, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
				total += kilobytes * 1024
				break
			}
		}
	}
	return total
}
