package failover

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// sweeping is what a run remembers between two sweeps.
type sweeping struct{ last time.Time }

// sweep posts and completes what is pending and old enough, and says how much is left.
func (c *Controller) sweep(ctx context.Context) error {
	started := c.clock.Now()
	if !c.sweeping.last.IsZero() && started.Sub(c.sweeping.last) < c.options.Limits.SweepEvery {
		return nil
	}
	pending, err := c.pending(ctx)
	if err != nil {
		return err
	}
	c.sweeping.last = started
	backlog, due := c.dueNow(pending)
	done, postErr := 0, error(nil)
	if c.ledger.Good {
		done, postErr = c.sweepBatches(ctx, due, started)
	}
	left := append(slices.Clone(due[done:]), backlog...)
	return joinSweep(postErr, c.emitBacklog(left))
}

func joinSweep(post, emit error) error {
	if post != nil {
		return fmt.Errorf("sweep: %w", post)
	}
	return emit
}

// pending lists what is not completed, as far as one sweep counts.
func (c *Controller) pending(ctx context.Context) ([]journal.Entry, error) {
	var pending []journal.Entry
	for entry, err := range c.options.Journal.Pending(ctx) {
		if err != nil {
			return nil, fmt.Errorf("sweep: %w", err)
		}
		pending = append(pending, entry)
		if err := c.holdEvery(ctx, len(pending)); err != nil {
			return nil, err
		}
	}
	return pending, c.hold(ctx)
}

// dueNow splits the pending: those to post now, oldest first, and those that are young or beyond the limit.
func (c *Controller) dueNow(pending []journal.Entry) (later, due []journal.Entry) {
	wall := c.clock.Wall()
	for _, entry := range pending {
		age := wall.Sub(entry.CreatedAt)
		// A record from the far future is a machine's wrong clock, not a young payment.
		if age < c.options.Limits.SweepAge && age > -c.options.Limits.ClockSkew {
			later = append(later, entry)
		} else {
			due = append(due, entry)
		}
	}
	slices.SortFunc(due, func(a, b journal.Entry) int { return a.CreatedAt.Compare(b.CreatedAt) })
	if limit := c.options.Limits.SweepLimit; len(due) > limit {
		later, due = append(later, due[limit:]...), due[:limit]
	}
	return later, due
}

// sweepBatches posts until the slice of time is used up; it returns how many of due are dealt with.
func (c *Controller) sweepBatches(ctx context.Context, due []journal.Entry, started time.Time) (int, error) {
	done := 0
	for done < len(due) && c.clock.Now().Sub(started) < c.options.Limits.SweepSlice {
		part := due[done:min(done+c.options.Limits.Batch, len(due))]
		ids := make([]string, len(part))
		for i, entry := range part {
			ids[i] = entry.PaymentID
		}
		if _, err := c.postBatch(ctx, ids); err != nil {
			return done, err
		}
		done += len(part)
		if err := c.hold(ctx); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (c *Controller) emitBacklog(left []journal.Entry) error {
	oldest := time.Duration(0)
	for _, entry := range left {
		oldest = max(oldest, c.clock.Wall().Sub(entry.CreatedAt))
	}
	return c.emit([]telemetry.Metric{
		telemetry.Value(telemetry.JournalBacklog, float64(len(left))),
		{Name: telemetry.JournalBacklogAge, Unit: telemetry.Seconds, Value: oldest.Seconds()},
	})
}
