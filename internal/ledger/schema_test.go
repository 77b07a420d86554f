package ledger_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

// The rules hold for the owner of the tables, who passes every grant and every function of ours by.
func TestDatabaseRefusesWhatBreaksTheBooks(t *testing.T) {
	const (
		insertPayment = `INSERT INTO ledger.payments (payment_id, transaction_id, minor_units, currency, region, epoch, accepted_at)
			VALUES ('pay-1', '019a0000-0000-7000-8000-000000000001', 100, 'USD', 'us-east-1', 0, now())`
		insertEntry = `INSERT INTO ledger.entries (transaction_id, line, account_id, minor_units, currency)
			VALUES ('019a0000-0000-7000-8000-000000000001', `
		debit  = insertEntry + `1, 'payer_receivable', 100, 'USD')`
		credit = insertEntry + `2, 'merchant_payable', -100, 'USD')`
	)
	tests := []struct {
		name              string
		statements        []string
		state, constraint string // empty: accepted
	}{
		{"balanced", []string{insertPayment, debit, credit}, "", ""},
		{"balanced, three lines, any order", []string{insertPayment, credit, insertEntry + `3, 'payer_receivable', 40, 'USD')`,
			insertEntry + `1, 'payer_receivable', 60, 'USD')`}, "", ""},
		{"no entries", []string{insertPayment}, "23514", "payments_entries"},
		{"debit only", []string{insertPayment, debit}, "23514", "entries_balance"},
		{"off by one", []string{insertPayment, debit, insertEntry + `2, 'merchant_payable', -99, 'USD')`}, "23514", "entries_balance"},
		{"balanced over two currencies", []string{insertPayment, debit, insertEntry + `2, 'merchant_payable', -100, 'EUR')`}, "23514", "payments_entries"},
		{"balanced, other amount", []string{insertPayment, insertEntry + `1, 'payer_receivable', 7, 'USD')`,
			insertEntry + `2, 'merchant_payable', -7, 'USD')`}, "23514", "payments_entries"},
		{"balanced, other currency as well", []string{insertPayment, debit, credit, insertEntry + `3, 'payer_receivable', 7, 'EUR')`,
			insertEntry + `4, 'merchant_payable', -7, 'EUR')`}, "23514", "payments_entries"},
		{"entries without a payment", []string{debit, credit}, "23503", "entries_transaction_id_fkey"},
		{"unknown account", []string{insertPayment, insertEntry + `1, 'pocket', 100, 'USD')`}, "23503", "entries_account_id_fkey"},
		{"empty line", []string{insertPayment, debit, credit, insertEntry + `3, 'payer_receivable', 0, 'USD')`}, "23514", "entries_minor_units_check"},
		{"line twice", []string{insertPayment, debit, debit}, "23505", "entries_pkey"},
		{"payment id twice", []string{insertPayment, debit, credit,
			`INSERT INTO ledger.payments SELECT payment_id, gen_random_uuid(), minor_units, currency, region, epoch, accepted_at FROM ledger.payments`}, "23505", "payments_pkey"},
		{"transaction id twice", []string{insertPayment, debit, credit,
			`INSERT INTO ledger.payments SELECT 'pay-2', transaction_id, minor_units, currency, region, epoch, accepted_at FROM ledger.payments`}, "23505", "payments_transaction_id_key"},
		{"epoch goes back", []string{`INSERT INTO ledger.epochs VALUES (3, 'us-east-1')`, `INSERT INTO ledger.epochs VALUES (2, 'us-west-2')`}, "23514", "epochs_grow"},
		{"epoch twice", []string{`INSERT INTO ledger.epochs VALUES (3, 'us-east-1')`, `INSERT INTO ledger.epochs VALUES (3, 'us-west-2')`}, "23514", "epochs_grow"},
	}
	conn := open(t, postgrestest.Start(t).AdminURL)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := check(t.Context(), conn, test.statements)
			if test.state == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			requireState(t, err, test.state, test.constraint)
		})
	}
}

