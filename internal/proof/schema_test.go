package proof_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

// withoutFence lets posts through under any epoch.
func withoutFence(t *testing.T, database *postgrestest.Database) {
	rewrite(t, database, "ledger.post", "IF p_epoch <> newest THEN", "IF false THEN")
	rewrite(t, database, "ledger.post_many", "IF p_epoch <> newest THEN", "IF false THEN")
}

// withoutOnConflict lets a second post of a payment run into the unique key.
func withoutOnConflict(t *testing.T, database *postgrestest.Database) {
	rewrite(t, database, "ledger.post", "ON CONFLICT DO NOTHING", "")
}

// withoutKeys takes out all that keeps a payment from being posted twice. Each alone is enough to keep it: the key of the
// payment id, that of the transaction id, that of the entries' lines, and the check that entries add up to their payment.
func withoutKeys(t *testing.T, database *postgrestest.Database) {
	execute(t, database,
		"ALTER TABLE ledger.payments DROP CONSTRAINT payments_pkey",
		"ALTER TABLE ledger.payments DROP CONSTRAINT payments_transaction_id_key CASCADE",
		"ALTER TABLE ledger.entries DROP CONSTRAINT entries_pkey",
		"DROP TRIGGER payments_entries ON ledger.payments")
	// The replay's function joins by payment id, and would answer a doubled payment with two rows.
	rewrite(t, database, "ledger.post_many", "LEFT JOIN ledger.payments p ON",
		"LEFT JOIN (SELECT DISTINCT ON (payment_id) * FROM ledger.payments) p ON")
}

// rewrite replaces text in the definition of a function of the ledger; the text must be there.
func rewrite(t *testing.T, database *postgrestest.Database, function, text, replacement string) {
	t.Helper()
	conn := owner(t, database)
	var definition string
	if err := conn.QueryRow(t.Context(), "SELECT pg_get_functiondef($1::regproc)", function).Scan(&definition); err != nil {
		t.Fatalf("read function %s: %v", function, err)
	}
	changed := strings.ReplaceAll(definition, text, replacement)
	if changed == definition {
		t.Fatalf("function %s does not have %q any more: the mutant must follow the ledger", function, text)
	}
	execute(t, database, changed)
}

func execute(t *testing.T, database *postgrestest.Database, statements ...string) {
	t.Helper()
	conn := owner(t, database)
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// owner connects as the role that owns the ledger.
func owner(t *testing.T, database *postgrestest.Database) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}
