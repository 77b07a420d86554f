package secretsmanager

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// attention is how often the clock is looked at, besides when something is due by it: it may jump.
const attention = 10 * time.Second

// RotationRetryDelay is the wait after the nth failure in a row: a minute, doubled to an hour. Secrets Manager documents
// that it "retries the entire rotation process multiple times", and no figures.
func RotationRetryDelay(failures int) time.Duration {
	return min(time.Minute<<min(max(failures-1, 0), 16), time.Hour)
}

// tend starts rotations that are due, and removes secrets whose recovery window is over.
func (s *Service) tend() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.stopped.Done():
			return
		case <-s.tendWake:
		case <-timer.C:
		}
		timer.Reset(s.tendAll())
	}
}

// tendAll returns how long nothing is due.
func (s *Service) tendAll() time.Duration {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now, next := s.now(), attention
	for _, one := range s.records {
		if one.Gone || one.isReplica() || s.closed {
			continue
		}
		due, err := s.tendLocked(one, now)
		if err != nil {
			s.options.Logger.Error("tend secret", "secret", one.ARN, "error", err)
		} else if wait := due.Sub(now); !due.IsZero() && wait < next {
			next = max(wait, 0)
		}
	}
	return next
}

// tendLocked returns when something is due next, zero if nothing is known to be.
func (s *Service) tendLocked(one *record, now time.Time) (time.Time, error) {
	if !one.Deleted.IsZero() {
		if now.Before(one.Deleted) {
			return one.Deleted, nil
		}
		_, err := s.changeLocked(one, func(next *record) error { return next.delete(next.Deleted, true) })
		return time.Time{}, err
	}
	r := one.Rotation
	switch {
	case s.rotating[one.ARN]:
		return time.Time{}, nil
	case r.Token != "" && now.Before(r.Retry):
		return r.Retry, nil
	case r.Token != "":
		s.rotating[one.ARN] = true
		s.background.Go(func() { s.run(one) })
		return time.Time{}, nil
	case !r.Enabled || r.Due.IsZero():
		return time.Time{}, nil
	case now.Before(r.Due):
		return r.Due, nil
	}
	_, err := s.changeLocked(one, func(next *record) error {
		// A version that somebody left at AWSPENDING is the rotation to go on with.
		if pending := next.Versions.At(versions.Pending); pending != nil && !pending.Has(versions.Current) {
			next.Rotation.begin(pending.ID, false)
			return nil
		}
		return next.start(newID(), false, now)
	})
	return time.Time{}, err
}

// event is what a rotation function gets.
type event struct {
	Step, SecretId, ClientRequestToken string
	RotationToken                      string `json:",omitempty"`
}

// run calls the function for every step of one attempt and notes how it ended.
func (s *Service) run(begun *record) {
	err := s.steps(begun)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.rotating, begun.ARN)
	defer wake(s.tendWake)
	found := s.records[begun.ARN]
	if s.stopped.Err() != nil || found == nil || found.Rotation.Token != begun.Rotation.Token {
		return // goes on after a start, or was cancelled
	}
	if err == nil && !begun.Rotation.Test && !found.rotated() {
		err = fmt.Errorf("the function succeeded and did not move %s to the new version", versions.Current)
	}
	if err != nil {
		s.options.Logger.Error("rotate secret", "secret", begun.ARN, "version", begun.Rotation.Token, "error", err)
	}
	_, err = s.changeLocked(found, func(next *record) error {
		next.ended(s.now(), s.options.RetryDelay)
		return nil
	})
	if err != nil {
		s.options.Logger.Error("store secret", "secret", begun.ARN, "error", err)
	}
}

var errCancelled = errors.New("the rotation was cancelled")

func (s *Service) steps(begun *record) error {
	steps := []string{"createSecret", "setSecret", "testSecret", "finishSecret"}
	if begun.Rotation.Test {
		steps = steps[2:3]
	}
	for _, step := range steps {
		now, err := s.find(begun.ARN)
		switch {
		case err != nil:
			return err
		case now.Rotation.Token != begun.Rotation.Token || !now.holdsToken():
			return errCancelled
		}
		content, err := json.Marshal(event{step, begun.ARN, begun.Rotation.Token, begun.Rotation.Proof})
		if err != nil {
			return fmt.Errorf("encode rotation event: %w", err)
		}
		if err := s.options.Rotate(s.stopped, begun.Rotation.FunctionARN, content); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
	}
	return nil
}

// holdsToken tells whether the version of the run under way still has the label that it needs.
func (r *record) holdsToken() bool {
	version := r.Versions.Find(r.Rotation.Token)
	return version != nil && (version.Has(versions.Pending) || version.Has(versions.Current))
}

// rotated tells whether the version of the run under way is current: then it succeeded, whatever the function said.
func (r *record) rotated() bool {
	version := r.Versions.Find(r.Rotation.Token)
	return version != nil && version.Has(versions.Current)
}

// ended notes the end of an attempt.
func (r *record) ended(now time.Time, delay func(int) time.Duration) {
	switch {
	case r.Rotation.Test:
		if version := r.Versions.Find(r.Rotation.Token); version != nil {
			version.Value = versions.Value{} // without a label, it is removed
			version.Stages = nil
		}
		r.Rotation.stop()
	case r.rotated():
		r.Rotation.stop()
		r.Rotation.LastRotated = now
		r.Rotation.plan(now)
	case !r.holdsToken():
		r.Rotation.stop()
	default:
		r.Rotation.Failures++
		r.Rotation.Retry = now.Add(delay(r.Rotation.Failures))
	}
}