// check runs statements in a transaction, makes the deferred checks of a commit, and rolls back.
func check(ctx context.Context, conn *pgx.Conn, statements []string) error {
	transaction, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer transaction.Rollback(ctx)
	for _, statement := range append(statements, "SET CONSTRAINTS ALL IMMEDIATE") {
		if _, err := transaction.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// The deferred check at a real commit, once, as check does not commit.
func TestCommitRefusesUnbalancedEntriesAddedLater(t *testing.T) {
	database := postgrestest.Start(t)
	store := ledgertest.Open(t, database, 1)
	mustPost(t, store, posting("pay-1", 100, "USD"))
	admin := open(t, database.AdminURL)
	for name, lines := range map[string]string{
		"one line":                  "(3, 1, 'USD')",
		"two lines, two currencies": "(3, 1, 'USD'), (4, -1, 'EUR')",
	} {
		t.Run(name, func(t *testing.T) {
			transaction := begin(t, admin)
			mustExec(t, transaction, `INSERT INTO ledger.entries (transaction_id, line, account_id, minor_units, currency)
				SELECT transaction_id, l.line, 'payer_receivable', l.minor_units, l.currency
				FROM ledger.payments, (VALUES `+lines+`) l (line, minor_units, currency)`)
			requireState(t, transaction.Commit(t.Context()), "23514", "entries_balance")
		})
	}
	requireBalanced(t, store)
}

func TestLedgerIsAppendOnlyForEveryRole(t *testing.T) {
	database := postgrestest.Start(t)
	mustPost(t, ledgertest.Open(t, database, 1), posting("pay-1", 100, "USD"))
	for role, url := range map[string]string{"owner": database.AdminURL, "superuser": database.SuperuserURL} {
		conn := open(t, url)
		for _, statement := range []string{
			"UPDATE ledger.payments SET minor_units = 1", "DELETE FROM ledger.payments", "TRUNCATE ledger.payments CASCADE",
			"UPDATE ledger.entries SET minor_units = 1", "DELETE FROM ledger.entries", "TRUNCATE ledger.entries",
			"UPDATE ledger.accounts SET kind = 'asset'", "DELETE FROM ledger.accounts", "TRUNCATE ledger.accounts CASCADE",
			"UPDATE ledger.epochs SET epoch = 9", "DELETE FROM ledger.epochs", "TRUNCATE ledger.epochs",
			"INSERT INTO ledger.payments SELECT * FROM ledger.payments ON CONFLICT (payment_id) DO UPDATE SET minor_units = 1",
		} {
			t.Run(role+": "+statement, func(t *testing.T) {
				_, err := conn.Exec(t.Context(), statement)
				requireState(t, err, "23001", "")
			})
		}
	}
}

func TestApplicationMayOnlyReadAndPost(t *testing.T) {
	database := postgrestest.Start(t)
	mustPost(t, ledgertest.Open(t, database, 1), posting("pay-1", 100, "USD"))
	conn := open(t, database.AppURL)
	for _, statement := range []string{
		"SELECT FROM ledger.payments, ledger.entries, ledger.accounts, ledger.epochs",
		"SELECT ledger.post('pay-2', gen_random_uuid(), 5, 'USD', 'us-east-1', 0, now())",
		"SELECT ledger.post_many('{}', '{}', '{}', '{}', '{}', 0, '{}')",
		"SELECT ledger.fence(1, 'us-east-1')",
	} {
		t.Run("allowed: "+statement, func(t *testing.T) { mustExec(t, conn, statement) })
	}
	for _, statement := range []string{
		"INSERT INTO ledger.payments SELECT * FROM ledger.payments",
		"INSERT INTO ledger.entries SELECT * FROM ledger.entries",
		"INSERT INTO ledger.accounts VALUES ('pocket', 'asset', '')",
		"INSERT INTO ledger.epochs VALUES (9, 'us-west-2')",
		"UPDATE ledger.payments SET minor_units = 1", "DELETE FROM ledger.entries", "TRUNCATE ledger.epochs",
		"SELECT ledger.enter()", "SELECT ledger.fence_key()",
		"ALTER TABLE ledger.entries DISABLE TRIGGER ALL", "DROP TRIGGER append_only ON ledger.payments",
		"CREATE TABLE ledger.mine (id int)", "CREATE TABLE public.mine (id int)", "CREATE TEMPORARY TABLE mine (id int)",
		"CREATE SCHEMA mine", "CREATE ROLE mine", "SET session_replication_role = replica",
		"SELECT * FROM public.goose_db_version",
	} {
		t.Run("refused: "+statement, func(t *testing.T) {
			_, err := conn.Exec(t.Context(), statement)
			var state string
			if err != nil {
				state = sqlState(err)
			}
			if state != "42501" {
				t.Fatalf("error %v, want SQLSTATE 42501", err)
			}
		})
	}
}
