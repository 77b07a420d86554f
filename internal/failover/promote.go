package failover

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// promotion is how far this run has come in a promoting term. Nothing in it is needed to go on: another run finds out
// by looking.
type promotion struct {
	epoch    int64
	asked    time.Time // when the database was asked to become the writer
	writable bool
	replayed int // payments posted by this run
}

// promote takes the promoting term as far as it goes now: record, promote, see that it takes writes, fence, replay,
// active. The claim was the first fence: nobody else may begin any of this from then on.
func (c *Controller) promote(ctx context.Context) error {
	epoch := c.memory.lease.Epoch
	if c.promotion.epoch != epoch {
		c.promotion = promotion{epoch: epoch}
		c.note(termPromoting, nil)
	}
	// Recorded before anything outside the control table changes.
	if err := c.flush(ctx); err != nil {
		return err
	}
	if ready, err := c.makeWritable(ctx); err != nil || !ready {
		return err
	}
	if err := c.fence(ctx, epoch); err != nil {
		return err
	}
	from, err := c.replayFrom(ctx, epoch)
	if err != nil {
		return err
	}
	// A database that was handed over has everything that was posted, and what waits in the journal is swept. What is
	// not as it should be all the same, settle finds.
	if c.handed != epoch {
		if err := c.replay(ctx, from); err != nil {
			return err
		}
	}
	if err := c.hold(ctx); err != nil {
		return err
	}
	next := renewed(c.options.Settings, c.memory.lease)
	next.State, next.InVain = payment.LeaseActive, 0
	if err := c.save(ctx, next); err != nil {
		return fmt.Errorf("activate lease: %w", err)
	}
	after := c.options.Limits.SettleAfter
	c.settling = settling{epoch: epoch, from: from, until: c.clock.Wall().Add(after + c.options.Limits.ClockSkew), due: c.clock.Now().Add(after)}
	c.note(termActive, c.activeDetail(epoch, from))
	return c.flush(ctx)
}

// activeDetail says how the term began: with a replay, or with a database that was handed over and none.
func (c *Controller) activeDetail(epoch int64, from time.Time) map[string]string {
	detail := map[string]string{"from": from.Format(time.RFC3339Nano)}
	if c.handed == epoch {
		detail["handedOver"] = "true"
	} else {
		detail["replayed"] = strconv.Itoa(c.promotion.replayed)
	}
	return detail
}

// makeWritable makes this Region's database the writer, one look and at most one request at a time. That the ledger
// takes writes is not enough: so does a former primary that has been replaced and will be overwritten.
func (c *Controller) makeWritable(ctx context.Context) (bool, error) {
	// A look before the claim may be of another's term.
	if !c.looked {
		if err := c.lookWhilePromoting(ctx); err != nil {
			return false, fmt.Errorf("observe database: %w", err)
		}
	}
	if err := c.hold(ctx); err != nil {
		return false, err
	}
	database, now := c.database, c.clock.Now()
	asked := !c.promotion.asked.IsZero() && now.Sub(c.promotion.asked) < c.options.Limits.PromoteEvery
	if !database.Writer {
		if database.Promoting || asked {
			return false, nil
		}
		if err := c.renew(ctx); err != nil {
			return false, fmt.Errorf("promote database: %w", err)
		}
		c.promotion.asked = now
		c.note("promote-called", map[string]string{"problem": database.Problem})
		if err := c.options.Database.Promote(ctx); err != nil {
			return false, fmt.Errorf("promote database: %w", err)
		}
		return false, c.flush(ctx)
	}
	if !c.ledger.Good {
		return false, fmt.Errorf("probe ledger of the promoted database: %s", c.ledger.Problem)
	}
	if !c.promotion.writable {
		c.promotion.writable = true
		c.note("writable", map[string]string{"ledgerEpoch": strconv.FormatInt(c.ledgerTerm.Epoch, 10), "ledgerRegion": c.ledgerTerm.Region})
	}
	return true, nil
}

// fence makes the ledger refuse every older epoch. A ledger that is ahead of a lease that is still held means that the
// lease was lost and made anew, for instance from a backup: epochs only grow, so the lease is raised above the ledger.
func (c *Controller) fence(ctx context.Context, epoch int64) error {
	err := c.options.Ledger.Fence(ctx, epoch, c.options.Settings.Region)
	if err == nil {
		return c.hold(ctx)
	}
	if !errors.Is(err, payment.ErrFenced) {
		return fmt.Errorf("fence ledger at epoch %d: %w", epoch, err)
	}
	health, healthErr := c.options.Ledger.Health(ctx)
	if healthErr != nil || health.Term.Epoch < epoch {
		return errors.Join(fmt.Errorf("fence ledger at epoch %d: %w", epoch, err), healthErr)
	}
	next := renewed(c.options.Settings, c.memory.lease)
	next.Epoch = health.Term.Epoch + 1
	if saveErr := c.save(ctx, next); saveErr != nil {
		return fmt.Errorf("raise lease above the ledger's epoch %d: %w", health.Term.Epoch, saveErr)
	}
	c.note("raised", map[string]string{"fromEpoch": strconv.FormatInt(epoch, 10), "ledgerEpoch": strconv.FormatInt(health.Term.Epoch, 10)})
	return fmt.Errorf("fence ledger at epoch %d: %w; the lease is now at %d", epoch, err, next.Epoch)
}

// replayFrom is where the replay of this term begins, recorded before its first posting.
//
// The ledger has the beginning of what its predecessor committed, in its order: if it has one payment, it has all that
// were posted before that one. So a window behind the newest is enough for what was posted soon after its acceptance,
// and the debts of the past are paid if they were before it was posted. Payments that were posted when this database may
// have been the writer already (by processors with an old reading of the lease) say nothing of its predecessor's.
func (c *Controller) replayFrom(ctx context.Context, epoch int64) (time.Time, error) {
	known, err := c.recall(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if from, recorded := known.from[epoch]; recorded {
		return from, nil
	}
	limits, now := c.options.Limits, c.clock.Wall()
	newest, err := c.options.Ledger.NewestPostedBefore(ctx, known.openSince(now).Add(-limits.ClockSkew))
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return time.Time{}, fmt.Errorf("find where the ledger ends: %w", err)
	}
	from := now.Add(-limits.EmptyReach)
	if err == nil {
		from = earlier(now, earlier(newest.AcceptedAt, newest.PostedAt)).Add(-limits.Window)
	}
	if owed, any := known.owing(newest.PostedAt, limits.ClockSkew); any {
		from = earlier(from, owed)
	}
	if reach := now.Add(-limits.Reach); from.Before(reach) {
		from = reach
	}
	if err := c.hold(ctx); err != nil {
		return time.Time{}, err
	}
	c.note(replayStarted, map[string]string{"from": from.Format(time.RFC3339Nano), "newestPayment": newest.PaymentID})
	return from, c.flush(ctx)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
