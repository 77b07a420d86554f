package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/alarm"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// Options are what a Service stands on. Region and Account are needed; the zero value of the rest works.
type Options struct {
	Region, Account string
	// Act performs an alarm's action, an ARN; it is called for one action at a time, in order. nil does nothing. Its context
	// ends with the service.
	Act func(ctx context.Context, action string, notification Notification) error
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Delay is how long after the end of a minute its alarms are evaluated, so that what belongs to it has arrived; 0 is 2 s.
	Delay time.Duration
	// Retention is how long values are kept, besides those that an alarm needs for longer; 0 is 3 hours.
	Retention time.Duration
	// Series is the highest number of metrics; 0 is 10,000.
	Series int
	// Logger gets malformed metrics and failed actions; nil is slog.Default().
	Logger *slog.Logger
}

// Service is a Region's CloudWatch. It is safe for concurrent use.
type Service struct {
	options Options
	metrics *metric.Store
	faults  faults

	stopped    context.Context
	stop       context.CancelFunc
	background sync.WaitGroup
	actions    queue

	mutex      sync.Mutex
	alarms     map[string]*entry
	dashboards map[string]dashboard
	history    []HistoryItem
	notes      int // ever made
}

// tick is how often alarms are looked at: the interval of the most frequent ones.
const tick = 10 * time.Second

// New starts a service without alarms.
func New(options Options) (*Service, error) {
	if options.Region == "" || options.Account == "" {
		return nil, errors.New("start cloudwatch: Region and Account are needed")
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Delay == 0 {
		options.Delay = 2 * time.Second
	}
	if options.Act == nil {
		options.Act = func(context.Context, string, Notification) error { return nil }
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	s := &Service{
		options: options, metrics: metric.New(metric.Options{Retention: options.Retention, Series: options.Series}),
		alarms: map[string]*entry{}, dashboards: map[string]dashboard{}, actions: newQueue(),
	}
	s.stopped, s.stop = context.WithCancel(context.Background())
	s.background.Go(s.evaluateInTime)
	s.background.Go(s.act)
	return s, nil
}

// Close ends evaluations and actions and waits for them; actions that have not begun are dropped. It is safe twice.
func (s *Service) Close() error {
	s.stop()
	s.background.Wait()
	return nil
}

// evaluateInTime evaluates alarms a little after every ten seconds of the clock, until the service is closed.
func (s *Service) evaluateInTime() {
	for {
		now := s.options.Now()
		next := now.Add(-s.options.Delay).Truncate(tick).Add(tick + s.options.Delay)
		timer := time.NewTimer(next.Sub(now))
		select {
		case <-s.stopped.Done():
			timer.Stop()
			return
		case <-timer.C:
			s.Evaluate()
		}
	}
}

// Evaluate evaluates, at the present moment, the alarms whose turn it is, and the composite alarms. The service does so by
// itself; for tests and for drills that cannot wait.
func (s *Service) Evaluate() {
	now := s.options.Now()
	s.mutex.Lock()
	for _, e := range s.sortedLocked() {
		if e.alarm != nil {
			s.evaluateLocked(e, now)
		}
	}
	s.evaluateCompositesLocked(now)
	s.mutex.Unlock()
	s.metrics.Forget(now)
}

// evaluateLocked evaluates a metric alarm unless it was evaluated with a window of the same end.
func (s *Service) evaluateLocked(e *entry, now time.Time) {
	end := now.Truncate(e.alarm.Interval())
	if !end.After(e.evaluated) {
		return
	}
	e.evaluated = end
	if verdict := alarm.Evaluate(*e.alarm, s.window(*e.alarm, end), e.state, now); verdict.Reason != "" {
		s.changeLocked(e, verdict.State, verdict.Reason, verdict.Data, now)
	}
}

// window is the datapoints of an alarm up to a moment.
func (s *Service) window(a alarm.Alarm, end time.Time) []alarm.Datapoint {
	statistic, err := metric.ParseStatistic(a.StatisticName())
	if err != nil {
		panic(err) // validated by PutAlarm
	}
	count := a.Range()
	start := end.Add(-time.Duration(count) * a.PeriodLength())
	window := make([]alarm.Datapoint, count)
	for i, period := range s.metrics.Periods(a.Metric(), a.Unit, start, a.PeriodLength(), count) {
		value, known := statistic.Of(&period.Set)
		window[i] = alarm.Datapoint{Start: period.Start, Value: value, Samples: period.Set.Count, Missing: !known}
	}
	return window
}

func (s *Service) alarmARN(name string) string {
	return fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", s.options.Region, s.options.Account, name)
}
