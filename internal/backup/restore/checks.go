package restore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
)

// LedgerChecks are the real Checks: they log in to a restored cluster as the application and only read.
type LedgerChecks struct {
	// Settings say how to connect, for example the CA file; host, port and database are the target's.
	Settings connect.Settings
	Secrets  connect.SecretReader
	// SecretARN is the application's secret. A restored database has the passwords of its own past: of the versions
	// AWSCURRENT and AWSPREVIOUS one is right, since a rotation changes one of two users and a month lies between two.
	SecretARN string
}

// statementTimeout bounds the sums over all entries, which may have to read the whole table from cold storage.
const statementTimeout = 4 * time.Minute

// Check implements Checks.
func (l LedgerChecks) Check(ctx context.Context, target Target) (Findings, error) {
	var reasons []error
	for _, stage := range []string{"AWSCURRENT", "AWSPREVIOUS"} {
		findings, err := l.checkAs(ctx, stage, target)
		if err == nil {
			return findings, nil
		}
		var missing *types.ResourceNotFoundException
		if errors.As(err, &missing) && stage != "AWSCURRENT" {
			continue // never rotated
		}
		reasons = append(reasons, fmt.Errorf("with %s: %w", stage, err))
	}
	return Findings{}, errors.Join(reasons...)
}

// checkAs runs the checks with one version of the secret.
func (l LedgerChecks) checkAs(ctx context.Context, stage string, target Target) (Findings, error) {
	settings := l.Settings
	settings.Hosts, settings.Port, settings.Database = []string{target.Host}, target.Port, target.Database
	settings.ReadOnly = true
	settings.StatementTimeout = statementTimeout
	settings.MaxConnections = 1
	pool, err := connect.New(settings, connect.NewSecret(staged{l.Secrets, stage}, l.SecretARN))
	if err != nil {
		return Findings{}, err
	}
	defer pool.Close()
	store := ledger.New(pool)

	totals, err := store.TrialBalance(ctx)
	if err != nil {
		return Findings{}, err
	}
	findings := Findings{TrialBalance: make(map[string]int64, len(totals))}
	for _, total := range totals {
		findings.TrialBalance[string(total.Money.Currency)] = total.Money.MinorUnits
		findings.Payments += total.Payments
	}
	newest, err := store.NewestPayment(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return findings, nil
	}
	findings.NewestPayment = newest.AcceptedAt
	return findings, err
}

// staged reads one staging label of a secret.
type staged struct {
	reader connect.SecretReader
	stage  string
}

// GetSecretValue implements connect.SecretReader.
func (s staged) GetSecretValue(ctx context.Context, input *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	read := *input
	read.VersionStage = aws.String(s.stage)
	return s.reader.GetSecretValue(ctx, &read, options...)
}
