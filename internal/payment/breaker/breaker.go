// Package breaker spares payments the wait for a ledger that does not answer.
//
// A ledger that refuses costs a payment nothing: it is answered 202 at once. One that is silent costs the whole share of
// its time, in every request, and with it so many functions at once that those that need no ledger find none free. So
// after one request was not answered in time, those that follow do without the ledger for a while (the circuit breaker of
// Nygard, "Release It!"). What they leave behind is posted by the failover controller's sweep.
package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Silence is how long an attempt without an answer must have taken to count: a refusal is quicker.
const Silence = time.Second

// FirstPause is how long the ledger is left alone after the first silence; each further one doubles it, up to LongestPause.
const (
	FirstPause   = 2 * time.Second
	LongestPause = 8 * time.Second
)

// state is what is remembered of the ledger. The zero value has no bad memories.
type state struct {
	epoch int64
	// pause is the last one's length, until is when it ends.
	pause time.Duration
	until time.Time
}

// rest is how long the ledger is left alone yet. Another term may have another ledger.
func (s state) rest(epoch int64, now time.Time) time.Duration {
	if s.epoch != epoch {
		return 0
	}
	return max(s.until.Sub(now), 0)
}

// after is the state after an attempt of a term that took some time.
func (s state) after(epoch int64, err error, took time.Duration, now time.Time) state {
	switch {
	case epoch < s.epoch:
		return s // an attempt of a term that is over
	case !errors.Is(err, payment.ErrLedgerUnavailable), took < Silence:
		return state{epoch: epoch}
	}
	pause := FirstPause
	if s.epoch == epoch && s.pause > 0 {
		pause = min(2*s.pause, LongestPause)
	}
	return state{epoch: epoch, pause: pause, until: now.Add(pause)}
}

// Ledger is a ledger behind a breaker. It is safe for concurrent use.
type Ledger struct {
	ledger payment.Ledger
	now    func() time.Time
	mutex  sync.Mutex
	state  state
}

// New puts a ledger behind a breaker; now nil means time.Now.
func New(ledger payment.Ledger, now func() time.Time) *Ledger {
	if now == nil {
		now = time.Now
	}
	return &Ledger{ledger: ledger, now: now}
}

// Post implements payment.Ledger. While the ledger is left alone it is payment.ErrLedgerUnavailable at once.
func (l *Ledger) Post(ctx context.Context, posting payment.Posting) (payment.PostResult, error) {
	began := l.now()
	l.mutex.Lock()
	rest := l.state.rest(posting.Epoch, began)
	l.mutex.Unlock()
	if rest > 0 {
		return payment.PostResult{}, fmt.Errorf("post payment %s: %w: it was silent, and is left alone for %s more",
			posting.PaymentID, payment.ErrLedgerUnavailable, rest.Round(time.Millisecond))
	}
	result, err := l.ledger.Post(ctx, posting)
	now := l.now()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.state = l.state.after(posting.Epoch, err, now.Sub(began), now)
	return result, err
}
