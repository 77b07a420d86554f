package failover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// confirm completes records that the ledger has.
//
// A replay looks at completed records only within its window, which counts by acceptance. So a payment that is posted
// long after its acceptance must not be completed before that is written down: until a ledger is known to have what was
// posted by then, its replay begins at the oldest of them. Payments posted in time need no such note.
func (c *Controller) confirm(ctx context.Context, records []payment.Record) (completed int, err error) {
	if err := c.owe(ctx, records); err != nil {
		return 0, err
	}
	faults := c.each(ctx, len(records), func(ctx context.Context, i int) error {
		if records[i].Status == payment.StatusCompleted {
			return nil
		}
		return c.options.Journal.Complete(ctx, payment.Completion{
			PaymentID: records[i].ID, TransactionID: records[i].TransactionID,
			PostedRegion: c.options.Settings.Region, At: c.clock.Wall().Truncate(time.Microsecond),
		})
	})
	failed := 0
	for i, fault := range faults {
		switch {
		case fault == nil:
			completed++
		case errors.Is(fault, payment.ErrTransactionMismatch), errors.Is(fault, payment.ErrRecordNotFound), errors.Is(fault, payment.ErrRecordCorrupt):
			c.options.Log.ErrorContext(ctx, "journal and ledger contradict each other", "paymentId", records[i].ID, "error", fault)
		default:
			failed, err = failed+1, fault
		}
	}
	if err != nil {
		err = fmt.Errorf("complete payments, %d of %d failed: %w", failed, len(records), err)
	}
	return completed, err
}

// owe writes down that late payments have been posted, by the oldest of them.
func (c *Controller) owe(ctx context.Context, records []payment.Record) error {
	now, oldest := c.clock.Wall(), time.Time{}
	for _, record := range records {
		late := record.Status == payment.StatusProcessing && now.Sub(record.CreatedAt) > c.options.Limits.Window/2
		if late && (oldest.IsZero() || record.CreatedAt.Before(oldest)) {
			oldest = record.CreatedAt
		}
	}
	if oldest.IsZero() {
		return nil
	}
	c.note(postedLate, map[string]string{"from": oldest.Format(time.RFC3339Nano)})
	if err := c.flush(ctx); err != nil {
		return fmt.Errorf("note late payments: %w", err)
	}
	// Who takes over from now on has read the note.
	if err := c.renew(ctx); err != nil {
		return fmt.Errorf("complete late payments: %w", err)
	}
	return nil
}
