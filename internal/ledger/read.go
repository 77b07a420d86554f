package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Payment is a payment as the ledger has it.
type Payment struct {
	payment.Posting
	PostedAt time.Time // UTC, by the database's clock
}

// paymentColumns are what scanPayment reads.
const paymentColumns = `payment_id, transaction_id::text, minor_units, currency, region, epoch, accepted_at, posted_at`

// Payment reads one payment; ErrNotFound when there is none.
func (s *Store) Payment(ctx context.Context, paymentID string) (Payment, error) {
	found, err := s.payments(ctx, `SELECT `+paymentColumns+` FROM ledger.payments WHERE payment_id = $1`, paymentID)
	return only(found, err, "read payment "+paymentID)
}

// NewestPayment is the payment that was accepted last, not the one posted last: replay counts by the journal's time.
// ErrNotFound when the ledger is empty.
func (s *Store) NewestPayment(ctx context.Context) (Payment, error) {
	found, err := s.payments(ctx, `SELECT `+paymentColumns+` FROM ledger.payments
		ORDER BY accepted_at DESC, payment_id DESC LIMIT 1`)
	return only(found, err, "read newest payment")
}

// NewestPostedBefore is the payment that was accepted last of those that were posted before, by the database's clock.
// ErrNotFound when there is none.
func (s *Store) NewestPostedBefore(ctx context.Context, before time.Time) (Payment, error) {
	found, err := s.payments(ctx, `SELECT `+paymentColumns+` FROM ledger.payments WHERE posted_at < $1
		ORDER BY accepted_at DESC, payment_id DESC LIMIT 1`, before)
	return only(found, err, "read newest payment posted before "+before.Format(time.RFC3339Nano))
}

func only(found []Payment, err error, action string) (Payment, error) {
	switch {
	case err != nil:
		return Payment{}, fmt.Errorf("%s: %w", action, err)
	case len(found) == 0:
		return Payment{}, fmt.Errorf("%s: %w", action, ErrNotFound)
	}
	return found[0], nil
}

// page is how many payments ListPostedSince reads at a time.
const page = 1000

// ListPostedSince yields the payments accepted at or after since, by the time of acceptance. It reads page by page, so
// the ledger may be used between two payments, and what is posted meanwhile behind the reader's place is not seen.
// After an error it ends.
func (s *Store) ListPostedSince(ctx context.Context, since time.Time) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) {
		last := Payment{Posting: payment.Posting{AcceptedAt: since}} // every id is above the empty one
		for {
			found, err := s.payments(ctx, `SELECT `+paymentColumns+` FROM ledger.payments
				WHERE (accepted_at, payment_id) > ($1, $2) ORDER BY accepted_at, payment_id LIMIT $3`,
				last.AcceptedAt, last.PaymentID, page)
			if err != nil {
				yield(Payment{}, fmt.Errorf("list payments since %s: %w", since.Format(time.RFC3339Nano), err))
				return
			}
			for _, last = range found {
				if !yield(last, nil) {
					return
				}
			}
			if len(found) < page {
				return
			}
		}
	}
}

// payments runs a query for paymentColumns.
func (s *Store) payments(ctx context.Context, query string, arguments ...any) ([]Payment, error) {
	return collect(ctx, s, scanPayment, query, arguments...)
}

func scanPayment(row pgx.CollectableRow) (Payment, error) {
	var p Payment
	err := row.Scan(&p.PaymentID, &p.TransactionID, &p.Money.MinorUnits, &p.Money.Currency,
		&p.Region, &p.Epoch, &p.AcceptedAt, &p.PostedAt)
	p.AcceptedAt, p.PostedAt = p.AcceptedAt.UTC(), p.PostedAt.UTC()
	return p, err
}

// collect runs a query and reads all its rows.
func collect[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], query string, arguments ...any) ([]T, error) {
	var found []T
	err := s.connections.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, arguments...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, scan)
		return err
	})
	var scanError pgx.ScanArgError
	if errors.As(err, &scanError) {
		return nil, err
	}
	return found, classify(err)
}
