package rotation

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
)

// SettingsFromEnvironment reads the ledger's settings for a rotation: of its hosts only the global writer endpoint is
// used, which follows the promoted cluster. lookup is os.Getenv in production.
func SettingsFromEnvironment(lookup func(string) string) (connect.Settings, error) {
	settings, err := connect.FromEnvironment(lookup)
	if err != nil {
		return settings, err
	}
	host := lookup(functionenv.LedgerGlobalHost)
	if host == "" {
		return settings, fmt.Errorf("read rotation settings: %s is not set", functionenv.LedgerGlobalHost)
	}
	settings.Hosts = []string{host}
	return settings, nil
}

// Sessions returns the real Session: over TLS, verified, each with a connection of its own, because what is tested is
// the login.
func Sessions(settings connect.Settings) Session {
	// A standby is connected to as well, so that it can be told from a database that is away.
	settings.ReadOnly = true
	settings.MaxConnections = 1
	return func(ctx context.Context, username, password string, use func(context.Context, *pgx.Conn) error) error {
		pool, err := connect.New(settings, fixed{User: username, Password: password})
		if err != nil {
			return err
		}
		defer pool.Close()
		return pool.Do(ctx, use)
	}
}

// fixed is one login, right or wrong.
type fixed connect.Login

// Login implements connect.Credentials.
func (f fixed) Login(context.Context, string, int) (connect.Login, error) {
	return connect.Login(f), nil
}

// Refused implements connect.Credentials; there is no other login to try.
func (f fixed) Refused(connect.Login) {}
