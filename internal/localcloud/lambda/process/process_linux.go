package process

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// DiesWithParent tells whether a child ends with the process that started it even when that is killed.
const DiesWithParent = true

func dieWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }

// slack is how much later than asked for a child's timers may end. The default of 50 µs lets the Go runtime's monitor
// thread of every process that does anything wake up many thousand times a second (prctl(2), PR_SET_TIMERSLACK).
const slack = time.Millisecond

// slacken gives this thread the slack, which its children inherit. Nothing depends on it: without it they cost more.
func slacken() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(slack), 0, 0, 0) }

// awaitExit waits for the end of pid and leaves it to be collected, so that the pid stays taken.
func awaitExit(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// awaitStop waits until every thread of pid has stopped, or the process has ended. It gives up after a second: somebody
// else may have let the process continue meanwhile.
func awaitStop(pid int) {
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Microsecond) {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
		if err != unix.EINTR && (err != nil || info.Signo != 0) {
			return
		}
	}
}

// PeakMemory is the most memory the child ever had, in bytes; 0 when it has ended.
func (c *Child) PeakMemory() int64 {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(c.pid) + "/status")
	if err != nil {
		return 0 // ended meanwhile
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		if rest, ok := bytes.CutPrefix(lines.Bytes(), []byte("VmHWM:")); ok {
			kilobytes, _ := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(rest, []byte("kB")))), 10, 64)
			return kilobytes * 1024
		}
	}
	return 0
}
