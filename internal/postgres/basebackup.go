package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// BaseBackup copies the data of a running server, primary or standby, into the new folder to while it works on, by
// PostgreSQL's low-level backup interface ("Making a Base Backup Using the Low Level API"). The copy holds all the log
// it needs, so a server made with Options.Data starts from it without an archive. Its state is that of the backup's end.
func (s *Server) BaseBackup(ctx context.Context, to string) error {
	if err := s.baseBackup(ctx, to); err != nil {
		return errors.Join(fmt.Errorf("back up server %s: %w", s.options.Dir, err), os.RemoveAll(to))
	}
	return nil
}

func (s *Server) baseBackup(ctx context.Context, to string) error {
	conn, err := pgx.Connect(ctx, s.control())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	begin, end := "SELECT pg_backup_start('copy', true)::text", "SELECT lsn::text, labelfile FROM pg_backup_stop(false)"
	if s.programs.Major() < 15 {
		begin, end = "SELECT pg_start_backup('copy', true, false)::text", "SELECT lsn::text, labelfile FROM pg_stop_backup(false, false)"
	}
	var started string
	if err := conn.QueryRow(ctx, begin).Scan(&started); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := copyTree(s.dataDir(), to, s.account, whileRunning); err != nil {
		return err
	}
	// Last, because recovery from a standby's backup ends no earlier than this file says.
	if err := s.copyOwned("global/pg_control", to); err != nil {
		return err
	}
	var stopped, label string
	if err := conn.QueryRow(ctx, end).Scan(&stopped, &label); err != nil {
		return fmt.Errorf("end: %w", err)
	}
	var segment uint64
	err = conn.QueryRow(ctx, "SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'").Scan(&segment)
	if err != nil {
		return fmt.Errorf("read log segment size: %w", err)
	}
	first, last, err := segments(started, stopped, segment)
	if err != nil {
		return err
	}
	if err := s.copyLog(to, first, last); err != nil {
		return err
	}
	path := filepath.Join(to, "backup_label")
	if err := os.WriteFile(path, []byte(label), 0o600); err != nil {
		return err
	}
	return s.account.own(path)
}

// copyOwned copies one file of the data folder, by its relative name.
func (s *Server) copyOwned(name, to string) error {
	target := filepath.Join(to, name)
	if err := copyFile(filepath.Join(s.dataDir(), name), target, 0o600); err != nil {
		return err
	}
	return s.account.own(target)
}

// copyLog copies the log between two segment numbers, both included, and the histories of timelines.
func (s *Server) copyLog(to string, first, last string) error {
	entries, err := os.ReadDir(filepath.Join(s.dataDir(), "pg_wal"))
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, entry := range entries {
		name := entry.Name()
		history := strings.HasSuffix(name, ".history")
		wanted := len(name) == 24 && name[8:] >= first && name[8:] <= last
		if !history && !wanted {
			continue
		}
		if err := s.copyOwned(filepath.Join("pg_wal", name), to); err != nil {
			return fmt.Errorf("copy log: %w", err)
		}
		if wanted {
			found[name[8:]] = true
		}
	}
	if !found[first] || !found[last] {
		return fmt.Errorf("copy log: segments %s to %s are needed and some of them are gone", first, last)
	}
	return nil
}

// segments are the numbers, as in the names of log files behind the timeline, of the segments that hold the log from
// one position up to before another.
func segments(from, to string, size uint64) (first, last string, err error) {
	start, err := parsePosition(from)
	if err != nil {
		return "", "", err
	}
	stop, err := parsePosition(to)
	if err != nil {
		return "", "", err
	}
	if size == 0 || stop <= start {
		return "", "", fmt.Errorf("log from %s to %s in segments of %d bytes is empty", from, to, size)
	}
	name := func(position uint64) string {
		number, perID := position/size, (uint64(1)<<32)/size
		return fmt.Sprintf("%08X%08X", number/perID, number%perID)
	}
	return name(start), name(stop - 1), nil
}

// parsePosition reads a log position as PostgreSQL prints it, for example 16/B374D848.
func parsePosition(text string) (uint64, error) {
	var high, low uint32
	if _, err := fmt.Sscanf(text, "%X/%X", &high, &low); err != nil {
		return 0, fmt.Errorf("read log position %q: %w", text, err)
	}
	return uint64(high)<<32 | uint64(low), nil
}

// selection says what of a data folder to copy.
type selection int

const (
	everything   selection = iota // a folder nobody changes
	whileRunning                  // a server's, at work: without its log and what the next start makes anew
	atRest                        // a backup's or a stopped server's: without what says who ran it, and how
)

// skip tells whether an entry stays out, by its relative name; a folder's content stays out with "name/".
func (s selection) skip(name string) bool {
	if s == everything {
		return false
	}
	switch name {
	case "postmaster.pid", "postmaster.opts", "standby.signal", "recovery.signal":
		return true
	}
	if s == atRest {
		return false
	}
	folder, _, inside := strings.Cut(name, "/")
	switch {
	case name == "global/pg_control", name == "backup_label", name == "backup_label.old", name == "tablespace_map":
		return true
	case inside && strings.HasPrefix(name, "pg_wal/archive_status/"):
		return true
	case name == "pg_wal/archive_status":
		return false
	case inside:
		switch folder {
		case "pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans":
			return true
		}
	}
	base := filepath.Base(name)
	return strings.HasPrefix(base, "pgsql_tmp") || strings.HasPrefix(base, "pg_internal.init")
}

// vanished tells whether a copy may go on although a file is not there any more.
func (s selection) vanished(err error) bool {
	return s == whileRunning && errors.Is(err, fs.ErrNotExist)
}
