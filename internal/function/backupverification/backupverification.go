// Package backupverification wires the backup verification function.
package backupverification

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/backup/restore"
	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Handler is the function's type.
type Handler func(context.Context, json.RawMessage) (backup.Result, error)

// New reads the environment and wires the function.
func New(ctx context.Context, process function.Process) (Handler, error) {
	log, cfg, err := process.Start(ctx, functionenv.Cluster, functionenv.Environment, functionenv.DBSecretARN)
	if err != nil {
		return nil, err
	}
	client := rds.NewFromConfig(cfg)
	emitter := telemetry.NewWriter(process.Out, process.Lookup(functionenv.Environment))
	return backup.Handler(backup.Deps{
		Cluster: process.Lookup(functionenv.Cluster),
		RDS:     client,
		Policy:  backup.DefaultPolicy(),
		Now:     time.Now,
		Emitter: emitter,
		Logger:  log,
		Restore: &restore.Machine{
			Environment: process.Lookup(functionenv.Environment),
			Source:      process.Lookup(functionenv.Cluster),
			RDS:         client,
			Checks: restore.LedgerChecks{
				Settings:  connect.Settings{CAFile: process.Lookup(functionenv.LedgerCAFile)},
				Secrets:   secretsmanager.NewFromConfig(cfg),
				SecretARN: process.Lookup(functionenv.DBSecretARN),
			},
			Policy:  restore.DefaultPolicy(),
			Now:     time.Now,
			Sleep:   pause.For,
			Emitter: emitter,
			Logger:  log,
		},
	}), nil
}
