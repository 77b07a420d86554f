package payment

import (
	"cmp"
	"time"
)

// Limits bound the time that one request may take. The zero value means DefaultLimits.
type Limits struct {
	// Total is the most a request may take, however much time the caller would give.
	Total time.Duration
	// Answer is kept back before the caller's own deadline for the way of the answer out of the process.
	Answer time.Duration
	// Minimum is the least time in which a payment is worth beginning.
	Minimum time.Duration
	// LeaseRead bounds finding out the current term.
	LeaseRead time.Duration
	// Ledger bounds the post to the ledger; after it the payment is answered as processing.
	Ledger time.Duration
	// Late is the age from which on a payment is left to the failover controller, and answered as processing.
	Late time.Duration
}

// LateAfter is how soon after its acceptance a payment must be posted to be found again by a replay's window
// (package failover). Whoever completes one that was posted later has to write that down first.
const LateAfter = 5 * time.Minute

// DefaultLimits keep a request well under API Gateway's and the function's 30 s, because a payer's client gives up, or
// asks the other Region, long before. The ledger of the other Region is one round trip of 70 ms and a commit away.
func DefaultLimits() Limits {
	return Limits{
		Total: 8 * time.Second, Answer: 250 * time.Millisecond, Minimum: 300 * time.Millisecond,
		LeaseRead: 400 * time.Millisecond, Ledger: 2500 * time.Millisecond,
		Late: LateAfter,
	}
}

func (l Limits) withDefaults() Limits {
	standard := DefaultLimits()
	return Limits{
		Total: cmp.Or(l.Total, standard.Total), Answer: cmp.Or(l.Answer, standard.Answer),
		Minimum: cmp.Or(l.Minimum, standard.Minimum), LeaseRead: cmp.Or(l.LeaseRead, standard.LeaseRead),
		Ledger: cmp.Or(l.Ledger, standard.Ledger), Late: cmp.Or(l.Late, standard.Late),
	}
}

// Budget is one request's deadlines, in order: each step ends by its own, and what it does not use the next may.
type Budget struct {
	// Lease: by then the term is known, or taken as unknown.
	Lease time.Time
	// Journal: by then the payment is recorded, or the answer is that it is not.
	Journal time.Time
	// Ledger: by then it is posted, or left to the sweeper. It is also bounded by Limits.Ledger from its start.
	Ledger time.Time
	// Answer: by then the answer is on its way.
	Answer time.Time
}

// Split divides the time from now to the caller's deadline (zero: it has none). The journal may use three fifths, as
// without it there is no payment; the ledger as much again as leaves a tenth for the completion. It is
// ProblemDeadlineExpired when there is less than limits.Minimum: nothing has been done then, and nothing must be.
func Split(now, deadline time.Time, limits Limits) (Budget, error) {
	limits = limits.withDefaults()
	total := limits.Total
	if !deadline.IsZero() {
		total = min(total, deadline.Sub(now)-limits.Answer)
	}
	if total < limits.Minimum {
		return Budget{}, ProblemDeadlineExpired.With("%v are left, %v are needed", max(total, 0), limits.Minimum)
	}
	return Budget{
		Lease:   now.Add(min(limits.LeaseRead, total/5)),
		Journal: now.Add(total * 6 / 10),
		Ledger:  now.Add(total * 9 / 10),
		Answer:  now.Add(total),
	}, nil
}

// Backoff is the wait before try number attempt (from 1): full jitter under a cap that doubles from 20 to 320 ms.
// random is uniform in [0, 1). (Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015.)
func Backoff(attempt int, random float64) time.Duration {
	limit := 20 * time.Millisecond << min(max(attempt-1, 0), 4)
	return time.Duration(random * float64(limit))
}
