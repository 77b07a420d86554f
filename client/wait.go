package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The pause between two looks at a payment that is not posted yet: doubling, so that a failover of minutes costs few.
const (
	firstLook = 100 * time.Millisecond
	lastLook  = 5 * time.Second
)

// WaitPosted looks at an acknowledged payment until it is in the ledger, and gives the newest receipt. When ctx ends
// first that receipt says StatusProcessing and the error is nil: the payment is acknowledged all the same. The only
// error is an *Error with ErrInconsistent.
func (c *Client) WaitPosted(ctx context.Context, receipt Receipt) (Receipt, error) {
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	known := Payment{ID: receipt.PaymentID, Amount: receipt.Amount, Currency: receipt.Currency}
	for pause := firstLook; receipt.Status != StatusSuccess; pause = min(2*pause, lastLook) {
		// Half of the pause is jitter, as many payers may be waiting for the same failover.
		if !sleep(ctx, c.base, pause/2+time.Duration(c.config.Random()*float64(pause/2))) {
			return receipt, nil
		}
		seen, err := c.get(ctx, known)
		switch {
		case errors.Is(err, ErrNotFound):
			return receipt, newError(known, OutcomeUnknown, receipt.Tries,
				fmt.Errorf("%w: an acknowledged payment is not found: %w", ErrInconsistent, err))
		case isContradiction(err):
			return receipt, err
		case err != nil:
			c.config.Logger.Debug("could not look at payment", "payment", receipt.PaymentID, "error", err)
			continue
		}
		if err := receipt.conflict(seen); err != nil {
			return receipt, newError(known, OutcomeUnknown, receipt.Tries, err)
		}
		seen.Tries += receipt.Tries
		receipt = seen
	}
	return receipt, nil
}

// isContradiction tells a well-formed wrong answer from one that could not be read.
func isContradiction(err error) bool {
	return errors.Is(err, ErrInconsistent) && !errors.Is(err, errUnreadable)
}

// sleep is false when a context ended first.
func sleep(ctx, base context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-base.Done():
	}
	return false
}
