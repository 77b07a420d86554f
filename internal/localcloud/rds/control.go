package rds

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// syncPoll is the pause between two looks at a server that is to reach a position.
const syncPoll = 5 * time.Millisecond

// positionOf are the queries of a server's log position in bytes.
const (
	writtenPosition  = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
	replayedPosition = "SELECT pg_wal_lsn_diff(coalesce(pg_last_wal_replay_lsn(), '0/0'), '0/0')::bigint"
)

// control connects to a server as its superuser, over the socket.
func control(ctx context.Context, server *postgres.Server) (*pgx.Conn, error) {
	return pgx.Connect(ctx, server.SocketURL("postgres"))
}

// query reads one value of a server.
func query[T any](ctx context.Context, server *postgres.Server, sql string, arguments ...any) (value T, err error) {
	conn, err := control(ctx, server)
	if err != nil {
		return value, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, sql, arguments...).Scan(&value)
	return value, err
}

// streams tells whether the secondary receives the writer's changes.
func streams(ctx context.Context, writer *postgres.Server, secondary string) (bool, error) {
	return query[bool](ctx, writer,
		"SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming')", secondary)
}

// waitStreaming waits until the secondary receives the writer's changes.
func waitStreaming(ctx context.Context, writer *postgres.Server, secondary string) error {
	for {
		ready, err := streams(ctx, writer, secondary)
		if err != nil {
			return err
		}
		if ready {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s follows: %w", secondary, ctx.Err())
		case <-time.After(4 * syncPoll):
		}
	}
}

// endSessions ends all sessions of clients and waits until they are gone.
func endSessions(ctx context.Context, server *postgres.Server) error {
	conn, err := control(ctx, server)
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	defer conn.Close(ctx)
	for {
		var left int
		err := conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`).Scan(&left)
		if err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("end sessions: %d are left: %w", left, ctx.Err())
		case <-time.After(syncPoll):
		}
	}
}

// waitReplayed waits until the standby has replayed up to a position.
func waitReplayed(ctx context.Context, standby *postgres.Server, position int64) error {
	conn, err := control(ctx, standby)
	if err != nil {
		return fmt.Errorf("wait for secondary: %w", err)
	}
	defer conn.Close(ctx)
	for {
		var replayed int64
		if err := conn.QueryRow(ctx, replayedPosition).Scan(&replayed); err != nil {
			return fmt.Errorf("wait for secondary: %w", err)
		}
		if replayed >= position {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for secondary: it is at %d of %d bytes: %w", replayed, position, ctx.Err())
		case <-time.After(syncPoll):
		}
	}
}

// setPassword changes a role's password; the statement is built by the server, which knows how to quote.
func setPassword(ctx context.Context, server *postgres.Server, role, password string) error {
	conn, err := control(ctx, server)
	if err != nil {
		return fmt.Errorf("set password of %s: %w", role, err)
	}
	defer conn.Close(ctx)
	var statement string
	if err := conn.QueryRow(ctx, "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role, password).Scan(&statement); err != nil {
		return fmt.Errorf("set password of %s: %w", role, err)
	}
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("set password of %s: %w", role, err)
	}
	return nil
}
