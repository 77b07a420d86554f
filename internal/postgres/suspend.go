package postgres

import (
	"fmt"
	"syscall"
)

// Suspend stops every process of the server from executing (SIGSTOP), like a machine that hangs: connections stay open
// and new ones are taken by the kernel, but nothing answers. Resume goes on, Kill ends it.
func (s *Server) Suspend() error { return s.signalAll("suspend", syscall.SIGSTOP, true) }

// Resume lets a suspended server go on. Resuming one that executes is no error.
func (s *Server) Resume() error { return s.signalAll("resume", syscall.SIGCONT, false) }

// signalAll signals the main process first, so that it starts no child meanwhile, or last, so that it misses none.
func (s *Server) signalAll(verb string, number syscall.Signal, mainFirst bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.runningLocked() {
		return fmt.Errorf("%s server %s: it does not run", verb, s.options.Dir)
	}
	if mainFirst {
		if err := s.process.signal(number); err != nil {
			return fmt.Errorf("%s server %s: %w", verb, s.options.Dir, err)
		}
	}
	children, err := childrenOf(s.process.pid)
	if err != nil {
		return fmt.Errorf("%s server %s: %w", verb, s.options.Dir, err)
	}
	for _, child := range children {
		if err := syscall.Kill(child, number); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("%s server %s: process %d: %w", verb, s.options.Dir, child, err)
		}
	}
	if !mainFirst {
		if err := s.process.signal(number); err != nil {
			return fmt.Errorf("%s server %s: %w", verb, s.options.Dir, err)
		}
	}
	return nil
}
