package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// promotePoll is the pause between two looks at a server that is being promoted, which takes it 25 to 70 ms.
const promotePoll = 2 * time.Millisecond

// SocketURL is a connection string for the superuser over the Unix socket, "" without one. Only the server's own user
// and root can use it.
func (s *Server) SocketURL(database string) string {
	folder := s.SocketDir()
	if folder == "" {
		return ""
	}
	return fmt.Sprintf("host='%s' port=%d user=%s dbname='%s' sslmode=disable", folder, s.Port(), Superuser, database)
}

// Socket is the path of the Unix socket, "" without one or before the first Start.
func (s *Server) Socket() string {
	folder, port := s.SocketDir(), s.Port()
	if folder == "" || port == 0 {
		return ""
	}
	return filepath.Join(folder, fmt.Sprintf(".s.PGSQL.%d", port))
}

// Promote makes a running standby a primary and returns when it accepts writes. A primary is left alone.
//
// It asks without waiting and looks itself: the server's own wait looks every 100 ms only.
func (s *Server) Promote(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.control())
	if err != nil {
		return fmt.Errorf("promote server %s: %w", s.options.Dir, err)
	}
	defer conn.Close(ctx)
	asked := false
	for {
		var standby bool
		if err := conn.QueryRow(ctx, "SELECT pg_is_in_recovery()").Scan(&standby); err != nil {
			return fmt.Errorf("promote server %s: %w", s.options.Dir, err)
		}
		if !standby {
			s.mu.Lock()
			s.options.Standby = nil
			s.mu.Unlock()
			return nil
		}
		if !asked {
			if _, err := conn.Exec(ctx, "SELECT pg_promote(false)"); err != nil {
				return fmt.Errorf("promote server %s: %w", s.options.Dir, err)
			}
			asked = true
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("promote server %s: still a standby: %w", s.options.Dir, ctx.Err())
		case <-time.After(promotePoll):
		}
	}
}

// Follow makes the server get its changes from another primary: a running standby at once, a stopped server of either
// kind from its next Start. A stopped primary can follow only if it was shut down by Stop and the new primary was
// promoted after it had received all of its log; otherwise the server's messages say where the logs part.
func (s *Server) Follow(standby Standby) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	running := s.runningLocked()
	if running && s.options.Standby == nil {
		return fmt.Errorf("let server %s follow: it runs as a primary", s.options.Dir)
	}
	before := s.options.Standby
	s.options.Standby = &standby
	if !running {
		if err := s.writeData("standby.signal", "", 0o600); err != nil {
			s.options.Standby = before
			return fmt.Errorf("let server %s follow: %w", s.options.Dir, err)
		}
		return nil
	}
	if err := s.writeConfiguration(); err != nil {
		s.options.Standby = before
		return fmt.Errorf("let server %s follow: %w", s.options.Dir, err)
	}
	return s.process.signal(syscall.SIGHUP)
}

// Unfollow makes a stopped standby a server that starts as a primary, on what it has received.
func (s *Server) Unfollow() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runningLocked() {
		return fmt.Errorf("let server %s stand alone: it runs; promote it", s.options.Dir)
	}
	if err := os.Remove(filepath.Join(s.dataDir(), "standby.signal")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("let server %s stand alone: %w", s.options.Dir, err)
	}
	s.options.Standby = nil
	return nil
}

// Running tells whether the server's main process is there, suspended or not.
func (s *Server) Running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runningLocked()
}

func (s *Server) runningLocked() bool {
	if s.process == nil {
		return false
	}
	select {
	case <-s.process.exited:
		return false
	default:
		return true
	}
}

// control is how this package itself reaches the server: the socket, which no limit of passwords or TLS concerns.
func (s *Server) control() string {
	if s.SocketDir() == "" {
		return s.SuperuserURL("postgres")
	}
	return s.SocketURL("postgres")
}
