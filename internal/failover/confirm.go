package failover

import (
	"context"
	"errors"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// postedRecord is a record that the ledger has; now says that this call wrote it there.
type postedRecord struct {
	payment.Record
	now bool
}

// confirm completes records in the journal.
//
// A replay looks at completed records only within its window, which counts by acceptance. So a payment that is posted
// long after its acceptance must not be completed before its posting has been replicated: it stays pending, and thus
// in sight, until the posting is half a window old. Payments posted in time need no rest.
func (c *Controller) confirm(ctx context.Context, records []postedRecord) (batchResult, error) {
	rests := make([]bool, len(records))
	faults := c.each(len(records), func(i int) error {
		record := records[i]
		if record.Status == payment.StatusCompleted {
			return nil
		}
		var err error
		if rests[i], err = c.mustRest(ctx, record); err != nil || rests[i] {
			return err
		}
		return c.options.Journal.Complete(ctx, payment.Completion{
			PaymentID: record.ID, TransactionID: record.TransactionID,
			PostedRegion: c.options.Settings.Region, At: c.clock.Wall().Truncate(time.Microsecond),
		})
	})
	var result batchResult
	var err error
	for i, fault := range faults {
		switch {
		case rests[i]:
			result.resting = append(result.resting, records[i].ID)
		case fault == nil:
			result.completed++
		case errors.Is(fault, payment.ErrTransactionMismatch), errors.Is(fault, payment.ErrRecordNotFound), errors.Is(fault, payment.ErrRecordCorrupt):
			c.options.Log.ErrorContext(ctx, "journal and ledger contradict each other", "paymentId", records[i].ID, "error", fault)
		default:
			err = errors.Join(err, fault)
		}
	}
	return result, err
}

// mustRest tells whether a record's posting may not have been replicated yet, and its acceptance is too old for a
// replay to find it by.
func (c *Controller) mustRest(ctx context.Context, record postedRecord) (bool, error) {
	half, now := c.options.Limits.Window/2, c.clock.Wall()
	if now.Sub(record.CreatedAt) <= half {
		return false, nil
	}
	if record.now {
		return true, nil
	}
	known, err := c.options.Ledger.Payment(ctx, record.ID)
	if err != nil {
		return false, err
	}
	return now.Sub(known.PostedAt) < half && known.PostedAt.Sub(record.CreatedAt) > half, nil
}
