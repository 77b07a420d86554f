package postgres

import (
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// DiesWithParent tells whether a server ends with the process that started it even when that is killed.
const DiesWithParent = true

// dieWithParent makes the kernel send SIGQUIT to the child when this process ends.
func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGQUIT }

// childrenOf lists the direct children of pid; the servers' processes have no deeper ones.
func childrenOf(pid int) ([]int, error) {
	return processes(func(fields []string) bool { return fields[1] == strconv.Itoa(pid) })
}

// running tells whether pid is a process that still executes, which a zombie does not.
func running(pid int) bool {
	fields, ok := statistics(strconv.Itoa(pid))
	return ok && fields[0] != "Z" && fields[0] != "X"
}

func processes(match func(fields []string) bool) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue // not a process
		}
		if fields, ok := statistics(entry.Name()); ok && match(fields) {
			found = append(found, pid)
		}
	}
	return found, nil
}

// statistics reads /proc/PID/stat behind the program's name: state, parent, and more (proc_pid_stat(5)).
func statistics(pid string) ([]string, bool) {
	content, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return nil, false // ended meanwhile
	}
	_, rest, ok := strings.Cut(string(content[strings.LastIndexByte(string(content), ')'):]), " ")
	fields := strings.Fields(rest)
	return fields, ok && len(fields) > 2
}

// removeSharedMemory removes a System V segment that a killed server left behind.
func removeSharedMemory(id int) error {
	_, err := unix.SysvShmCtl(id, unix.IPC_RMID, nil)
	if err == unix.EINVAL || err == unix.EIDRM {
		return nil // gone already
	}
	return err
}
