// Package migrations brings a database to a version of the ledger's schema. The deploy runs it; a request never does.
//
// Migrations are forward only: a ledger is append-only, and what a release added, the next one may correct. Each must
// leave the release before it working, because functions of both run while a deploy is under way.
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// ErrNewer says that the database is at a version that this build does not know.
var ErrNewer = errors.New("the database is newer than this release")

// A second run looks every second whether the first is done, for two minutes.
const (
	lockProbe  = 1   // seconds
	lockProbes = 120 // times
)

// Result tells what Migrate found and did.
type Result struct {
	From, To int64 // versions before and after; 0 is an empty database
}

// Latest is the newest version in this build.
func Latest() (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var latest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("list migrations: %s: %w", name, err)
		}
		latest = max(latest, version)
	}
	return latest, nil
}

// Migrate brings the database that config names to version target; 0 means Latest. It connects as a role that owns the
// database and may create roles. Runs at the same moment wait for each other.
//
// ErrNewer: nothing was done. Any other error may leave the database at a version between; a repeated call continues.
func Migrate(ctx context.Context, config *pgx.ConnConfig, target int64) (Result, error) {
	latest, err := Latest()
	if err != nil {
		return Result{}, err
	}
	if target == 0 {
		target = latest
	}
	if target < 0 || target > latest {
		return Result{}, fmt.Errorf("migrate ledger: version %d is not in this build, which has 1 to %d", target, latest)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(lockProbe, lockProbes))
	if err != nil {
		return Result{}, fmt.Errorf("migrate ledger: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return Result{}, fmt.Errorf("migrate ledger: %w", err)
	}
	from, err := provider.GetDBVersion(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("migrate ledger: read version: %w", err)
	}
	if from > target {
		return Result{From: from, To: from}, fmt.Errorf("migrate ledger: database at %d, wanted %d: %w", from, target, ErrNewer)
	}
	if _, err := provider.UpTo(ctx, target); err != nil {
		return Result{From: from}, fmt.Errorf("migrate ledger from %d to %d: %w", from, target, err)
	}
	return Result{From: from, To: target}, nil
}
