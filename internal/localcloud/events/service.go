package events

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

// Metrics takes values as CloudWatch does; unit is a CloudWatch unit.
type Metrics interface {
	Record(namespace, name, unit string, dimensions map[string]string, value float64, at time.Time)
}

type noMetrics struct{}

func (noMetrics) Record(string, string, string, map[string]string, float64, time.Time) {}

// Options are what a Service stands on. Region, Account and Invoke are needed; the zero value of the rest works.
type Options struct {
	// Region and Account of every rule.
	Region, Account string
	// Invoke hands an event to a target, as events.amazonaws.com for target.RuleARN. An error that has Retryable() true is
	// tried again; any other is final, as a missing target or permission is.
	Invoke func(ctx context.Context, target Target, event []byte) error
	// Metrics gets Invocations, FailedInvocations and TriggeredRules of AWS/Events by RuleName.
	Metrics Metrics
	// FirstAfter is when a rule with a rate first runs, counted from when it is enabled and has a target; every run after it
	// follows at the rate. 0 is AWS's: one interval after it was made or enabled.
	FirstAfter time.Duration
	// RetryDelay is the wait before the nth retry of an invocation; nil doubles from a second to 5 minutes.
	RetryDelay func(retry int) time.Duration
	// Logger gets invocations that failed for good; nil logs nothing.
	Logger *slog.Logger
}

// Service is the EventBridge of one Region. Its methods are safe for concurrent use.
type Service struct {
	options    Options
	background sync.WaitGroup
	stop       context.CancelFunc
	stopped    context.Context

	mutex  sync.Mutex
	closed bool
	rules  map[string]*rule
}

// New starts a service without rules.
func New(options Options) (*Service, error) {
	if options.Region == "" || options.Account == "" || options.Invoke == nil {
		return nil, errors.New("start events: Region, Account and Invoke are needed")
	}
	if options.Metrics == nil {
		options.Metrics = noMetrics{}
	}
	if options.RetryDelay == nil {
		options.RetryDelay = func(retry int) time.Duration { return min(time.Second<<min(max(retry-1, 0), 16), 5*time.Minute) }
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{options: options, rules: map[string]*rule{}}
	s.stopped, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Close ends every rule, cancels invocations under way and waits for them. It is safe twice.
func (s *Service) Close() error {
	s.mutex.Lock()
	s.closed = true
	s.mutex.Unlock()
	s.stop()
	s.background.Wait()
	return nil
}

// RuleARN is the ARN of the rule with a name.
func (s *Service) RuleARN(name string) string {
	return "arn:aws:events:" + s.options.Region + ":" + s.options.Account + ":rule/" + name
}

// PutRule makes a rule or replaces it, and returns its ARN. Its targets stay. The times of a rule whose schedule and state
// stay the same are not changed.
func (s *Service) PutRule(wanted Rule) (string, error) {
	wanted, parsed, err := wanted.check()
	if err != nil {
		return "", err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	existing := s.rules[wanted.Name]
	if existing == nil {
		existing = &rule{arn: s.RuleARN(wanted.Name), targets: map[string]Target{}}
		s.rules[wanted.Name] = existing
	}
	if existing.ScheduleExpression != wanted.ScheduleExpression || existing.State != wanted.State {
		existing.halt()
	}
	existing.Rule, existing.schedule = wanted, parsed
	s.startLocked(existing)
	return existing.arn, nil
}

// PutTarget adds a target to a rule, or replaces it.
func (s *Service) PutTarget(target Target) error {
	if err := target.check(); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(target.Rule)
	if err != nil {
		return err
	}
	return s.putTargetLocked(found, target)
}

func (s *Service) putTargetLocked(found *rule, target Target) error {
	if _, known := found.targets[target.ID]; !known && len(found.targets) == maximumTargets {
		return tooMany()
	}
	target.Rule, target.RuleARN = found.Name, found.arn
	found.targets[target.ID] = target
	s.startLocked(found)
	return nil
}

// DeleteTarget removes a target. One that is gone is left alone.
func (s *Service) DeleteTarget(ruleName, id string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if found := s.rules[ruleName]; found != nil {
		delete(found.targets, id)
	}
	return nil
}

// DeleteRule removes a rule that has no targets. One that is gone is left alone.
func (s *Service) DeleteRule(name string) error {
	if err := checkName(name, "name"); err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found := s.rules[name]
	switch {
	case found == nil:
		return nil
	case len(found.targets) > 0:
		return invalid("Rule can't be deleted since it has targets.")
	}
	found.halt()
	delete(s.rules, name)
	return nil
}

// Rules lists the rules by name.
func (s *Service) Rules() []Rule {
	var list []Rule
	for _, one := range s.sorted() {
		list = append(list, one.Rule)
	}
	return list
}

// Targets lists the targets of a rule by id.
func (s *Service) Targets(ruleName string) ([]Target, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(ruleName)
	if err != nil {
		return nil, err
	}
	return found.sorted(), nil
}

// Delay makes the next run of a rule late by d; the runs after it keep their times. Drills use it.
func (s *Service) Delay(ruleName string, d time.Duration) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(ruleName)
	if err != nil {
		return err
	}
	found.late = d
	return nil
}

// sorted returns copies of the rules, by name.
func (s *Service) sorted() []rule {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var list []rule
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		list = append(list, *s.rules[name])
	}
	return list
}

func (s *Service) findLocked(name string) (*rule, error) {
	if err := checkName(name, "name"); err != nil {
		return nil, err
	}
	if found := s.rules[name]; found != nil {
		return found, nil
	}
	return nil, awserror.Refuse("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", name)
}

// setState enables or disables a rule.
func (s *Service) setState(name, state string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(name)
	if err != nil || found.State == state {
		return err
	}
	found.halt()
	found.State = state
	s.startLocked(found)
	return nil
}
