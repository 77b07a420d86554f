// Package secretrotation wires the rotation function.
package secretrotation

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/rotation"
)

// Handler is the function's type.
type Handler func(context.Context, json.RawMessage) error

// New reads the environment and wires the function.
func New(ctx context.Context, process function.Process) (Handler, error) {
	log, cfg, err := process.Start(ctx, functionenv.AdminSecretARN, functionenv.LedgerGlobalHost)
	if err != nil {
		return nil, err
	}
	settings, err := rotation.SettingsFromEnvironment(process.Lookup)
	if err != nil {
		return nil, err
	}
	return rotation.Handler(rotation.Deps{
		Secrets:        secretsmanager.NewFromConfig(cfg),
		Session:        rotation.Sessions(settings),
		AdminSecretARN: process.Lookup(functionenv.AdminSecretARN),
		Logger:         log,
	}), nil
}
