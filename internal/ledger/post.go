package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// The outcomes of ledger.post, ledger.post_many and ledger.fence.
const (
	outcomePosted   = "posted"
	outcomePresent  = "present"
	outcomeMismatch = "mismatch"
	outcomeFenced   = "fenced"
	outcomeBehind   = "behind"
	outcomeRaised   = "raised"
)

// postStatement is one transaction in one round trip.
const postStatement = `SELECT outcome, coalesce(detail, '') FROM ledger.post($1, $2, $3, $4, $5, $6, $7)`

// Post writes the payment and its balanced entries, once; Posted is false when they are there with the same content.
//
// payment.ErrLedgerUnavailable: not reached, not writable, or not yet raised to the posting's epoch; whether it was
// written may be unknown, and a repeated call finds out. payment.ErrFenced: the epoch is over. payment.ErrMismatch: the
// payment id or the transaction id is there with other content. Any other error is permanent.
func (s *Store) Post(ctx context.Context, posting payment.Posting) (payment.PostResult, error) {
	var outcome, detail string
	err := s.connections.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, postStatement,
			posting.PaymentID, posting.TransactionID, posting.Money.MinorUnits, posting.Money.Currency,
			posting.Region, posting.Epoch, posting.AcceptedAt).Scan(&outcome, &detail)
	})
	if err != nil {
		return payment.PostResult{}, fmt.Errorf("post payment %s: %w", posting.PaymentID, classify(err))
	}
	return result(posting.PaymentID, outcome, detail)
}

// result turns an outcome into what Post answers.
func result(paymentID, outcome, detail string) (payment.PostResult, error) {
	switch outcome {
	case outcomePosted:
		return payment.PostResult{Posted: true}, nil
	case outcomePresent:
		return payment.PostResult{}, nil
	case outcomeMismatch:
		return payment.PostResult{}, fmt.Errorf("post payment %s: %w: %s", paymentID, payment.ErrMismatch, detail)
	case outcomeFenced:
		return payment.PostResult{}, fmt.Errorf("post payment %s: %w: %s", paymentID, payment.ErrFenced, detail)
	case outcomeBehind:
		return payment.PostResult{}, fmt.Errorf("post payment %s: %w: %s", paymentID, payment.ErrLedgerUnavailable, detail)
	}
	return payment.PostResult{}, fmt.Errorf("post payment %s: outcome %q is unknown to this release", paymentID, outcome)
}
