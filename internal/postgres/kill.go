package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// killWait bounds how long killed processes may take to disappear; the kernel needs milliseconds.
const killWait = 10 * time.Second

// Kill ends the server like a lost machine: every process of it at once, with no chance to say or write anything.
//
// The server's files stay as they are, so a later Start recovers. Killing a stopped server is no error.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.killLocked()
}

func (s *Server) killLocked() error {
	if s.process == nil {
		return nil
	}
	// The main process is stopped first, so that it cannot start children behind our back. Each child leads a session
	// of its own: a signal to the process group would reach the main process alone, and a session busy in a statement
	// would go on to commit it.
	if err := s.process.signal(syscall.SIGSTOP); err != nil {
		return fmt.Errorf("kill server %s: %w", s.options.Dir, err)
	}
	children, err := childrenOf(s.process.pid)
	if err != nil {
		return fmt.Errorf("kill server %s: %w", s.options.Dir, err)
	}
	for _, child := range children {
		if err := syscall.Kill(child, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("kill server %s: process %d: %w", s.options.Dir, child, err)
		}
	}
	if err := s.process.signal(syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill server %s: %w", s.options.Dir, err)
	}
	<-s.process.exited
	if err := waitGone(children); err != nil {
		return fmt.Errorf("kill server %s: %w", s.options.Dir, err)
	}
	s.process = nil
	return s.removeLeftovers()
}

func waitGone(pids []int) error {
	deadline := time.Now().Add(killWait)
	for _, pid := range pids {
		for running(pid) {
			if time.Now().After(deadline) {
				return fmt.Errorf("process %d still runs %s after SIGKILL", pid, killWait)
			}
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// removeLeftovers removes what a killed server cannot: its shared memory and its lock file, whose process id another
// process may get.
func (s *Server) removeLeftovers() error {
	path := filepath.Join(s.dataDir(), "postmaster.pid")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read lock file: %w", err)
	}
	// Line 7 is "key id" of the System V segment (src/include/utils/pidfile.h).
	if lines := strings.Split(string(content), "\n"); len(lines) >= 7 {
		if fields := strings.Fields(lines[6]); len(fields) == 2 {
			id, err := strconv.Atoi(fields[1])
			if err != nil {
				return fmt.Errorf("read lock file: shared memory id %q: %w", fields[1], err)
			}
			if err := removeSharedMemory(id); err != nil {
				return fmt.Errorf("remove shared memory %d: %w", id, err)
			}
		}
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove lock file: %w", err)
	}
	return nil
}
