package simulation

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// surprise is something bad that befalls a single call.
type surprise int

const (
	nothing     surprise = iota
	pause                // the caller's process stands still before it
	crashBefore          // it dies before it
	crashAfter           // it dies before it knows what became of it
	requestLost          // it does not arrive
	answerLost           // it is carried out, and the answer is lost
	lateArrival          // it arrives when nobody waits for it any more, and maybe after later ones
	twice                // it arrives, and once more later
	slow                 // it takes seconds
	refused              // it is throttled, or the server is just restarting
	surprises
)

var surpriseNames = [surprises]string{
	"nothing", "pause", "crash before", "crash after", "request lost", "answer lost", "late arrival", "twice", "slow", "refused",
}

func (k surprise) String() string { return surpriseNames[k] }

// likelihood is how many of 2^20 calls a surprise befalls, times 0, 1 or 3 in each seed. In a takeover it is ten times
// as much: those are the steps that matter.
var likelihood = [surprises]uint64{
	pause: 1000, crashBefore: 500, crashAfter: 500, requestLost: 1500, answerLost: 2500, lateArrival: 1500, twice: 1500,
	slow: 2500, refused: 2000,
}

// key names a surprise: the same call of the same actor.
type key struct{ actor, call uint32 }

// surprised draws what befalls the actor's call: not what it cannot suffer, nor what is left out of the story.
func (s *simulation) surprised(a *actor, call failovertest.Call, region int) surprise {
	luck := a.bits & (1<<20 - 1)
	if lease := s.world.Lease; lease != nil && lease.State == payment.LeasePromoting && a.kind == run && lease.Region == call.Region {
		luck /= 3
	}
	if luck >= s.plan.unlucky {
		return nothing
	}
	fate := nothing
	for kind, share := range s.plan.luck {
		if luck < share {
			fate = surprise(kind)
			break
		}
		luck -= share
	}
	if (fate == crashBefore || fate == crashAfter) && a.kind == other || s.omit.surprises[key{a.id, a.calls}] {
		return nothing
	}
	s.result.Surprises++
	s.disturbed[region] = true
	s.befell = append(s.befell, key{a.id, a.calls})
	if s.telling {
		s.tell("%s: %s: %s", a.name, call.Op, fate)
	}
	return fate
}

// magnitude is how long something lasts, by the luck of the call.
func (a *actor) magnitude(most time.Duration) time.Duration {
	return time.Duration(mixed(a.bits) % uint64(most))
}

// before is the way of a call to its store.
func (s *simulation) before(ctx context.Context, call failovertest.Call) failovertest.Way {
	a, region := s.current, regionOf(call.Region)
	s.checker.called(call)
	a.calls++
	a.bits, a.fate = a.random.pcg.Uint64(), nothing
	if s.hostile() {
		if s.frozenUntil[region] > s.now && a.kind == run {
			s.wait(s.frozenUntil[region] - s.now)
		}
		a.fate = s.surprised(a, call, region)
	}
	switch a.fate {
	case pause:
		lasts := a.magnitude(longestPause[a.kind])
		s.pausedUntil[region] = max(s.pausedUntil[region], s.now+lasts)
		s.wait(lasts)
	case crashBefore:
		panic(crashed{})
	}
	if ctx.Err() != nil {
		// Its time was over before it was sent.
		return failovertest.Way{Err: unanswered(call.Op)}
	}
	a.limit = s.now + patienceOf(call.Op)
	if bound, ok := ctx.(*deadline); ok && bound.at < a.limit {
		a.limit = bound.at
	}
	return s.travel(a, call.Op, region)
}

// longestPause is how long a process stands still: a function's environment may be frozen for long, and a request that
// is has no time left.
var longestPause = [kinds]time.Duration{run: 45 * time.Second, payer: 15 * time.Second, other: 5 * time.Second}

// travel takes a call to its store, if it arrives.
func (s *simulation) travel(a *actor, op failovertest.Op, region int) failovertest.Way {
	takes := 500*time.Microsecond + time.Duration(a.bits>>20&(1<<22-1))<<2
	lost, again := false, time.Duration(0)
	if s.hostile() {
		lost = s.outwardCut(op, region)
		takes += s.sluggish(a, op, region)
	}
	switch a.fate {
	case requestLost:
		lost = true
	case lateArrival:
		takes = a.limit - s.now + a.magnitude(5*time.Second)
	case twice:
		again = 1 + a.magnitude(5*time.Second)
	case slow:
		takes += a.magnitude(3 * time.Second)
	case refused:
		s.wait(takes)
		return failovertest.Way{Err: refusal(op)}
	}
	left := a.limit - s.now
	if !lost && takes < left {
		s.wait(takes)
		if s.hostile() && op >= failovertest.ObserveDatabase && s.harmed[controlPlaneErrors][region] > 0 {
			return failovertest.Way{Err: refusal(op)}
		}
		if op == failovertest.SwitchOver && s.any(replicationStalls) {
			return failovertest.Way{Err: refusal(op)} // RDS refuses, as the target does not follow
		}
		return failovertest.Way{Again: again}
	}
	s.wait(left)
	way := failovertest.Way{Err: unanswered(op)}
	if !lost && op.Writes() {
		way.Again = 1 + takes - left
	}
	return way
}

// back is the way of the answer: it may be lost, or come too late.
func (s *simulation) back(_ context.Context, call failovertest.Call) error {
	a := s.current
	takes := time.Duration(a.bits>>42) << 1
	lost := a.fate == answerLost || s.hostile() && s.homewardCut(call.Op, regionOf(call.Region))
	if left := a.limit - s.now; lost || takes >= left {
		s.wait(left)
		return unanswered(call.Op)
	}
	s.wait(takes)
	if a.fate == crashAfter {
		panic(crashed{})
	}
	return nil
}

// outwardCut tells whether what a Region asks is lost on the way.
func (s *simulation) outwardCut(op failovertest.Op, region int) bool {
	return op.Tables() && s.harmed[tablesCut][region]+s.harmed[tableRequestsLost][region] > 0
}

// homewardCut tells whether answers to it are.
func (s *simulation) homewardCut(op failovertest.Op, region int) bool {
	return op.Tables() && s.harmed[tablesCut][region]+s.harmed[tableAnswersLost][region] > 0
}

// sluggish is how much longer a call takes where everything is slow.
func (s *simulation) sluggish(a *actor, op failovertest.Op, region int) time.Duration {
	switch {
	case op.Ledger() && s.harmed[diskSlow][region] > 0:
		return a.magnitude(4 * time.Second)
	case op.Tables() && s.harmed[tablesSlow][region] > 0:
		return a.magnitude(1200 * time.Millisecond)
	}
	return 0
}
