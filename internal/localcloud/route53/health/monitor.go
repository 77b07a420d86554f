package health

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/pause"
)

// DefaultCheckers is how many checkers look at an endpoint: with 15, an endpoint sees a request every 2 s at an
// interval of 30 s, and more than one a second at 10 s, which is what AWS documents.
const DefaultCheckers = 15

// Options are what a Monitor needs beside its configuration.
type Options struct {
	// Dial connects the probes; required.
	Dial Dial
	// Checkers is DefaultCheckers if zero.
	Checkers int
	// Seed gives the checkers' phases; the same seed and id give the same phases.
	Seed uint64
	// Aggregation is the time from the checkers' verdicts to the status that DNS uses. AWS publishes no figure.
	Aggregation time.Duration
	// OnChange is called with every change of the status, OnMinute at the end of every minute. Both are optional, are
	// called one at a time and must not call the Monitor's Close.
	OnChange func(id string, healthy bool, at time.Time)
	OnMinute func(Minute)
	// OnDissent is optional, too, and called like them: when a place comes to dissent.
	OnDissent func(Dissent)
}

// Dissent is a place whose checkers all find an endpoint unhealthy that is healthy by the count of all.
type Dissent struct {
	HealthCheckID, Place string
	// Well is how many of the Checkers still find it healthy.
	Well, Checkers int
}

// Observation is one checker, for GetHealthCheckStatus.
type Observation struct {
	// Region is the checker's place.
	Region string
	Checker
}

// Monitor runs the checkers of one health check until it is closed.
type Monitor struct {
	config  Config
	options Options
	cancel  context.CancelFunc
	running sync.WaitGroup

	mutex    sync.Mutex
	checkers []Checker
	raw      bool // what the checkers say, status follows it after the aggregation time
	status   bool
	// verdicts numbers the changes of raw; applied is the newest one that became the status.
	verdicts, applied int
	minute            minimum
	// calls keeps the callbacks in order without holding the mutex.
	calls sync.Mutex
}

// Start checks the configuration, fills its defaults and starts probing. The caller closes the monitor.
func Start(config Config, options Options) (*Monitor, error) {
	config = config.WithDefaults()
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("start health check: %w", err)
	}
	if options.Dial == nil {
		return nil, errors.New("start health check: no dialer")
	}
	if options.Checkers == 0 {
		options.Checkers = DefaultCheckers
	}
	ctx, cancel := context.WithCancel(context.Background())
	monitor := &Monitor{config: config, options: options, cancel: cancel, checkers: make([]Checker, options.Checkers)}
	for i := range monitor.checkers {
		monitor.checkers[i].Threshold = config.FailureThreshold
	}
	monitor.raw = Status(config, monitor.checkers)
	monitor.status = monitor.raw
	monitor.minute = monitor.minute.observe(monitor.status, Percentage(monitor.checkers))
	if !config.Disabled {
		for i, phase := range Phases(options.Seed, config.ID, options.Checkers, config.Interval) {
			monitor.running.Go(func() { monitor.check(ctx, i, phase) })
		}
	}
	if options.OnMinute != nil {
		monitor.running.Go(func() { monitor.minutes(ctx) })
	}
	return monitor, nil
}

// Phases are the checkers' first probes after the start, each anywhere in the interval: checkers do not coordinate.
func Phases(seed uint64, id string, checkers int, interval time.Duration) []time.Duration {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(id)) // a hash never fails
	random := rand.New(rand.NewPCG(seed, sum.Sum64()))
	phases := make([]time.Duration, checkers)
	for i := range phases {
		phases[i] = time.Duration(random.Int64N(int64(interval)))
	}
	return phases
}

// Config is the configuration with its defaults.
func (m *Monitor) Config() Config { return m.config }

// Healthy is the status that DNS uses now.
func (m *Monitor) Healthy() bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.status
}

// Observations lists the checkers as they are now.
func (m *Monitor) Observations() []Observation {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var result []Observation
	for i, checker := range m.checkers {
		result = append(result, Observation{Region: m.place(i), Checker: checker})
	}
	return result
}

// Close ends the probes under way and waits for them. It is safe to call twice.
func (m *Monitor) Close() {
	m.cancel()
	m.running.Wait()
}

// place spreads the checkers over the configured Regions.
func (m *Monitor) place(i int) string { return m.config.Regions[i%len(m.config.Regions)] }

func (m *Monitor) check(ctx context.Context, i int, phase time.Duration) {
	for wait := phase; pause.For(ctx, wait) == nil; {
		result := Probe(ctx, m.options.Dial, m.place(i), m.config)
		if ctx.Err() != nil {
			return // the probe failed because the monitor closes, which says nothing about the endpoint
		}
		now := time.Now()
		next := m.observe(ctx, i, result, now)
		wait = next.Sub(now)
	}
}

// observe records a result and says when the checker is to probe again.
func (m *Monitor) observe(ctx context.Context, i int, result Result, now time.Time) time.Time {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	before := m.checkers[i].Verdict
	m.checkers[i] = m.checkers[i].Observe(result, now)
	if before != Ill && m.checkers[i].Verdict == Ill {
		m.noteDissentLocked(m.place(i))
	}
	m.minute = m.minute.observe(m.status, Percentage(m.checkers))
	if raw := Status(m.config, m.checkers); raw != m.raw {
		m.raw = raw
		m.verdicts++
		number := m.verdicts
		m.running.Go(func() { m.publish(ctx, raw, number) })
	}
	return m.checkers[i].Next(m.config.Interval)
}

// noteDissentLocked tells of a place with a checker that has just turned unhealthy, if the others there did before.
func (m *Monitor) noteDissentLocked(place string) {
	if m.options.OnDissent == nil || !Healthy(m.checkers) {
		return
	}
	for i, checker := range m.checkers {
		if m.place(i) == place && checker.Verdict != Ill {
			return
		}
	}
	dissent := Dissent{HealthCheckID: m.config.ID, Place: place, Well: countWell(m.checkers), Checkers: len(m.checkers)}
	m.running.Go(func() {
		m.calls.Lock()
		defer m.calls.Unlock()
		m.options.OnDissent(dissent)
	})
}

// publish makes a verdict the status after the aggregation time, unless a newer one overtook it.
func (m *Monitor) publish(ctx context.Context, healthy bool, number int) {
	if pause.For(ctx, m.options.Aggregation) != nil {
		return
	}
	m.calls.Lock()
	defer m.calls.Unlock()
	m.mutex.Lock()
	if number < m.applied {
		m.mutex.Unlock()
		return
	}
	changed := m.status != healthy
	m.status, m.applied = healthy, number
	m.minute = m.minute.observe(healthy, Percentage(m.checkers))
	m.mutex.Unlock()
	if changed && m.options.OnChange != nil {
		m.options.OnChange(m.config.ID, healthy, time.Now())
	}
}

func (m *Monitor) minutes(ctx context.Context) {
	for start := time.Now().UTC().Truncate(time.Minute); ; start = start.Add(time.Minute) {
		if pause.For(ctx, time.Until(start.Add(time.Minute))) != nil {
			return
		}
		m.calls.Lock()
		m.mutex.Lock()
		gathered := m.minute
		m.minute = minimum{}.observe(m.status, Percentage(m.checkers))
		m.mutex.Unlock()
		m.options.OnMinute(Minute{HealthCheckID: m.config.ID, Start: start, Lowest: gathered.status, LowestPercentage: gathered.percentage})
		m.calls.Unlock()
	}
}
