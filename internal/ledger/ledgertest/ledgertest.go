// Package ledgertest opens the ledger on a test's database the way the functions do: through package connect, over
// verified TLS, as a member of payment_app.
package ledgertest

import (
	"context"
	"testing"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

// Login is a fixed login.
type Login connect.Login

// Login implements connect.Credentials.
func (l Login) Login(context.Context, string, int) (connect.Login, error) {
	return connect.Login(l), nil
}

// Refused implements connect.Credentials.
func (l Login) Refused(connect.Login) {}

// Settings are those of a function that works on database; a test changes what it is about.
func Settings(database *postgrestest.Database) connect.Settings {
	return connect.Settings{
		Hosts: []string{database.Server.Address()}, Port: database.Server.Port(), Database: database.Name,
		CAFile: database.CAFile, Application: "test", MaxConnections: 1,
	}
}

// Open returns the ledger over up to connections connections.
func Open(t testing.TB, database *postgrestest.Database, connections int) *ledger.Store {
	t.Helper()
	settings := Settings(database)
	settings.MaxConnections = connections
	pool, err := connect.New(settings, Login{User: database.AppUser, Password: database.AppPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return ledger.New(pool)
}
