// Package failovercontroller wires the failover controller function: one run of the Region's controller over the
// control table, the journal, this Region's ledger and its Aurora cluster.
package failovercontroller

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/aurora"
	"github.com/paymentdr/paymentdr/internal/function"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// A run ends by itself before the function's time limit: no more ticks in the last endBefore, no more work in the last
// stopBefore. Without a time limit (a run on a person's machine) it lasts alone.
const (
	endBefore  = 5 * time.Second
	stopBefore = 2 * time.Second
	alone      = 85 * time.Second
)

// Stack is the wired function.
type Stack struct {
	controller *failover.Controller
	pool       *connect.Pool
	clock      failover.Clock
	// turn keeps a second call in one process waiting: Lambda makes none, other callers may.
	turn sync.Mutex
}

// Close ends the ledger's connections.
func (s *Stack) Close() { s.pool.Close() }

// Handle is one run. It returns nil however the run went: what failed was logged, is in the metrics that the alarms
// watch, and is tried again by the next run.
func (s *Stack) Handle(ctx context.Context) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	until := s.clock.Now().Add(alone)
	if deadline, limited := ctx.Deadline(); limited {
		left := time.Until(deadline)
		until = s.clock.Now().Add(left - endBefore)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, left-stopBefore)
		defer cancel()
	}
	s.controller.Resume(uuid.NewString())
	s.controller.Run(ctx, until)
	return nil
}

// New reads the environment and wires the function. Nothing is called yet.
func New(ctx context.Context, process function.Process) (*Stack, error) {
	log, cfg, err := process.Start(ctx, functionenv.PeerRegion, functionenv.Place, functionenv.JournalTable,
		functionenv.ControlTable, functionenv.GlobalCluster, functionenv.Cluster, functionenv.LedgerHost,
		functionenv.DBSecretARN, functionenv.Environment, functionenv.LeaseTTL, functionenv.LeaseTick)
	if err != nil {
		return nil, err
	}
	settings, err := settings(process)
	if err != nil {
		return nil, err
	}
	ledgerSettings, err := ownLedger(process)
	if err != nil {
		return nil, err
	}
	pool, err := connect.New(ledgerSettings, connect.NewSecret(secretsmanager.NewFromConfig(cfg), process.Lookup(functionenv.DBSecretARN)))
	if err != nil {
		return nil, err
	}
	client, clock := journal.NewClient(cfg), failover.SystemClock()
	table := control.New(client, process.Lookup(functionenv.ControlTable), 0)
	cluster := &aurora.Cluster{
		API: rds.NewFromConfig(cfg), Global: process.Lookup(functionenv.GlobalCluster), Identifier: process.Lookup(functionenv.Cluster),
	}
	controller, err := failover.New(failover.Options{
		Settings: settings, Clock: clock, Log: log,
		Control: table, Intents: table,
		Journal:  journal.New(client, process.Lookup(functionenv.JournalTable), journal.Options{}),
		Ledger:   ledger.New(pool),
		Database: cluster, Switcher: cluster,
		Metrics: telemetry.NewWriter(process.Out, process.Lookup(functionenv.Environment)),
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Stack{controller: controller, pool: pool, clock: clock}, nil
}

// settings reads what a run knows before it looks; each run gets a name of its own later.
func settings(process function.Process) (failover.Settings, error) {
	settings := failover.Settings{
		Region: process.Lookup(functionenv.Region), Peer: process.Lookup(functionenv.PeerRegion),
		Place: payment.Place(process.Lookup(functionenv.Place)), Run: "not started",
	}
	for variable, field := range map[string]*time.Duration{functionenv.LeaseTTL: &settings.TTL, functionenv.LeaseTick: &settings.Tick} {
		value, err := time.ParseDuration(process.Lookup(variable))
		if err != nil {
			return failover.Settings{}, fmt.Errorf("read %s: %w", variable, err)
		}
		*field = value
	}
	return settings, settings.Validate()
}

// ownLedger reaches this Region's writer only: the global endpoint would show the peer's as if it were ours.
func ownLedger(process function.Process) (connect.Settings, error) {
	settings, err := connect.FromEnvironment(process.Lookup)
	if err != nil {
		return connect.Settings{}, err
	}
	settings.Hosts = []string{process.Lookup(functionenv.LedgerHost)}
	settings.Application = "paymentdr failover " + process.Lookup(functionenv.Region)
	return settings, nil
}
