package check

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Beginner is the part of a PostgreSQL connection, or pool, that reading the ledger needs.
type Beginner interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// ReadLedger reads the whole ledger in one snapshot.
func ReadLedger(ctx context.Context, from Beginner) (payments []Payment, entries []Entry, epochs []Epoch, err error) {
	tx, err := from.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read ledger: %w", err)
	}
	defer func() { _ = tx.Rollback(ctx) }() // it only read
	payments, err = rows[Payment](ctx, tx, "payments", `
		SELECT payment_id, transaction_id::text, minor_units, currency, region, epoch, accepted_at, posted_at
		FROM ledger.payments ORDER BY posted_at, payment_id`)
	if err != nil {
		return nil, nil, nil, err
	}
	entries, err = rows[Entry](ctx, tx, "entries", `
		SELECT transaction_id::text, account_id, minor_units, currency FROM ledger.entries ORDER BY transaction_id, line`)
	if err != nil {
		return nil, nil, nil, err
	}
	epochs, err = rows[Epoch](ctx, tx, "epochs", `SELECT epoch, region, raised_at FROM ledger.epochs ORDER BY epoch`)
	return payments, entries, epochs, err
}

// rows reads rows whose columns stand in the order of T's fields.
func rows[T any](ctx context.Context, tx pgx.Tx, what, query string) ([]T, error) {
	result, err := tx.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read %s of the ledger: %w", what, err)
	}
	all, err := pgx.CollectRows(result, pgx.RowToStructByPos[T])
	if err != nil {
		return nil, fmt.Errorf("read %s of the ledger: %w", what, err)
	}
	return all, nil
}

// Read reads both stores, the ledger first: what is posted meanwhile is then in the journal already.
func Read(ctx context.Context, ledger Beginner, journal Scanner, table string) (Stores, error) {
	var stores Stores
	var err error
	if stores.Payments, stores.Entries, stores.Epochs, err = ReadLedger(ctx, ledger); err != nil {
		return Stores{}, err
	}
	stores.Items, err = ReadJournal(ctx, journal, table)
	return stores, err
}
