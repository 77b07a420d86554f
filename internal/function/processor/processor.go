// Package processor wires the payment processor function: the API over the journal, the ledger and the lease.
package processor

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/breaker"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
	"github.com/paymentdr/paymentdr/internal/payment/paymentmetrics"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// LeaseFresh and LeaseStale are how old a reading of the lease may be, normally and when no newer one can be had: the ledger's fence makes an old one harmless, so it only delays a post.
const (
	LeaseFresh = time.Second
	LeaseStale = 30 * time.Second
)

// Stack is the wired function.
type Stack struct {
	API   *httpapi.API
	close func()
}

// Close ends the ledger's connections.
func (s *Stack) Close() { s.close() }

// New reads the environment and wires the function. Nothing is called yet: the first request connects.
func New(ctx context.Context, process function.Process) (*Stack, error) {
	log, cfg, err := process.Start(ctx, functionenv.Place, functionenv.JournalTable, functionenv.ControlTable,
		functionenv.DBSecretARN, functionenv.Environment, functionenv.LedgerHost)
	if err != nil {
		return nil, err
	}
	settings, err := connect.FromEnvironment(process.Lookup)
	if err != nil {
		return nil, err
	}
	pool, err := connect.New(settings, connect.NewSecret(secretsmanager.NewFromConfig(cfg), process.Lookup(functionenv.DBSecretARN)))
	if err != nil {
		return nil, err
	}
	client := journal.NewClient(cfg)
	store := journal.New(client, process.Lookup(functionenv.JournalTable), journal.Options{})
	lease := control.New(client, process.Lookup(functionenv.ControlTable), 0)
	observer := &paymentmetrics.Observer{Metrics: telemetry.NewWriter(process.Out, process.Lookup(functionenv.Environment)), Log: log}
	api, err := Wire(process.Lookup(functionenv.Region), payment.Place(process.Lookup(functionenv.Place)), Parts{
		Journal: store, Prober: store, Ledger: ledger.New(pool), Observer: observer,
		Lease: control.NewCached(lease, LeaseFresh, LeaseStale, nil), HealthLease: lease,
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Stack{API: api, close: pool.Close}, nil
}

// Parts are what the API stands on.
type Parts struct {
	Journal  payment.Journal
	Prober   payment.Prober
	Ledger   payment.Ledger
	Observer payment.Observer
	// Lease is on the way of every payment and may be a moment old; HealthLease is read each time it is asked, so that
	// health knows how old its knowledge is.
	Lease, HealthLease payment.Lease
}

// Wire puts the API over its parts.
func Wire(region string, place payment.Place, parts Parts) (*httpapi.API, error) {
	payments, err := payment.NewProcessor(payment.Options{
		Journal: parts.Journal, Ledger: breaker.New(parts.Ledger, nil), Lease: parts.Lease, Observer: parts.Observer, Region: region,
	})
	if err != nil {
		return nil, fmt.Errorf("wire processor: %w", err)
	}
	health, err := payment.NewMonitor(region, place, parts.Prober, parts.HealthLease)
	if err != nil {
		return nil, fmt.Errorf("wire health: %w", err)
	}
	return &httpapi.API{Payments: payments, Health: health, Region: region}, nil
}
