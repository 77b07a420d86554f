package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Balance is one account in one currency; debits are positive.
type Balance struct {
	Account string
	Kind    string // asset, liability, equity, income or expense
	Money   payment.Money
}

// Balances sums each account, sorted by account and currency. It reads every entry: for people and checks, not for a
// request. A sum beyond an int64 is an error.
func (s *Store) Balances(ctx context.Context) ([]Balance, error) {
	found, err := collect(ctx, s, func(row pgx.CollectableRow) (Balance, error) {
		var b Balance
		err := row.Scan(&b.Account, &b.Kind, &b.Money.Currency, &b.Money.MinorUnits)
		return b, err
	}, `SELECT a.account_id, a.kind, e.currency, sum(e.minor_units)::bigint
		FROM ledger.entries e JOIN ledger.accounts a USING (account_id)
		GROUP BY a.account_id, a.kind, e.currency ORDER BY a.account_id, e.currency`)
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	return found, nil
}

// Total is the sum of all entries in one currency.
type Total struct {
	Money    payment.Money // zero minor units, or invariant I2 is broken
	Entries  int64
	Payments int64
}

// TrialBalance sums all entries by currency in one snapshot, sorted by currency. It reads every entry.
func (s *Store) TrialBalance(ctx context.Context) ([]Total, error) {
	found, err := collect(ctx, s, func(row pgx.CollectableRow) (Total, error) {
		var t Total
		err := row.Scan(&t.Money.Currency, &t.Money.MinorUnits, &t.Entries, &t.Payments)
		return t, err
	}, `SELECT currency, coalesce(e.total, 0), coalesce(e.entries, 0), coalesce(p.payments, 0)
		FROM (SELECT currency, sum(minor_units)::bigint AS total, count(*) AS entries FROM ledger.entries GROUP BY currency) e
		FULL JOIN (SELECT currency, count(*) AS payments FROM ledger.payments GROUP BY currency) p USING (currency)
		ORDER BY currency`)
	if err != nil {
		return nil, fmt.Errorf("read trial balance: %w", err)
	}
	return found, nil
}
