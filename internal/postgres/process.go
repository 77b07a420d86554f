package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// process is a running child. Its exit is collected at once, so that no zombie keeps a pid or a lock file alive.
type process struct {
	pid    int
	exited chan struct{} // closed after the exit was collected
	err    error         // how it ended; read it after exited is closed
}

// start runs command as the account. The child dies (SIGQUIT, PostgreSQL's immediate shutdown) with this process.
//
// The kernel ties a child's death signal to the thread that forked it, so one goroutine keeps its thread until the
// child has ended.
func start(command *exec.Cmd, as account) (*process, error) {
	command.Dir = "/" // a server must not hold a folder of its starter
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(command.SysProcAttr)
	if as.switchTo {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(as.uid), Gid: uint32(as.gid), Groups: []uint32{}}
	}
	child := &process{exited: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		if err := command.Start(); err != nil {
			started <- err
			return
		}
		child.pid = command.Process.Pid
		started <- nil
		child.err = command.Wait()
		close(child.exited)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	return child, nil
}

// signal sends number to the child; an ended child is not an error.
func (p *process) signal(number syscall.Signal) error {
	select {
	case <-p.exited:
		return nil
	default:
	}
	if err := syscall.Kill(p.pid, number); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("send %s to process %d: %w", number, p.pid, err)
	}
	return nil
}

// environment is what PostgreSQL's programs get: messages in English and no PG* variable of the caller.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=/", "TMPDIR=" + os.TempDir()}
}
