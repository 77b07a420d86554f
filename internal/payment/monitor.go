package payment

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Prober tries the journal's write path for a Region, within ctx.
type Prober interface {
	Probe(ctx context.Context, region string, at time.Time) error
}

// The monitor's bounds. Route 53 waits two seconds for an answer after it has connected.
const (
	// ProbeTimeout bounds one probe and one reading of the lease.
	ProbeTimeout = 700 * time.Millisecond
	// ProbeInterval is how long a good probe is taken for the present, however often /health is asked.
	ProbeInterval = time.Second
)

// Monitor answers GET /health from what it last saw, looking again when that is older than ProbeInterval. It starts no
// goroutine: a function is frozen between invocations, and a probe in the dark proves nothing. It is safe for
// concurrent use (make it with NewMonitor); of concurrent callers one looks and the others answer from what is known, unless nothing is.
type Monitor struct {
	Region string
	Place  Place
	Prober Prober
	Lease  Lease
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	look    chan struct{} // holds one token; who has it looks
	state   sync.Mutex    // guards the rest
	seen    HealthObservation
	started time.Time // of the last look
}

// Health looks if need be, and judges.
func (m *Monitor) Health(ctx context.Context) HealthReport {
	m.refresh(ctx)
	m.state.Lock()
	seen := m.seen
	m.state.Unlock()
	seen.Region, seen.Place = m.Region, m.Place
	return Health(seen, m.now())
}

func (m *Monitor) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

// refresh looks if what is known is not fresh. Where it is not even usable (a new process, or one that nobody asked for
// a while) it looks up to twice: one slow connection must not make a Region look ill.
func (m *Monitor) refresh(ctx context.Context) {
	asked := m.now()
	select {
	case <-m.look:
	default:
		if m.usable(asked) {
			return
		}
		select {
		case <-m.look:
		case <-ctx.Done():
			return
		}
	}
	defer func() { m.look <- struct{}{} }()
	if m.lookedSince(asked) {
		return
	}
	for range 2 {
		if m.fresh() {
			return
		}
		m.observe(ctx)
		if m.usable(m.now()) {
			return
		}
	}
}

// usable tells whether what is known is young enough to answer from.
func (m *Monitor) usable(now time.Time) bool {
	m.state.Lock()
	defer m.state.Unlock()
	return !m.seen.JournalGood.IsZero() && now.Sub(m.seen.JournalGood) <= HealthGrace &&
		!m.seen.LeaseRead.IsZero() && now.Sub(m.seen.LeaseRead) <= HealthLeaseAge
}

// lookedSince tells whether a look began after a moment; a caller that waited for another's look takes its result.
func (m *Monitor) lookedSince(moment time.Time) bool {
	m.state.Lock()
	defer m.state.Unlock()
	return m.started.After(moment)
}

func (m *Monitor) fresh() bool {
	m.state.Lock()
	defer m.state.Unlock()
	return !m.started.IsZero() && m.now().Sub(m.started) < ProbeInterval && m.seen.JournalFailures == 0 && m.seen.LeaseError == ""
}

// observe probes the journal and reads the lease side by side, and remembers both.
func (m *Monitor) observe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, ProbeTimeout)
	defer cancel()
	at := m.now()
	var term Term
	var leaseErr error
	var group sync.WaitGroup
	group.Go(func() { term, leaseErr = m.Lease.Current(ctx) })
	journalErr := m.Prober.Probe(ctx, m.Region, at)
	group.Wait()

	m.state.Lock()
	defer m.state.Unlock()
	m.started = at
	if journalErr == nil {
		m.seen.JournalGood, m.seen.JournalFailures, m.seen.JournalError = at, 0, ""
	} else {
		m.seen.JournalFailures++
		m.seen.JournalError = "it did not answer as it should"
		slog.WarnContext(ctx, "journal probe failed", "error", journalErr, "failures", m.seen.JournalFailures)
	}
	if leaseErr == nil {
		m.seen.Lease, m.seen.LeaseRead, m.seen.LeaseError = term, at, ""
	} else {
		m.seen.LeaseError = "it could not be read"
		slog.WarnContext(ctx, "lease reading failed", "error", leaseErr)
	}
}

// NewMonitor checks what a monitor needs.
func NewMonitor(region string, place Place, prober Prober, lease Lease) (*Monitor, error) {
	if region == "" || prober == nil || lease == nil {
		return nil, fmt.Errorf("make health monitor: region %q, prober and lease must be set", region)
	}
	if place != PlacePrimary && place != PlaceSecondary {
		return nil, fmt.Errorf("make health monitor: place %q is neither %s nor %s", place, PlacePrimary, PlaceSecondary)
	}
	monitor := &Monitor{Region: region, Place: place, Prober: prober, Lease: lease, look: make(chan struct{}, 1)}
	monitor.look <- struct{}{}
	return monitor, nil
}
