package control

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Cached is the lease for the path of every payment: a reading is used for MaxAge, and up to StaleAge when a newer one
// cannot be had. An old term cannot do harm, as the ledger's fence refuses its epoch; it only delays a post.
type Cached struct {
	source   payment.Lease
	maxAge   time.Duration
	staleAge time.Duration
	now      func() time.Time

	// turn holds the reading; who takes it out is alone in reading or renewing it.
	turn chan reading
}

type reading struct {
	term payment.Term
	at   time.Time
}

var _ payment.Lease = (*Cached)(nil)

// NewCached reads source at most every maxAge. now nil means time.Now.
func NewCached(source payment.Lease, maxAge, staleAge time.Duration, now func() time.Time) *Cached {
	if now == nil {
		now = time.Now
	}
	cached := &Cached{source: source, maxAge: maxAge, staleAge: staleAge, now: now, turn: make(chan reading, 1)}
	cached.turn <- reading{}
	return cached
}

// Current is the newest reading. Concurrent callers share one read; each waits no longer than its own context.
func (c *Cached) Current(ctx context.Context) (payment.Term, error) {
	var known reading
	select {
	case known = <-c.turn:
	case <-ctx.Done():
		return payment.Term{}, fmt.Errorf("wait for the lease to be read: %w", ctx.Err())
	}
	defer func() { c.turn <- known }()
	if !known.at.IsZero() && c.now().Sub(known.at) < c.maxAge {
		return known.term, nil
	}
	if err := ctx.Err(); err != nil {
		return payment.Term{}, fmt.Errorf("read the lease: %w", err)
	}
	// The reading is as old as the moment it was asked for, not the moment it came.
	asked := c.now()
	term, err := c.source.Current(ctx)
	if err == nil {
		known = reading{term: term, at: asked}
		return term, nil
	}
	if !known.at.IsZero() && c.now().Sub(known.at) < c.staleAge {
		slog.WarnContext(ctx, "lease not read, the last reading is used", "age", c.now().Sub(known.at), "error", err)
		return known.term, nil
	}
	return payment.Term{}, err
}
