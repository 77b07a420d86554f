package failover

import (
	"context"
	"fmt"
	"time"
)

const (
	// How much of the journal is compared at once: the first span, the longest, and how many payments are enough for
	// one, which bounds memory. Quiet spans grow, as the journal is asked at least once an hour and shard.
	firstSpan, longestSpan = 15 * time.Minute, 6 * time.Hour
	spanPayments           = 50_000
	// clockSkew is how far ahead of this machine's clock another's record may be.
	clockSkew = time.Minute
	// quietPasses end a replay: the journal's indexes follow its items by a moment.
	quietPasses = 2
	// batchSize is how many payments are posted in one transaction.
	batchSize = 250
)

// replay posts what the journal has and the ledger has not, until two passes in a row found nothing. Under load there is
// always more: what is accepted from now on is pending, so the sweep finds it, or was posted to the old ledger by an old
// reading of the lease, so settling does.
func (c *Controller) replay(ctx context.Context, from time.Time) error {
	until := c.clock.Wall()
	for quiet := 0; quiet < quietPasses; {
		posted, err := c.pass(ctx, from, until)
		c.promotion.replayed += posted
		if err != nil {
			return fmt.Errorf("replay journal from %s: %w", from.Format(time.RFC3339), err)
		}
		if quiet++; posted > 0 {
			quiet = 0
		}
		if quiet == quietPasses {
			return nil
		}
		if err := c.clock.Sleep(ctx, c.options.Limits.PassPause); err != nil {
			return err
		}
		if err := c.hold(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pass compares journal and ledger once over from <= accepted < to, completed records included: a completed one may be
// missing, too, when it was posted to a ledger that was lost. It returns how many it posted.
func (c *Controller) pass(ctx context.Context, from, to time.Time) (int, error) {
	posted, span := 0, firstSpan
	for start := from; start.Before(to); {
		end := start.Add(span)
		if to.Before(end) {
			end = to
		}
		missing, listed, err := c.missing(ctx, start, end)
		if err != nil {
			return posted, err
		}
		start, span = end, nextSpan(span, listed)
		done, err := c.postAll(ctx, missing)
		posted += done.posted
		if err != nil {
			return posted, err
		}
	}
	return posted, nil
}

// nextSpan is the span after one that had so many payments.
func nextSpan(span time.Duration, listed int) time.Duration {
	switch {
	case listed > spanPayments:
		return max(span/2, time.Minute)
	case listed < spanPayments/4:
		return min(2*span, longestSpan)
	}
	return span
}

// missing lists the ids that the journal has and the ledger has not, and counts all that the journal has.
func (c *Controller) missing(ctx context.Context, from, to time.Time) (missing []string, listed int, err error) {
	known := map[string]bool{}
	for posted, err := range c.options.Ledger.ListPostedSince(ctx, from) {
		if err != nil {
			return nil, 0, err
		}
		if !posted.AcceptedAt.Before(to) {
			break
		}
		known[posted.PaymentID] = true
		if err := c.holdEvery(ctx, len(known)); err != nil {
			return nil, 0, err
		}
	}
	for entry, err := range c.options.Journal.ListCreated(ctx, from, to) {
		if err != nil {
			return nil, 0, err
		}
		if !known[entry.PaymentID] {
			missing = append(missing, entry.PaymentID)
		}
		listed++
		if err := c.holdEvery(ctx, listed); err != nil {
			return nil, 0, err
		}
	}
	return missing, listed, c.hold(ctx)
}

// holdEvery is hold at every hundredth of many quick steps.
func (c *Controller) holdEvery(ctx context.Context, step int) error {
	if step%100 != 0 {
		return nil
	}
	return c.hold(ctx)
}

// postAll posts payments by their ids, batch by batch.
func (c *Controller) postAll(ctx context.Context, ids []string) (batchResult, error) {
	var total batchResult
	for len(ids) > 0 {
		part := ids[:min(batchSize, len(ids))]
		ids = ids[len(part):]
		done, err := c.postBatch(ctx, part)
		total = total.plus(done)
		if err != nil {
			return total, err
		}
		if err := c.hold(ctx); err != nil {
			return total, err
		}
	}
	return total, nil
}
