package failover

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

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

// postBatch reads payments from the journal, posts them under the term that is held, and completes them.
func (c *Controller) postBatch(ctx context.Context, ids []string) (batchResult, error) {
	records, refused, err := c.getRecords(ctx, ids)
	result := batchResult{refused: refused}
	if err != nil || len(records) == 0 {
		return result, err
	}
	epoch := c.memory.lease.Epoch
	postings := make([]payment.Posting, len(records))
	for i, record := range records {
		postings[i] = payment.Posting{
			PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money,
			Region: record.Region, Epoch: epoch, AcceptedAt: record.CreatedAt,
		}
	}
	// Reading may have taken long.
	if err := c.hold(ctx); err != nil {
		return result, err
	}
	outcomes, err := c.options.Ledger.PostMany(ctx, postings)
	var inLedger []payment.Record
	for i, outcome := range outcomes {
		switch {
		case outcome.Err == nil:
			inLedger = append(inLedger, records[i])
			if outcome.Posted {
				result = result.plus(batchResult{posted: 1, oldest: records[i].CreatedAt})
			}
		case errors.Is(outcome.Err, payment.ErrFenced), errors.Is(outcome.Err, payment.ErrLedgerUnavailable):
			err = errors.Join(err, outcome.Err)
		default:
			result.refused++
			c.options.Log.ErrorContext(ctx, "payment cannot be posted", "paymentId", records[i].ID, "error", outcome.Err)
		}
	}
	if err != nil {
		return result, fmt.Errorf("post payments: %w", err)
	}
	result.completed, err = c.confirm(ctx, inLedger)
	return result, err
}

// getRecords reads payments; one that is not there (an index may be behind) or cannot be read does not stop the others.
func (c *Controller) getRecords(ctx context.Context, ids []string) (records []payment.Record, refused int, err error) {
	read := make([]payment.Record, len(ids))
	faults := c.each(len(ids), func(i int) error {
		var err error
		read[i], err = c.options.Journal.Get(ctx, ids[i])
		return err
	})
	for i, fault := range faults {
		switch {
		case fault == nil:
			records = append(records, read[i])
		case errors.Is(fault, payment.ErrRecordNotFound):
		case errors.Is(fault, payment.ErrRecordCorrupt):
			refused++
			c.options.Log.ErrorContext(ctx, "payment cannot be read", "paymentId", ids[i], "error", fault)
		default:
			err = errors.Join(err, fault)
		}
	}
	return records, refused, err
}

// each calls do for 0 to count-1, by up to Limits.Workers goroutines, and waits for all.
func (c *Controller) each(count int, do func(int) error) []error {
	faults := make([]error, count)
	workers := min(c.options.Limits.Workers, count)
	if workers <= 1 {
		for i := range count {
			faults[i] = do(i)
		}
		return faults
	}
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < count; i += workers {
				faults[i] = do(i)
			}
		})
	}
	group.Wait()
	return faults
}
