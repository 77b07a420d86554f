package simulate

import (
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// payers are a steady stream, ten payments a second, to a processor that reads the lease every second.
type payers struct {
	world  *failovertest.World
	active bool
	read   time.Time
	// stopped is when the processor began to post by itself.
	stopped time.Time
}

const everyPayment = 100 * time.Millisecond

func (p *payers) pass(d time.Duration) {
	for end := p.world.Now.Add(d); p.world.Now.Before(end); {
		p.world.Now = p.world.Now.Add(everyPayment)
		if p.world.Now.Sub(p.read) >= leaseFresh {
			p.read, p.active = p.world.Now, p.world.Lease != nil && p.world.Lease.State == payment.LeaseActive
		}
		if p.active {
			if p.stopped.IsZero() {
				p.stopped = p.world.Now
			}
			continue
		}
		p.world.Accept("east")
	}
}

// The real controller, over stores that answer at once, settles when the formula says, up to the gap between payments.
func TestSettlingAgreesWithTheController(t *testing.T) {
	for _, tick := range []time.Duration{500 * time.Millisecond, 2 * time.Second, 3 * time.Second, 10 * time.Second} {
		// With a reading of age zero no payment would come after the last pass, and there would be nothing to sweep.
		for _, reading := range []time.Duration{300 * time.Millisecond, 600 * time.Millisecond, 900 * time.Millisecond} {
			world := failovertest.New("east", "west")
			stream := &payers{world: world, read: world.Now.Add(-reading)}
			stream.pass(time.Minute - everyPayment)
			writable := world.Now
			settings := failover.Settings{Region: "east", Peer: "west", Place: payment.PlacePrimary, Run: "e1", TTL: 3 * tick, Tick: tick}
			controller, err := failover.New(world.Options(settings, func(pause time.Duration) error { stream.pass(pause); return nil }))
			if err != nil {
				t.Fatal(err)
			}
			var settled time.Time
			for world.Now.Sub(writable) < time.Minute {
				// One tick, and the pause after it.
				controller.Run(t.Context(), world.Now.Add(1))
				if settled.IsZero() && !stream.stopped.IsZero() && len(world.Lost()) == 0 {
					settled = world.Now.Add(-tick)
				}
			}
			active := writable.Add(2 * failover.DefaultLimits().PassPause)
			read := float64(stream.stopped.Sub(active)) / float64(leaseFresh)
			want := load{rate: 10, drain: 1e9, list: 1e9}.settled(time.Minute, 0, 0, tick, read)
			got := settled.Sub(writable) + time.Minute
			if difference := got - want; difference < -everyPayment || difference > everyPayment {
				t.Errorf("tick %s, reading %s old: the controller settles after %s, the formula says %s", tick, reading, got, want)
			}
		}
	}
}

// What the formula adds for payments that take time: 100 s at 10 a second are 1,000, replayed at 100 a second.
func TestSettlingCountsTheBacklog(t *testing.T) {
	idle := load{rate: 1e-9, drain: 100, list: 1e9}
	busy := load{rate: 10, drain: 100, list: 1e9}
	base, loaded := idle.settled(100*time.Second, 0, 0, 2*time.Second, 0), busy.settled(100*time.Second, 0, 0, 2*time.Second, 0)
	// 10 s for the backlog, a tenth of that again for what came meanwhile, and so on; the sweep moves by whole ticks.
	if more := loaded - base; more < 11*time.Second || more > 13*time.Second {
		t.Errorf("the backlog adds %s, want 11 to 13 s", more)
	}
	lagging := busy.settled(100*time.Second, 10*time.Second, 0, 2*time.Second, 0)
	if more := lagging - loaded; more < time.Second || more > 1200*time.Millisecond {
		t.Errorf("10 s of replication lag add %s, want 1 s and a tenth", more)
	}
	listing := load{rate: 10, drain: 1e9, list: 7000}
	if more := listing.settled(100*time.Second, 0, 0, 2*time.Second, 0) - base; more < 3*time.Second || more > 4*time.Second {
		t.Errorf("three comparisons of 7,000 payments at 7,000 a second add %s, want 3 to 4 s", more)
	}
}
