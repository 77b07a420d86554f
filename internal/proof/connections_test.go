package proof_test

import (
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/paymentdr/paymentdr/internal/ledger"
)

// fragile are connections to the ledger that break as the script of the request says.
type fragile struct {
	ledger.Connections
	// killer is a superuser's way to end sessions.
	killer *pgxpool.Pool
}

// Do implements ledger.Connections.
func (f fragile) Do(ctx context.Context, use func(context.Context, *pgx.Conn) error) error {
	script := scriptOf(ctx)
	return f.Connections.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		if !script.chance(script.rates.drop) {
			return use(ctx, conn)
		}
		if script.chance(0.5) {
			script.tally.add("drop before post")
			if _, err := f.killer.Exec(ctx, "SELECT pg_terminate_backend($1)", conn.PgConn().PID()); err != nil {
				return fmt.Errorf("terminate session: %w", err)
			}
			return use(ctx, conn)
		}
		script.tally.add("drop after post")
		if err := use(ctx, conn); err != nil {
			return err
		}
		// The answer was on its way when the connection broke.
		conn.PgConn().Conn().Close()
		return io.ErrUnexpectedEOF
	})
}
