package stack_test

import (
	"testing"

	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// The files invoke the migration of exactly this build, and again when the version moves.
func TestLedgerVersionIsTheNewestMigration(t *testing.T) {
	latest, err := migrations.Latest()
	if err != nil {
		t.Fatal(err)
	}
	if latest != stack.LedgerVersion {
		t.Errorf("LedgerVersion is %d, internal/ledger/migrations has %d", stack.LedgerVersion, latest)
	}
}
