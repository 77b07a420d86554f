package lambda

// awaitTurn returns an environment that became free, or nil if a new one may start now. It waits in line while the function
// has as many processes as it may.
func (s *Service) awaitTurn(d *deployment) (*environment, error) {
	s.mutex.Lock()
	if e := idleEnvironmentLocked(d); e != nil {
		s.mutex.Unlock()
		return e, nil
	}
	if limit := s.options.Processes; limit == 0 || d.processes < limit {
		d.processes++
		s.mutex.Unlock()
		return nil, nil
	}
	turn := make(chan *environment, 1)
	d.waiting = append(d.waiting, turn)
	s.mutex.Unlock()
	select {
	case e := <-turn:
		if e == nil || e.life.Err() == nil {
			return e, nil
		}
		return s.awaitTurn(d) // it died on its way
	case <-s.stopped.Done():
		return nil, errClosed
	}
}

// nextLocked takes whoever waits longest out of the line, nil if nobody waits.
func (d *deployment) nextLocked() chan *environment {
	if len(d.waiting) == 0 {
		return nil
	}
	next := d.waiting[0]
	d.waiting = d.waiting[1:]
	return next
}

// leaveLocked counts a process out, and lets the next in line start one.
func (d *deployment) leaveLocked() {
	d.processes--
	if next := d.nextLocked(); next != nil {
		d.processes++
		next <- nil
	}
}

// giveUpTurn is for a turn that no process was made of.
func (s *Service) giveUpTurn(d *deployment) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d.leaveLocked()
}

// retake counts a second process in for an invocation whose first one ended before it was ready.
func (s *Service) retake(d *deployment) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d.processes++
}
