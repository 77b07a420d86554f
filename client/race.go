package client

import "time"

// none is no endpoint.
const none = -1

// lane is what a call knows of one endpoint.
type lane struct {
	endpoint int
	// lastResort: only when every other lane has failed, and never as a hedge.
	lastResort bool
	pending    bool
	started    time.Time
	failures   int
	// notBefore is the end of the pause after a failure.
	notBefore time.Time
}

// race is one call's tries. It decides and does nothing: no clock, no I/O. At most one try is pending in a lane.
type race struct {
	// lanes are in order of preference.
	lanes      []lane
	hedgeAfter time.Duration
	deadline   time.Time
	maxTries   int
	tries      int
	// stopped: an answer forbids new tries; those under way may still acknowledge.
	stopped bool
}

// step is what to do next. With over the call has no more to hope for. With lane a try begins there; hedge tells that
// another is under way. Otherwise it waits for an answer, and until wake if that is set.
type step struct {
	over  bool
	lane  int
	hedge bool
	wake  time.Time
}

// next decides.
func (r *race) next(now time.Time) step {
	pending, newest := r.pending()
	switch {
	case !now.Before(r.deadline):
		return step{over: true, lane: none}
	case r.stopped || r.tries >= r.maxTries:
		return step{over: pending == 0, lane: none}
	}
	if pending > 0 {
		if hedge := newest.Add(r.hedgeAfter); now.Before(hedge) {
			return step{lane: none, wake: hedge}
		}
	}
	best, wake := r.free(now, pending > 0)
	if best != none {
		return step{lane: best, hedge: pending > 0}
	}
	// With nothing under way and every pause longer than the deadline there is nothing to wait for.
	return step{lane: none, wake: wake, over: pending == 0 && !wake.Before(r.deadline)}
}

func (r *race) pending() (count int, newest time.Time) {
	for _, one := range r.lanes {
		if one.pending {
			count++
			if one.started.After(newest) {
				newest = one.started
			}
		}
	}
	return count, newest
}

// free is the lane to try now: of those out of their pause the one with the fewest failures, then the preferred one.
// Without any it is none, and when the first pause ends (zero: there is no pause).
func (r *race) free(now time.Time, hedging bool) (best int, wake time.Time) {
	best = none
	for i, one := range r.lanes {
		switch {
		case one.pending, one.lastResort && (hedging || !r.allFailed()):
		case now.Before(one.notBefore):
			if wake.IsZero() || one.notBefore.Before(wake) {
				wake = one.notBefore
			}
		case best == none || one.failures < r.lanes[best].failures:
			best = i
		}
	}
	return best, wake
}

func (r *race) allFailed() bool {
	for _, one := range r.lanes {
		if !one.lastResort && one.failures == 0 {
			return false
		}
	}
	return true
}

// begin notes that a try begins in a lane.
func (r *race) begin(lane int, now time.Time) {
	r.tries++
	r.lanes[lane].pending, r.lanes[lane].started = true, now
}

// end notes that the lane's try was answered. A failure is followed by a pause, after throttling in every lane.
func (r *race) end(lane int, got verdict, now time.Time, random float64) {
	one := &r.lanes[lane]
	one.pending = false
	if got.kind != failed {
		r.stopped = true
		return
	}
	one.failures++
	until := now.Add(max(backoff(one.failures, random), got.retryAfter))
	one.notBefore = until
	for i := range r.lanes {
		if got.throttled && r.lanes[i].notBefore.Before(until) {
			r.lanes[i].notBefore = until
		}
	}
}

// The pause after a failure: full jitter under a cap that doubles from the first to the last.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// backoff is the pause after so many failures, from 1. random is uniform in [0, 1).
// (Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015.)
func backoff(failures int, random float64) time.Duration {
	limit := firstPause
	for range failures - 1 {
		if limit *= 2; limit >= lastPause {
			limit = lastPause
			break
		}
	}
	return time.Duration(random * float64(limit))
}
