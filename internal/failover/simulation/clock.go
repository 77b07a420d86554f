package simulation

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
)

// deadline is a context that ends by the simulation's time.
type deadline struct {
	context.Context
	simulation *simulation
	at         time.Duration
}

// bounded is a context that ends at a time, or with its parent.
func (s *simulation) bounded(parent context.Context, at time.Duration) (context.Context, context.CancelFunc) {
	if outer, ok := parent.(*deadline); ok && outer.at < at {
		at = outer.at
	}
	if s.bounds%slab == 0 && s.bounds/slab == len(s.slabs) {
		s.slabs = append(s.slabs, new([slab]deadline))
	}
	d := &s.slabs[s.bounds/slab][s.bounds%slab]
	s.bounds++
	*d = deadline{Context: parent, simulation: s, at: at}
	return d, forget
}

// slab is how many contexts are made at a time; a seed's are used again by the next one.
const slab = 128

// forget is a cancellation: nothing outlives its function here.
func forget() {}

func (d *deadline) Deadline() (time.Time, bool) { return failovertest.Start.Add(d.at), true }

func (d *deadline) Err() error {
	if d.simulation.now >= d.at {
		return context.DeadlineExceeded
	}
	return nil
}

// timing is the time of payment processors.
type timing struct{ simulation *simulation }

func (t timing) Now() time.Time { return t.simulation.world.Now }

func (t timing) WithDeadline(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
	return t.simulation.bounded(parent, at.Sub(failovertest.Start))
}

func (t timing) Sleep(ctx context.Context, duration time.Duration) error {
	t.simulation.wait(duration)
	return ctx.Err()
}

// clock is the time of a function's environment: its monotonic clock is fast or slow, and its wall clock the Region's.
func (s *simulation) clock(e *environment) failover.Clock {
	rate := s.plan.rate[e.region]
	slowed := func(duration time.Duration) time.Duration { return time.Duration(float64(duration) / rate) }
	clock := failover.Clock{
		Now:  func() time.Time { return failovertest.Start.Add(time.Duration(float64(s.now-e.stood) * rate)) },
		Wall: func() time.Time { return s.world.Now.Add(s.skew[e.region]) },
		Sleep: func(_ context.Context, duration time.Duration) error {
			s.wait(slowed(duration))
			return nil
		},
		WithTimeout: func(parent context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
			return s.bounded(parent, s.now+slowed(timeout))
		},
	}
	if s.bug == WallClock {
		clock.Now = clock.Wall
	}
	return clock
}
