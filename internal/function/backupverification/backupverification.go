// Package backupverification wires the backup verification function.
package backupverification

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/paymentdr/paymentdr/internal/backup"
	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Handler is the function's type.
type Handler func(context.Context, json.RawMessage) (backup.Result, error)

// New reads the environment and wires the function.
func New(ctx context.Context, process function.Process) (Handler, error) {
	if err := process.Require(functionenv.Region, functionenv.Cluster, functionenv.Environment); err != nil {
		return nil, err
	}
	log, err := process.Logger()
	if err != nil {
		return nil, err
	}
	cfg, err := process.AWS(ctx)
	if err != nil {
		return nil, err
	}
	return backup.Handler(backup.Deps{
		Cluster: process.Lookup(functionenv.Cluster),
		RDS:     rds.NewFromConfig(cfg),
		Policy:  backup.DefaultPolicy(),
		Now:     time.Now,
		Emitter: telemetry.NewWriter(process.Out, process.Lookup(functionenv.Environment)),
		Logger:  log,
	}), nil
}
