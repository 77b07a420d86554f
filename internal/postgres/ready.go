package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
)

// readyPoll is the pause between two tries to reach a starting server.
const readyPoll = 10 * time.Millisecond

// waitReady waits until this very server answers.
func (s *Server) waitReady(ctx context.Context) error {
	for {
		last := s.probe(ctx)
		if last == nil {
			return nil
		}
		var stranger *strangerError
		if errors.As(last, &stranger) {
			return last
		}
		select {
		case <-s.process.exited:
			return fmt.Errorf("it ended: %w", errors.Join(s.process.err, last))
		case <-ctx.Done():
			return fmt.Errorf("wait until it answers: %w: last answer: %w", ctx.Err(), last)
		case <-time.After(readyPoll):
		}
	}
}

// strangerError says that another server answers on our port.
type strangerError struct{ expected, found string }

func (e *strangerError) Error() string {
	return fmt.Sprintf("another server answers: data folder %s, expected %s", e.found, e.expected)
}

// probe connects over TCP, as users do, and checks whose data folder answers.
func (s *Server) probe(ctx context.Context) error {
	mode := "disable"
	if s.options.TLS != nil {
		mode = "require"
	}
	conn, err := pgx.Connect(ctx, s.url(s.port, Superuser, s.password, "postgres", mode))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var folder string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&folder); err != nil {
		return err
	}
	if !sameFile(folder, s.dataDir()) {
		return &strangerError{expected: s.dataDir(), found: folder}
	}
	return nil
}

// SystemIdentifier is the number that initdb gave the data: equal for a primary and its standbys.
func (s *Server) SystemIdentifier(ctx context.Context) (uint64, error) {
	conn, err := pgx.Connect(ctx, s.SuperuserURL("postgres"))
	if err != nil {
		return 0, fmt.Errorf("read system identifier: %w", err)
	}
	defer conn.Close(ctx)
	var identifier int64
	err = conn.QueryRow(ctx, "SELECT system_identifier FROM pg_catalog.pg_control_system()").Scan(&identifier)
	if err != nil {
		return 0, fmt.Errorf("read system identifier: %w", err)
	}
	return uint64(identifier), nil
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
