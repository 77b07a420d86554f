package simulation

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
)

// The Regions.
const (
	east = iota
	west
	regions
)

var regionNames = [regions]string{"east", "west"}

// The times of all seeds are those of production: an old reading of the lease is used for stale, a request takes up to
// 8 s, and settling comes 7 s after both.
const (
	ttl      = 15 * time.Second
	runEvery = 60 * time.Second
	stale    = 30 * time.Second
	settle   = stale + 8*time.Second + 7*time.Second

	// hostility ends at the latest now, and everything must have settled patience later.
	hostility = 5 * time.Minute
	patience  = 4 * time.Minute
	// rest is how long the world must stay settled.
	rest = 10 * time.Second
)

// plan is what a seed means: everything but the luck of single calls.
type plan struct {
	limits failover.Limits
	runFor time.Duration
	tick   time.Duration
	takes  time.Duration    // a promotion
	skew   time.Duration    // how far a wall clock may be off
	rate   [regions]float64 // speed of each Region's monotonic clock
	stands bool             // a function's clock stands still between two runs
	// established: the system has run for an hour; else it begins with nothing.
	established bool
	indexLag    time.Duration     // how far an index of the journal may be behind
	luck        [surprises]uint64 // how many of 2^20 calls, for each surprise
	unlucky     uint64            // the sum
	payments    []planned
	harms       []harm
	disaster    harm
	// stillborn: the database of a Region dies when it has just begun a term as the writer, which is not active yet.
	stillborn bool
	// returns is how: by the operator, or by another disaster.
	returns  way
	returnIn time.Duration
}

// planned is a payment that a payer will make.
type planned struct {
	number int
	at     time.Duration
	region int
	// again is how long after it was acknowledged it is sent once more; 0: never.
	again time.Duration
}

type way string

const (
	bySwitchover way = "switchover"
	byDisaster   way = "second disaster"
)

// paymentIDs are made once.
var paymentIDs = func() (ids [72]string) {
	for i := range ids {
		ids[i] = fmt.Sprintf("payment-%02d", i)
	}
	return ids
}()

// draw makes the plan of a seed, in the memory of an older one.
func (p *plan) draw(seed uint64) {
	r := &source{}
	r.seed(seed, 0)
	*p = plan{payments: p.payments[:0], harms: p.harms[:0]}
	p.tick = 2*time.Second + r.upTo(2)*(500*time.Millisecond)
	// A run outlives the next one's start, or as in production the one after that.
	p.runFor = [...]time.Duration{75 * time.Second, 75 * time.Second, 75 * time.Second, 145 * time.Second}[r.below(4)]
	p.takes = r.between(time.Second, 20*time.Second)
	p.skew = [...]time.Duration{0, 0, 2 * time.Second, 10 * time.Second}[r.below(4)]
	for region := range p.rate {
		// The lease's margin of a fifth bears clocks of which one is a fourth faster than the other.
		p.rate[region] = 0.9 + 0.2*r.float()
	}
	p.stands, p.established = r.chance(30), r.chance(80)
	quiet := r.chance(5)
	p.indexLag = [...]time.Duration{0, 100 * time.Millisecond, time.Second, 3 * time.Second}[r.below(4)]
	p.limits = failover.Limits{
		Workers: 1, Batch: 1 + int(r.below(12)), EmptyReach: 10 * time.Minute, SettleAfter: settle,
		// Half a window bears a request's time and clocks that differ.
		Window: 20*time.Second + 4*p.skew, ClockSkew: 2*time.Second + 2*p.skew,
	}
	for kind := range p.luck {
		if quiet {
			break
		}
		p.luck[kind] = likelihood[kind] * [...]uint64{0, 1, 1, 3}[r.below(4)]
		p.unlucky += p.luck[kind]
	}
	p.drawDisaster(r)
	for number := range 24 + int(r.below(49)) {
		at := r.between(2*time.Second, 150*time.Second)
		if number%2 == 0 {
			// Half of them about the disaster.
			at = p.disaster.at - 10*time.Second + r.upTo(30*time.Second)
		}
		again := time.Duration(0)
		if r.chance(25) {
			again = r.between(1, [...]time.Duration{time.Second, 10 * time.Second, 100 * time.Second}[r.below(3)])
		}
		p.payments = append(p.payments, planned{number: number, at: at, region: int(r.below(regions)), again: again})
	}
	for range r.below(9) {
		if quiet {
			break
		}
		longest := [...]time.Duration{5 * time.Second, 20 * time.Second, 40 * time.Second, 120 * time.Second}[r.below(4)]
		p.harms = append(p.harms, harm{
			kind: harmKind(r.below(uint64(harmKinds))), region: int(r.below(regions)),
			at: r.between(5*time.Second, 110*time.Second), lasts: r.between(time.Second, longest),
		})
	}
}

func (p *plan) drawDisaster(r *source) {
	p.disaster = harm{
		kind: disasters[r.below(uint64(len(disasters)))], at: r.between(12*time.Second, 35*time.Second), lasts: r.upTo(20 * time.Second),
	}
	p.returns = [...]way{bySwitchover, byDisaster}[r.below(2)]
	p.returnIn = r.between(2*time.Second, 40*time.Second)
	p.stillborn = r.chance(25)
	if r.chance(70) {
		// Replication falls behind before.
		lag := r.upTo(10 * time.Second)
		p.harms = append(p.harms, harm{kind: replicationStalls, at: p.disaster.at - lag, lasts: lag + 10*time.Second})
	}
}
