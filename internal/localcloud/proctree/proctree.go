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

// parentOf reads a process's parent; a process that ended meanwhile has none.
func parentOf(pid int) (int, bool) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// pid (name) state parent: the name may hold anything, so the fields are counted from its end.
	_, rest, found := bytes.Cut(content, []byte(") "))
	if last := bytes.LastIndex(content, []byte(") ")); last >= 0 {
		rest = content[last+2:]
	}
	fields := strings.Fields(string(rest))
	if !found || len(fields) < 2 {
		return 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	return parent, err == nil
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
