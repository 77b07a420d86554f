package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

var accepted = time.Date(2026, 11, 23, 12, 0, 0, 123456000, time.UTC)

// posting is a valid one at epoch 0, the epoch of a fresh ledger.
func posting(id string, minorUnits int64, currency string) payment.Posting {
	return payment.Posting{
		PaymentID: id, TransactionID: uuid.NewString(), Money: payment.Money{MinorUnits: minorUnits, Currency: currency},
		Region: "us-east-1", AcceptedAt: accepted,
	}
}

func mustPost(t *testing.T, store *ledger.Store, postings ...payment.Posting) {
	t.Helper()
	for _, p := range postings {
		if result, err := store.Post(t.Context(), p); err != nil || !result.Posted {
			t.Fatalf("post %s: posted %t, error %v", p.PaymentID, result.Posted, err)
		}
	}
}

// requireBalanced checks invariant I2 as the database has it and returns the number of payments.
func requireBalanced(t *testing.T, store *ledger.Store) int64 {
	t.Helper()
	totals, err := store.TrialBalance(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var payments int64
	for _, total := range totals {
		if total.Money.MinorUnits != 0 || total.Entries != 2*total.Payments {
			t.Fatalf("trial balance %+v", total)
		}
		payments += total.Payments
	}
	return payments
}

func open(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func mustExec(t *testing.T, conn interface {
	Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
}, sql string, arguments ...any) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql, arguments...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// requireState checks that err is PostgreSQL's with this SQLSTATE and, unless empty, this constraint.
func requireState(t *testing.T, err error, state, constraint string) {
	t.Helper()
	var answer *pgconn.PgError
	if !errors.As(err, &answer) || answer.Code != state || (constraint != "" && answer.ConstraintName != constraint) {
		t.Fatalf("error %v, want SQLSTATE %s of constraint %q", err, state, constraint)
	}
}

func name(prefix string, number int) string { return fmt.Sprintf("%s-%d", prefix, number) }

// sqlState is the code of PostgreSQL's answer, empty for any other error.
func sqlState(err error) string {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code
	}
	return ""
}
