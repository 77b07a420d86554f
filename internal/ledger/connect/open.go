package connect

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Open returns one connection that the caller closes: for programs that read the ledger at one moment.
func Open(ctx context.Context, settings Settings, credentials Credentials) (*pgx.Conn, error) {
	settings, err := settings.withDefaults()
	if err != nil {
		return nil, err
	}
	return newDialer(settings, credentials).open(ctx)
}
