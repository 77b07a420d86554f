package simulate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// watcher is one run of the standby's controller, tick by tick.
type watcher struct {
	name       string
	start, at  time.Duration
	region     string
	epoch, seq int64
	moved      time.Duration
}

// twin plays the runs tick by tick, and lets the rule of package failover decide.
type twin struct {
	c       *controllers
	journal time.Duration
	// writes are the lease as it was written, with the moment.
	writes []written
}

type written struct {
	at    time.Duration
	lease control.Lease
}

func (w *twin) read(at time.Duration) control.Lease {
	var lease control.Lease
	for _, one := range w.writes {
		if one.at <= at {
			lease = one.lease
		}
	}
	return lease
}

func moment(d time.Duration) time.Time { return time.Unix(1_700_000_000, 0).Add(d) }

func (w *twin) decide(one *watcher, at time.Duration) failover.Decision {
	lease := w.read(at)
	if one.region != lease.Region || one.epoch != lease.Epoch || one.seq != lease.Seq {
		one.region, one.epoch, one.seq, one.moved = lease.Region, lease.Epoch, lease.Seq, at
	}
	return failover.Decide(failover.Observation{
		Self:    failover.Settings{Region: "west", Peer: "east", Place: payment.PlaceSecondary, Run: one.name, TTL: w.c.ttl, Tick: w.c.tick},
		Reading: failover.LeaseRead, Lease: lease, Moved: moment(one.moved),
		Journal: failover.Health{Known: true, Good: at >= w.journal}, Database: failover.Database{Usable: true},
	}, moment(at))
}

// write carries a decision out, on the version that it was made on.
func (w *twin) write(at time.Duration, decision failover.Decision) bool {
	if decision.Action == failover.Wait || decision.Next.Version != w.writes[len(w.writes)-1].lease.Version {
		return false
	}
	decision.Next.Version++
	w.writes = append(w.writes, written{at + w.c.look, decision.Next})
	return true
}

// play returns when the lease is claimed, and when the promotion that takes so long is seen to have ended.
func (w *twin) play(promoted time.Duration) (claimed, writable time.Duration) {
	w.writes = []written{
		{-time.Hour, control.Lease{Region: "east", Epoch: 1, State: payment.LeaseActive, Holder: "e"}},
		{w.c.renewed, control.Lease{Region: "east", Epoch: 1, Seq: 1, State: payment.LeaseActive, Holder: "e"}},
	}
	claimed, writable = never, never
	var runs []*watcher
	for i := range 30 {
		runs = append(runs, &watcher{name: fmt.Sprint(i), start: w.c.start(i), at: w.c.start(i)})
	}
	for {
		one := slices.MinFunc(runs, func(a, b *watcher) int { return cmp.Compare(a.at, b.at) })
		if one.at == never {
			return claimed, writable
		}
		at := one.at
		switch decision := w.decide(one, at); {
		case !w.write(at, decision):
		case decision.Action == failover.Claim:
			claimed = at
		case at+w.c.look >= claimed+2*w.c.look+promoted:
			return claimed, at + 2*w.c.look
		}
		if one.at += w.c.period; one.at >= one.start+config.ControllerRun {
			one.at = never
		}
	}
}

// The formulas are what the runs do when the real rule decides in every tick of each.
func TestControllersAgreeWithTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tick := time.Duration(rapid.IntRange(500, 30_000).Draw(t, "tick")) * time.Millisecond
		ttl := min(3*tick+time.Duration(rapid.IntRange(0, 30_000).Draw(t, "more"))*time.Millisecond, 90*time.Second)
		m := model{lease: config.Lease{TTL: ttl, Tick: tick}}
		m.terms[controllerLook] = Fixed(min(tick/2, time.Duration(rapid.IntRange(0, 500).Draw(t, "look"))*time.Millisecond))
		m.terms[startDelay] = Uniform(0, time.Duration(rapid.IntRange(0, 60).Draw(t, "late"))*time.Second)
		c := m.newControllers(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
		journal := time.Duration(rapid.IntRange(0, 2000).Draw(t, "journal")) * time.Millisecond
		promoted := time.Duration(rapid.IntRange(0, 300_000).Draw(t, "promotion")) * time.Millisecond

		claim := c.claim(journal)
		writable := c.writable(claim, promoted)
		claimed, seen := (&twin{c: c, journal: journal}).play(promoted)
		if claim.at != claimed || writable != seen {
			t.Fatalf("claimed after %s and writable after %s, by the rule after %s and %s", claim.at, writable, claimed, seen)
		}
	})
}
