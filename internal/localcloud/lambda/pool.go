package lambda

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/process"
)

// reservableLocked keeps the sum of reservations within the account's concurrency. (AWS also keeps 100 unreserved.)
func (s *Service) reservableLocked(function Function) error {
	if function.Reserved == nil {
		return nil
	}
	others := 0
	for name, d := range s.functions {
		if name != function.Name && d.function.Reserved != nil {
			others += *d.function.Reserved
		}
	}
	if left := s.options.AccountConcurrency - others; *function.Reserved > left {
		return invalid("function %s: reserved concurrency %d is more than the %d that the account has left", function.Name, *function.Reserved, left)
	}
	return nil
}

// admitLocked counts an invocation in, or says which limit refuses it ("Understanding Lambda function scaling").
func (s *Service) admitLocked(d *deployment) error {
	name := d.function.Name
	if reserved := d.function.Reserved; reserved != nil {
		if s.running[name] >= *reserved {
			return throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
		}
		s.running[name]++
		d.inUse++
		return nil
	}
	limit, used := s.options.AccountConcurrency, 0
	for other, d := range s.functions {
		if d.function.Reserved != nil {
			limit -= *d.function.Reserved
		} else {
			used += s.running[other]
		}
	}
	if used >= limit {
		return throttled("ConcurrentInvocationLimitExceeded")
	}
	s.running[name]++
	d.inUse++
	return nil
}

// idleEnvironmentLocked takes the environment that was used last.
func idleEnvironmentLocked(d *deployment) *environment {
	for len(d.idle) > 0 {
		e := d.idle[len(d.idle)-1]
		d.idle = d.idle[:len(d.idle)-1]
		if e.life.Err() == nil {
			return e
		}
	}
	return nil
}

// register notes a new environment; a service that closed meanwhile, or a frozen function, gets it as it must be.
func (s *Service) register(e *environment) error {
	s.mutex.Lock()
	if s.closed {
		s.mutex.Unlock()
		e.kill()
		return errClosed
	}
	defer s.mutex.Unlock()
	if e.life.Err() == nil {
		s.live[e] = true
	}
	if s.frozen[e.deployment.function.Name] {
		return e.child.Stop()
	}
	return nil
}

// release counts an invocation out, and keeps its environment for the next one if it can serve one.
func (s *Service) release(d *deployment, e *environment, reusable bool) {
	s.mutex.Lock()
	if s.running[d.function.Name]--; s.running[d.function.Name] == 0 {
		delete(s.running, d.function.Name)
	}
	keep := e != nil && reusable && !d.retired && !s.closed
	if keep {
		e.idleSince = s.now()
		if next := d.nextLocked(); next != nil {
			next <- e
		} else {
			d.idle = append(d.idle, e)
		}
	}
	d.inUse--
	unused := d.unusedLocked()
	s.mutex.Unlock()
	if e != nil && !keep {
		e.kill()
	}
	if unused {
		d.removeCode()
	}
}

// unusedLocked tells whether a deployment was replaced or deleted and runs nothing any more.
func (d *deployment) unusedLocked() bool { return d.retired && d.inUse == 0 }

// removeCode is best effort: what stays is removed with the service's folder.
func (d *deployment) removeCode() { _ = os.RemoveAll(d.folder) }

// forget drops an environment whose process has ended.
func (s *Service) forget(e *environment) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.live, e)
	e.deployment.leaveLocked()
	e.deployment.idle = slices.DeleteFunc(e.deployment.idle, func(other *environment) bool { return other == e })
}

// reap ends environments that were idle for too long.
func (s *Service) reap() {
	ticker := time.NewTicker(max(s.options.IdleTimeout/4, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-s.stopped.Done():
			return
		case <-ticker.C:
			s.dismiss(s.expired(s.now()))
		}
	}
}

// expired takes the environments out that are idle for too long at the time now.
func (s *Service) expired(now time.Time) []*environment {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var old []*environment
	for _, d := range s.functions {
		d.idle = slices.DeleteFunc(d.idle, func(e *environment) bool {
			if now.Sub(e.idleSince) < s.options.IdleTimeout {
				return false
			}
			old = append(old, e)
			return true
		})
	}
	return old
}

// Freeze stops every process of a function (SIGSTOP), running ones in the middle of what they do; environments that start
// later stop as well. Deadlines go on: an invocation in flight times out. Thaw lets them continue.
func (s *Service) Freeze(name string) error {
	return s.setFrozen(name, true, (*process.Child).Stop)
}

// Thaw ends a Freeze.
func (s *Service) Thaw(name string) error {
	return s.setFrozen(name, false, func(child *process.Child) error { return child.Signal(syscall.SIGCONT) })
}

func (s *Service) setFrozen(name string, frozen bool, change func(*process.Child) error) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d, err := s.findLocked(name)
	if err != nil {
		return err
	}
	if frozen {
		s.frozen[d.function.Name] = true
	} else {
		delete(s.frozen, d.function.Name)
	}
	var failed []error
	for e := range s.live {
		if e.deployment.function.Name == d.function.Name {
			failed = append(failed, change(e.child))
		}
	}
	return errors.Join(failed...)
}

// Kill ends every process of a function with kill -9, in the middle of what it does, and says how many there were. Later
// invocations start others.
func (s *Service) Kill(name string) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d, err := s.findLocked(name)
	if err != nil {
		return 0, err
	}
	killed := 0
	var failed []error
	for e := range s.live {
		if e.deployment.function.Name == d.function.Name {
			killed++
			failed = append(failed, e.child.Signal(syscall.SIGKILL))
		}
	}
	return killed, errors.Join(failed...)
}

// Processes lists the process ids of a function's environments, for drills that kill some.
func (s *Service) Processes(name string) ([]int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d, err := s.findLocked(name)
	if err != nil {
		return nil, err
	}
	var ids []int
	for e := range s.live {
		if e.deployment.function.Name == d.function.Name {
			ids = append(ids, e.child.PID())
		}
	}
	slices.Sort(ids)
	return ids, nil
}
