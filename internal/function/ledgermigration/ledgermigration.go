// Package ledgermigration is the function that the deploy invokes: it brings the ledger's schema to this build's version
// and makes the application's first credentials. No request ever runs it.
package ledgermigration

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/migrations"
	"github.com/paymentdr/paymentdr/internal/rotation"
)

// Input is what the deploy sends: the schema version that its files were written for.
type Input struct {
	Version int64 `json:"version"`
}

// Output says what was done.
type Output struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Migrator is the wired function.
type Migrator struct {
	Rotation rotation.Deps
	// Administrator connects as the user who owns the ledger, to the first host that accepts writes.
	Administrator interface {
		Do(ctx context.Context, use func(context.Context, *pgx.Conn) error) error
	}
	SecretARN string
	Database  string
	Log       *slog.Logger
}

// New reads the environment and wires the function.
func New(ctx context.Context, process function.Process) (*Migrator, error) {
	log, cfg, err := process.Start(ctx, functionenv.DBSecretARN, functionenv.AdminSecretARN, functionenv.LedgerHost)
	if err != nil {
		return nil, err
	}
	settings, err := connect.FromEnvironment(process.Lookup)
	if err != nil {
		return nil, err
	}
	secrets := secretsmanager.NewFromConfig(cfg)
	admin := process.Lookup(functionenv.AdminSecretARN)
	pool, err := connect.New(settings, connect.NewSecret(secrets, admin))
	if err != nil {
		return nil, err
	}
	return &Migrator{
		Rotation:      rotation.Deps{Secrets: secrets, Session: rotation.Sessions(settings), AdminSecretARN: admin, Logger: log},
		Administrator: pool, SecretARN: process.Lookup(functionenv.DBSecretARN),
		Database: process.Lookup(functionenv.LedgerDatabase), Log: log,
	}, nil
}

// Handle migrates, then makes the first credentials. Both may be repeated.
func (m *Migrator) Handle(ctx context.Context, input Input) (Output, error) {
	latest, err := migrations.Latest()
	if err != nil {
		return Output{}, err
	}
	if input.Version != latest {
		return Output{}, fmt.Errorf("the files ask for schema version %d, this build has %d: generate files and zip files together", input.Version, latest)
	}
	var done migrations.Result
	err = m.Administrator.Do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		done, err = migrations.Migrate(ctx, conn.Config(), latest)
		return err
	})
	if err != nil {
		return Output{}, fmt.Errorf("migrate ledger: %w", err)
	}
	m.Log.InfoContext(ctx, "migrated ledger", "from", done.From, "to", done.To)
	if err := rotation.First(ctx, m.Rotation, m.SecretARN, m.Database); err != nil {
		return Output{}, fmt.Errorf("make first credentials: %w", err)
	}
	return Output{From: done.From, To: done.To}, nil
}
