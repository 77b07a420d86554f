package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Term is the newest term of the lease that the ledger has seen.
type Term struct {
	Epoch  int64
	Region string // holder; empty before the first term
}

// Fence raises the ledger's epoch. When it returns nil, no post of an older epoch is under way or can commit any more,
// and posts of this epoch are accepted. Repeating it is safe.
//
// payment.ErrFenced: the ledger has seen a newer epoch, or this one with another Region. payment.ErrLedgerUnavailable:
// not reached, or not writable.
func (s *Store) Fence(ctx context.Context, epoch int64, region string) error {
	var outcome, detail string
	err := s.connections.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT outcome, coalesce(detail, '') FROM ledger.fence($1, $2)`, epoch, region).
			Scan(&outcome, &detail)
	})
	if err != nil {
		return fmt.Errorf("fence at epoch %d of %s: %w", epoch, region, classify(err))
	}
	switch outcome {
	case outcomeRaised, outcomePresent:
		return nil
	case outcomeFenced:
		return fmt.Errorf("fence: %w: %s", payment.ErrFenced, detail)
	}
	return fmt.Errorf("fence at epoch %d of %s: outcome %q is unknown to this release", epoch, region, outcome)
}

// Health is what a probe wants to know, from one round trip.
type Health struct {
	Writable bool // this server accepts writes now
	Term     Term // in force in this ledger
}

// Health asks the server. An error is payment.ErrLedgerUnavailable or permanent, as with Post.
func (s *Store) Health(ctx context.Context) (Health, error) {
	var health Health
	err := s.connections.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT current_setting('transaction_read_only') = 'off', epoch, region
			FROM ledger.epochs ORDER BY epoch DESC LIMIT 1`).
			Scan(&health.Writable, &health.Term.Epoch, &health.Term.Region)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Health{}, fmt.Errorf("ask ledger for its health: %w: no epoch, migrations have not run", payment.ErrLedgerUnavailable)
	}
	if err != nil {
		return Health{}, fmt.Errorf("ask ledger for its health: %w", classify(err))
	}
	return health, nil
}
