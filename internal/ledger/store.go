package ledger

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Connections hands out connections to the ledger's database.
type Connections interface {
	// Do calls use with a connection, and once more with another one when the first turned out to be dead or to lead
	// to a server that became read-only; so use must be safe to repeat. It returns the error of the last call.
	Do(ctx context.Context, use func(ctx context.Context, conn *pgx.Conn) error) error
}

// Store is the ledger. It is safe for concurrent use; every method honours the context's deadline.
type Store struct {
	connections Connections
}

// New returns the ledger behind connections.
func New(connections Connections) *Store { return &Store{connections: connections} }
