package failover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// batchResult is what became of a batch.
type batchResult struct {
	posted int // written to the ledger by this call
	// oldest is when the first of the posted was accepted.
	oldest    time.Time
	completed int
	refused   int // cannot be posted by anybody; said in the log
}

func (r batchResult) plus(other batchResult) batchResult {
	oldest := r.oldest
	if oldest.IsZero() || !other.oldest.IsZero() && other.oldest.Before(oldest) {
		oldest = other.oldest
	}
	return batchResult{
		oldest: oldest,
		posted: r.posted + other.posted, completed: r.completed + other.completed, refused: r.refused + other.refused,
	}
}

// postBatch reads payments from the journal, posts them under the term that is held, and completes them. What fails does
// not stop the others.
func (c *Controller) postBatch(ctx context.Context, ids []string) (batchResult, error) {
	records, refused, readErr := c.getRecords(ctx, ids)
	result := batchResult{refused: refused}
	if len(records) == 0 {
		return result, readErr
	}
	// Reading may have taken long.
	if err := c.hold(ctx); err != nil {
		return result, err
	}
	inLedger, err := c.post(ctx, records, &result)
	if err != nil {
		return result, fmt.Errorf("post payments: %w", err)
	}
	result.completed, err = c.confirm(ctx, inLedger)
	return result, errors.Join(readErr, err)
}

// post writes records to the ledger, and returns those that it has.
func (c *Controller) post(ctx context.Context, records []payment.Record, result *batchResult) ([]payment.Record, error) {
	epoch := c.memory.lease.Epoch
	postings := make([]payment.Posting, len(records))
	for i := range records {
		record := &records[i]
		postings[i] = payment.Posting{
			PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money,
			Region: record.Region, Epoch: epoch, AcceptedAt: record.CreatedAt,
		}
	}
	outcomes, err := c.options.Ledger.PostMany(ctx, postings)
	inLedger := records[:0]
	for i, outcome := range outcomes {
		switch {
		case outcome.Err == nil:
			inLedger = append(inLedger, records[i])
			if outcome.Posted {
				*result = result.plus(batchResult{posted: 1, oldest: records[i].CreatedAt})
			}
		case errors.Is(outcome.Err, payment.ErrFenced), errors.Is(outcome.Err, payment.ErrLedgerUnavailable):
			err = errors.Join(err, outcome.Err)
		default:
			result.refused++
			c.options.Log.ErrorContext(ctx, "payment cannot be posted", "paymentId", records[i].ID, "error", outcome.Err)
		}
	}
	return inLedger, err
}

// getRecords reads payments; one that is not there (an index may be behind) or cannot be read does not stop the others.
func (c *Controller) getRecords(ctx context.Context, ids []string) (records []payment.Record, refused int, err error) {
	parts := slices.Collect(slices.Chunk(ids, journal.MostAtOnce))
	found := make([]journal.Many, len(parts))
	faults := c.each(ctx, len(parts), func(ctx context.Context, i int) error {
		var err error
		found[i], err = c.options.Journal.GetMany(ctx, parts[i])
		return err
	})
	for _, many := range found {
		records = append(records, many.Records...)
		refused += len(many.Corrupt)
		for _, fault := range many.Corrupt {
			c.options.Log.ErrorContext(ctx, "payment cannot be read", "error", fault)
		}
	}
	return records, refused, errors.Join(faults...)
}

// each calls do for 0 to count-1, by up to Limits.Workers goroutines, and waits for all. It holds the lease meanwhile;
// when it cannot, what has not begun never does, and what has begun ends before the term might.
func (c *Controller) each(ctx context.Context, count int, do func(context.Context, int) error) []error {
	faults := make([]error, count)
	for next := 0; next < count; {
		next = c.eachForATick(ctx, next, faults, do)
		if err := c.hold(ctx); err != nil {
			for i := next; i < count; i++ {
				faults[i] = err
			}
			break
		}
	}
	return faults
}

// eachForATick does so from first on until it is time to renew the lease, and returns where to go on.
func (c *Controller) eachForATick(ctx context.Context, first int, faults []error, do func(context.Context, int) error) int {
	settings, held := c.options.Settings, c.memory.held
	ctx, cancel := c.clock.WithTimeout(ctx, settings.TTL-settings.Margin()-c.clock.Now().Sub(held))
	defer cancel()
	var next atomic.Int64
	next.Store(int64(first))
	work := func() {
		for {
			i := int(next.Add(1) - 1)
			if i >= len(faults) {
				return
			}
			if faults[i] = do(ctx, i); c.clock.Now().Sub(held) >= settings.Tick {
				return
			}
		}
	}
	if workers := min(c.options.Limits.Workers, len(faults)-first); workers > 1 {
		var group sync.WaitGroup
		for range workers {
			group.Go(work)
		}
		group.Wait()
	} else {
		work()
	}
	return min(int(next.Load()), len(faults))
}
