package simulate

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
)

// load is a steady stream of payments, and how fast a replay works, in payments a second.
type load struct{ rate, drain, list float64 }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// settled is when all is in the ledger that was acknowledged before processors post again (package failover).
//
// From writable on, a replay compares journal and ledger over its window and posts what is missing: what replication had
// not brought, and all that was accepted since the loss. Two more passes find nothing that old, and post what came
// meanwhile. Then the term is active; what was accepted after the last pass, and by processors whose reading of the lease
// is up to a second old, is posted by the sweep once it is old enough. read, from 0 to 1, is the age of that reading.
func (l load) settled(writable, lag, look, period time.Duration, read float64) time.Duration {
	limits := failover.DefaultLimits()
	over := func(payments, speed float64) time.Duration { return seconds(payments / speed) }
	compared := func(at time.Duration) time.Duration {
		return over(l.rate*(limits.Window+at).Seconds(), l.list)
	}
	at, covered := writable, -lag
	for pass := range 3 {
		if pass > 0 {
			at += limits.PassPause
		}
		at += compared(at)
		at, covered = at+over(l.rate*(at-covered).Seconds(), l.drain), at
	}
	active := at + look
	last := active + time.Duration(read*float64(leaseFresh))
	// The run sweeps in the tick after the one that saw the ledger take writes, and then whenever SweepEvery has passed.
	every := roundUp(limits.SweepEvery, period)
	first := max(writable-2*look+period, active)
	sweep := first + roundUp(max(last+limits.SweepAge-first, 0), every)
	return sweep + over(l.rate*(last-covered).Seconds(), l.drain)
}

// settledBy is the latest that settled can be when none of its times is longer than these. The grid of the sweeps is the
// one thing that does not grow with them.
func (l load) settledBy(writable, lag, look, period time.Duration) time.Duration {
	return l.settled(writable, lag, look, period, 1) + failover.DefaultLimits().SweepEvery + period
}
