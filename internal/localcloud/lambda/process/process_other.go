//go:build unix && !linux

package process

import (
	"syscall"
	"time"
)

// DiesWithParent tells whether a child ends with the process that started it even when that is killed.
const DiesWithParent = false

// dieWithParent does nothing: only Linux can tie a child to its parent. A function still ends when the runtime API it
// polls is gone.
func dieWithParent(*syscall.SysProcAttr) {}

// slacken does nothing: only Linux knows a slack of timers.
func slacken() {}

// awaitExit asks, for want of a call that waits and does not collect: an ended process that is not collected yet leads a
// group that takes no signal.
func awaitExit(pid int) {
	for syscall.Kill(-pid, 0) == nil {
		time.Sleep(10 * time.Millisecond)
	}
}

// awaitStop does not wait: the signal arrives in a moment.
func awaitStop(int) {}

// PeakMemory is not known here.
func (c *Child) PeakMemory() int64 { return 0 }
