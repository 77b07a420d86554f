package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
)

// never is later than everything.
const never = time.Duration(math.MaxInt64)

// controllers are the runs of the standby's controller: one is started every minute, each late by its own delay, and
// each looks at the lease in its own phase.
type controllers struct {
	tick, ttl time.Duration
	// look is one observation and the write after it; period is what lies between two ticks.
	look, period time.Duration
	// renewed is the holder's last renewal, before the loss.
	renewed time.Duration
	// phase is that of the schedule; late is drawn run by run, the first one being the first that may matter.
	phase  time.Duration
	first  int
	delays []time.Duration
	late   func() time.Duration
}

func (m *model) newControllers(random *rand.Rand) *controllers {
	c := &controllers{tick: m.lease.Tick, ttl: m.lease.TTL}
	c.look = m.draw(random, controllerLook)
	c.period = max(c.tick, 2*c.look)
	c.renewed = -part(random, c.tick)
	c.phase = part(random, config.ControllerEvery)
	c.late = func() time.Duration { return m.draw(random, startDelay) }
	longest := config.ControllerRun + m.terms[startDelay].High
	c.first = -int(longest/config.ControllerEvery) - 2
	return c
}

// due is when run number i is to start, before its delay.
func (c *controllers) due(i int) time.Duration {
	return c.phase + time.Duration(c.first+i)*config.ControllerEvery
}

func (c *controllers) start(i int) time.Duration {
	for len(c.delays) <= i {
		c.delays = append(c.delays, c.late())
	}
	return c.due(i) + c.delays[i]
}

// tickAt is the first tick of a run that started then which is not before at.
func (c *controllers) tickAt(start, at time.Duration) time.Duration {
	return start + roundUp(max(at-start, 0), c.period)
}

func roundUp(d, step time.Duration) time.Duration { return (d + step - 1) / step * step }

// turn is a run and one of its ticks.
type turn struct{ start, at time.Duration }

// first finds the run that acts first. patience is how long a run must have seen the lease as it was written at since;
// nobody acts before notBefore. A run knows only what it has seen itself.
func (c *controllers) firstToAct(since, patience, notBefore time.Duration) turn {
	best := turn{at: never}
	for i := 0; c.due(i) < best.at; i++ {
		start := c.start(i)
		seen := c.tickAt(start, since)
		acts := seen + roundUp(max(patience, notBefore-seen), c.period)
		if acts < best.at && acts < start+config.ControllerRun {
			best = turn{start, acts}
		}
	}
	return best
}

// claim is the tick in which the standby claims the lease: the run that saw the last renewal first and still lives.
func (c *controllers) claim(journal time.Duration) turn {
	return c.firstToAct(c.renewed, c.ttl, journal)
}

// writable is when a controller has seen that the promoted ledger takes writes, and has fenced it. The run that claimed
// asks for the promotion and looks every tick; when it ends, another takes over once it has missed a renewal.
func (c *controllers) writable(claim turn, promoted time.Duration) time.Duration {
	done := claim.at + 2*c.look + promoted
	works := turn{claim.start, claim.at + c.period}
	for {
		sees := works.at + roundUp(max(done-c.look-works.at, 0), c.period)
		end := works.start + config.ControllerRun
		if sees < end {
			return sees + 2*c.look
		}
		// A run's last tick is before its end, and may be one that it has done already.
		last := end - 1 - (end-1-works.at+c.period)%c.period
		works = c.firstToAct(last+c.look, c.tick*3/2, 0)
	}
}
