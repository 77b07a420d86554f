package failover

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// settling is the last part of a takeover, in the term that is active already: a processor of the former Region may for
// a while have read the old lease, posted to the old ledger and completed the payment. Such a payment is accepted
// before the old reading is too old to be used, so one more pass after that finds it.
type settling struct {
	epoch int64
	done  bool
	from  time.Time
	// until is the end of acceptance that the pass covers; due is when, by the monotonic clock, it may run.
	until, due time.Time
}

// settle runs the pass once it is due. Another run goes on by what the history says.
func (c *Controller) settle(ctx context.Context) error {
	if c.memory.lease.State != payment.LeaseActive {
		return nil
	}
	epoch := c.memory.lease.Epoch
	if c.settling.epoch != epoch {
		next, err := c.planSettling(ctx, epoch)
		if err != nil {
			return err
		}
		c.settling = next
	}
	if c.settling.done || c.clock.Now().Before(c.settling.due) {
		return nil
	}
	done, err := c.pass(ctx, c.settling.from, c.settling.until)
	if err != nil {
		return fmt.Errorf("settle epoch %d: %w", epoch, err)
	}
	c.note(termSettled, map[string]string{"posted": strconv.Itoa(done.posted), "until": c.settling.until.Format(time.RFC3339Nano)})
	c.settling.done = true
	return c.flush(ctx)
}

func (c *Controller) planSettling(ctx context.Context, epoch int64) (settling, error) {
	known, err := c.recall(ctx)
	if err != nil {
		return settling{}, err
	}
	from, recorded := known.from[epoch]
	if !recorded || known.settled(epoch) {
		return settling{epoch: epoch, done: true}, nil
	}
	after, now := c.options.Limits.SettleAfter, c.clock.Wall()
	since, active := known.active[epoch]
	if !active || since.After(now) {
		since = now
	}
	rest := min(max(after-now.Sub(since), 0), after)
	return settling{
		epoch: epoch, from: from, until: now.Add(rest + c.options.Limits.ClockSkew), due: c.clock.Now().Add(rest),
	}, nil
}
