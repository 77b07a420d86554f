package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// Pool keeps connections open between uses. It is safe for concurrent use, and connects at the first use.
type Pool struct {
	settings Settings
	pool     *puddle.Pool[*pgx.Conn]
}

// New returns a pool; nothing is connected yet. Close it to end its connections.
func New(settings Settings, credentials Credentials) (*Pool, error) {
	settings, err := settings.withDefaults()
	if err != nil {
		return nil, err
	}
	dial := newDialer(settings, credentials)
	pool, err := puddle.NewPool(&puddle.Config[*pgx.Conn]{
		Constructor: dial.open,
		Destructor:  closeQuietly,
		MaxSize:     int32(settings.MaxConnections),
	})
	if err != nil {
		return nil, fmt.Errorf("make ledger connections: %w", err)
	}
	return &Pool{settings: settings, pool: pool}, nil
}

// Close ends all connections and waits for those in use. It is safe to call twice.
func (p *Pool) Close() { p.pool.Close() }

// Do calls use with a connection. When a kept connection turns out dead, or its server stopped being the writer, use is
// called a second time with a fresh connection; so use must be safe to repeat.
//
// The context's deadline holds for everything. At the deadline pgx gives the connection up and tells the server, in the
// background, to cancel the statement, so that nothing of ours goes on waiting there.
func (p *Pool) Do(ctx context.Context, use func(ctx context.Context, conn *pgx.Conn) error) error {
	kept, err := p.once(ctx, use)
	if err == nil || !kept || ctx.Err() != nil || !stale(err) {
		return err
	}
	// The others are of the same server and the same age.
	p.pool.Reset()
	_, err = p.once(ctx, use)
	return err
}

// once calls use with one connection and tells whether that was a kept one.
func (p *Pool) once(ctx context.Context, use func(context.Context, *pgx.Conn) error) (kept bool, err error) {
	resource, kept, err := p.acquire(ctx)
	if err != nil {
		return false, err
	}
	finished := false
	defer func() {
		// A panic in use leaves the connection in an unknown state.
		if !finished {
			resource.Destroy()
		}
	}()
	err = use(ctx, resource.Value())
	finished = true
	if reusable(resource.Value(), err) {
		resource.Release()
	} else {
		resource.Destroy()
	}
	return kept, err
}

// acquire takes a connection that is young enough, or opens one.
func (p *Pool) acquire(ctx context.Context) (resource *puddle.Resource[*pgx.Conn], kept bool, err error) {
	for {
		before := time.Now()
		resource, err = p.pool.Acquire(ctx)
		if err != nil {
			return nil, false, fmt.Errorf("get a ledger connection: %w", err)
		}
		kept = resource.CreationTime().Before(before)
		if kept && (resource.Value().IsClosed() || before.Sub(resource.CreationTime()) > p.settings.MaxLifetime) {
			resource.Destroy()
			continue
		}
		return resource, kept, nil
	}
}

// reusable tells whether conn may serve another call after err.
func reusable(conn *pgx.Conn, err error) bool {
	if conn.IsClosed() || conn.PgConn().TxStatus() != 'I' {
		return false
	}
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code != readOnly
	}
	return err == nil || errors.Is(err, pgx.ErrNoRows)
}

// readOnly is what a standby, or a demoted writer, answers to a write.
const readOnly = "25006"

// stale tells whether another connection may do better.
func stale(err error) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return !errors.Is(err, pgx.ErrNoRows) // the network's error
	}
	switch answer.Code {
	case readOnly, "57P01", "57P02", "57P03", "25P03", "57P05": // demoted, shut down, crashed, starting, timed out idle
		return true
	}
	return len(answer.Code) == 5 && answer.Code[:2] == "08"
}

// goodbye is how long ending a session may take.
const goodbye = 50 * time.Millisecond

// closeQuietly says goodbye for a moment at most; the server notices a closed socket by itself.
func closeQuietly(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	conn.Close(ctx)
}
