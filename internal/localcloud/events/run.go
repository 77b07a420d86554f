package events

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/events/schedule"
	"github.com/paymentdr/paymentdr/internal/pause"
)

// halt ends what runs a rule. Invocations under way go on.
func (r *rule) halt() {
	if r.stop != nil {
		r.stop()
	}
	r.stop = nil
}

// startLocked runs a rule that is enabled, unless something runs it already. With FirstAfter a rate waits for a target, so
// that the first run is not one of nothing.
func (s *Service) startLocked(r *rule) {
	every := r.schedule.Every()
	early := every > 0 && s.options.FirstAfter > 0
	if r.stop != nil || s.closed || r.State != Enabled || early && len(r.targets) == 0 {
		return
	}
	now := time.Now()
	first := r.schedule.Next(now)
	if early {
		first = now.Add(s.options.FirstAfter)
	}
	ctx, stop := context.WithCancel(s.stopped)
	r.stop = stop
	name, parsed := r.Name, r.schedule
	s.background.Go(func() {
		for due := first; !due.IsZero() && pause.For(ctx, time.Until(due)) == nil; {
			s.runDue(ctx, name, due)
			due = following(parsed, due, time.Now())
		}
	})
}

// following is when a rule is due after it was due and, at now, has run. Runs that were missed, because this process was
// frozen, are not made up for; a rate keeps its beat.
func following(when schedule.Schedule, due, now time.Time) time.Time {
	if now.Before(due) { // the wall clock was set back
		now = due
	}
	every := when.Every()
	if every == 0 {
		return when.Next(now)
	}
	return due.Add(now.Sub(due)/every*every + every)
}

// runDue runs a rule now or, if a drill wants it late, later.
func (s *Service) runDue(ctx context.Context, name string, due time.Time) {
	s.mutex.Lock()
	late := time.Duration(0)
	if r := s.rules[name]; r != nil {
		late, r.late = r.late, 0
	}
	s.mutex.Unlock()
	if late <= 0 {
		s.trigger(ctx, name, due)
		return
	}
	s.background.Go(func() {
		if pause.For(ctx, late) == nil {
			s.trigger(ctx, name, due)
		}
	})
}

// trigger invokes every target of a rule, unless it was disabled or deleted meanwhile.
func (s *Service) trigger(ctx context.Context, name string, due time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	r := s.rules[name]
	if ctx.Err() != nil || s.closed || r == nil {
		return
	}
	s.count("TriggeredRules", name)
	event := s.event(r.arn, due)
	for _, target := range r.sorted() {
		content := event
		if target.Input != "" {
			content = []byte(target.Input)
		}
		s.background.Go(func() { s.deliver(target, content) })
	}
}

// scheduled is the event of a schedule.
type scheduled struct {
	Version    string   `json:"version"`
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Time       string   `json:"time"`
	Region     string   `json:"region"`
	Resources  []string `json:"resources"`
	Detail     struct{} `json:"detail"`
}

func (s *Service) event(ruleARN string, due time.Time) []byte {
	content, err := json.Marshal(scheduled{
		Version: "0", ID: uuid.NewString(), DetailType: "Scheduled Event", Source: "aws.events", Account: s.options.Account,
		Time: due.UTC().Format("2006-01-02T15:04:05Z"), Region: s.options.Region, Resources: []string{ruleARN},
	})
	if err != nil {
		panic(err) // strings always marshal
	}
	return content
}

// deliver invokes a target until that succeeds, or is given up.
func (s *Service) deliver(target Target, event []byte) {
	begun := time.Now()
	for retry := 1; ; retry++ {
		err := s.options.Invoke(s.stopped, target, event)
		if s.stopped.Err() != nil {
			return
		}
		if err == nil {
			s.count("Invocations", target.Rule)
			return
		}
		delay := s.options.RetryDelay(retry)
		policy := target.RetryPolicy
		if !retryable(err) || retry > policy.attempts() || time.Since(begun)+delay > policy.age() {
			s.count("Invocations", target.Rule)
			s.count("FailedInvocations", target.Rule)
			s.options.Logger.Error("invoke target", "rule", target.Rule, "target", target.ARN, "attempts", retry, "error", err)
			return
		}
		if pause.For(s.stopped, delay) != nil {
			return
		}
	}
}

func retryable(err error) bool {
	var says interface{ Retryable() bool }
	return errors.As(err, &says) && says.Retryable()
}

func (s *Service) count(metric, ruleName string) {
	s.options.Metrics.Record("AWS/Events", metric, "Count", map[string]string{"RuleName": ruleName}, 1, time.Now())
}
