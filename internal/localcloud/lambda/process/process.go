// Package process runs child processes that cannot outlive their parent.
//
// Every child leads a process group of its own, so that a kill ends what it started too, and on Linux the kernel kills it
// when this process ends, however it ends. The kernel ties that to the thread that forked the child, so a Spawner forks
// all its children from one thread that lives as long as the Spawner.
package process

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// ErrClosed is the answer of a Spawner that was closed.
var ErrClosed = errors.New("the spawner is closed")

// Spawner starts children from one thread.
type Spawner struct {
	requests chan request
	closing  chan struct{}
	once     sync.Once
	ended    chan struct{}
}

type request struct {
	command *exec.Cmd
	answer  chan error
}

// NewSpawner starts the thread. Close ends it.
func NewSpawner() *Spawner {
	s := &Spawner{requests: make(chan request), closing: make(chan struct{}), ended: make(chan struct{})}
	go s.run()
	return s
}

func (s *Spawner) run() {
	defer close(s.ended)
	// Never unlocked: the thread ends with this goroutine, and is used by nothing else before.
	runtime.LockOSThread()
	slacken()
	for {
		select {
		case <-s.closing:
			return
		case r := <-s.requests:
			r.answer <- r.command.Start()
		}
	}
}

// Close ends the thread; where children die with their thread, it kills those that are left. It is safe twice.
func (s *Spawner) Close() {
	s.once.Do(func() { close(s.closing) })
	<-s.ended
}

// Child is a running process. Its exit is collected at once, so that no zombie is left.
type Child struct {
	pid    int
	exited chan struct{}

	mutex sync.Mutex // held while a signal is sent, so that the pid cannot be another process's
	gone  bool
	err   error
}

// Start runs command in a process group of its own.
func (s *Spawner) Start(command *exec.Cmd) (*Child, error) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(command.SysProcAttr)
	answer := make(chan error, 1)
	select {
	case s.requests <- request{command, answer}:
	case <-s.ended:
		return nil, fmt.Errorf("start %s: %w", command.Path, ErrClosed)
	}
	if err := <-answer; err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	child := &Child{pid: command.Process.Pid, exited: make(chan struct{})}
	go child.wait(command)
	return child, nil
}

func (c *Child) wait(command *exec.Cmd) {
	awaitExit(c.pid)
	c.mutex.Lock()
	// What the child itself started goes with it. Best effort: usually there is nothing, and that is an error here.
	_ = syscall.Kill(-c.pid, syscall.SIGKILL)
	c.err = command.Wait()
	c.gone = true
	c.mutex.Unlock()
	close(c.exited)
}

// PID is the process's id, and its group's.
func (c *Child) PID() int { return c.pid }

// Exited is closed when the child has ended and was collected.
func (c *Child) Exited() <-chan struct{} { return c.exited }

// Err says how the child ended, as exec.Cmd.Wait does; read it after Exited.
func (c *Child) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.err
}

// Signal sends to the whole group; a child that has ended is not an error.
func (c *Child) Signal(number syscall.Signal) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.gone {
		return nil
	}
	if err := syscall.Kill(-c.pid, number); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("send %s to process group %d: %w", number, c.pid, err)
	}
	return nil
}

// Stop halts the group (SIGSTOP) and returns when the child does nothing any more. Signal(SIGCONT) lets it continue.
func (c *Child) Stop() error {
	if err := c.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	awaitStop(c.pid)
	return nil
}

// Kill ends the group at once, also when it is stopped, and waits for the child.
func (c *Child) Kill() error {
	if err := c.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-c.exited
	return nil
}
