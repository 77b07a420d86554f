package cloudwatch

import (
	"fmt"
	"sync"
)

// job is an action to perform.
type job struct {
	action, kind string
	notification Notification
}

// queue hands jobs to one worker, in order. It takes any number: evaluation never waits for actions.
type queue struct {
	mutex sync.Mutex
	jobs  []job
	ready chan struct{} // holds one while there are jobs
}

func newQueue() queue { return queue{ready: make(chan struct{}, 1)} }

func (q *queue) put(j job) {
	q.mutex.Lock()
	q.jobs = append(q.jobs, j)
	q.mutex.Unlock()
	select {
	case q.ready <- struct{}{}:
	default: // it is told already
	}
}

func (q *queue) takeAll() []job {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	jobs := q.jobs
	q.jobs = nil
	return jobs
}

// act performs actions until the service is closed.
func (s *Service) act() {
	for {
		select {
		case <-s.stopped.Done():
			return
		case <-s.actions.ready:
		}
		for _, j := range s.actions.takeAll() {
			if s.stopped.Err() != nil {
				return
			}
			s.perform(j)
		}
	}
}

func (s *Service) perform(j job) {
	err := s.options.Act(s.stopped, j.action, j.notification)
	summary, state := "Successfully executed action "+j.action, "Succeeded"
	if err != nil {
		summary, state = fmt.Sprintf("Failed to execute action %s. Received error: %q", j.action, err), "Failed"
		s.options.Logger.Error("perform alarm action", "alarm", j.notification.AlarmName, "action", j.action, "error", err)
	}
	now := s.options.Now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.noteLocked(j.notification.AlarmName, j.kind, now, Action, summary, mustJSON(map[string]any{
		"actionState": state, "notificationResource": j.action, "stateUpdateTimestamp": j.notification.StateChangeTime,
	}))
}
