// Package pairtest_test takes over between real servers: a PostgreSQL primary and its hot standby, DynamoDB Local, the
// real stores, processors and controllers. Only the RDS control plane is made up, and it promotes the real standby.
package pairtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/aurora"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

const (
	east = "us-east-1"
	west = "us-west-2"
	ttl  = 3 * time.Second
	tick = 500 * time.Millisecond
	// patience bounds a wait for what must come; it is no part of a measurement.
	patience = 2 * time.Minute
)

// pair is two Regions of real parts.
type pair struct {
	t        testing.TB
	database *postgrestest.Database
	servers  map[string]*postgres.Server
	plane    *plane
	control  *control.Store
	journal  *journal.Store
	ledgers  map[string]*ledger.Store
}

func newPair(t testing.TB) *pair {
	t.Helper()
	return newPairOver(t, dynamotest.Client(t), dynamotest.ControlTable(t), dynamotest.JournalTable(t))
}

// newPairOver is a pair with tables of some server.
func newPairOver(t testing.TB, client *dynamodb.Client, controlTable, journalTable string) *pair {
	t.Helper()
	primary := postgrestest.NewServer(t, postgres.Options{})
	database, err := postgrestest.NewDatabase(t.Context(), primary)
	if err != nil {
		t.Fatal(err)
	}
	standby := postgrestest.NewServer(t, postgres.Options{Standby: &postgres.Standby{Primary: primary.SuperuserURL("postgres")}})
	p := &pair{
		t: t, database: database, servers: map[string]*postgres.Server{east: primary, west: standby},
		control: control.New(client, controlTable, 0),
		journal: journal.New(client, journalTable, journal.Options{}),
		ledgers: map[string]*ledger.Store{},
	}
	p.plane = &plane{servers: p.servers, writer: east}
	t.Cleanup(p.plane.group.Wait)
	for region, server := range p.servers {
		own := *database
		own.Server = server
		p.ledgers[region] = ledgertest.Open(t, &own, 8)
	}
	return p
}

// controller is one run in a Region.
func (p *pair) controller(region string) *failover.Controller {
	p.t.Helper()
	settings := failover.Settings{Region: region, Peer: west, Place: payment.PlacePrimary, Run: "run of " + region, TTL: ttl, Tick: tick}
	if region == west {
		settings.Peer, settings.Place = east, payment.PlaceSecondary
	}
	controller, err := failover.New(failover.Options{
		Settings: settings, Control: p.control, Journal: p.journal, Ledger: p.ledgers[region], Clock: failover.SystemClock(),
		Database: &aurora.Cluster{API: p.plane.of(region), Global: "payment-global", Identifier: region},
		// A new system's first replay begins here; a day of empty hours is nothing to wait for in a test.
		Limits:  failover.Limits{EmptyReach: time.Hour},
		Metrics: telemetry.NewWriter(io.Discard, "test"), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)).With("region", region),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return controller
}

// processor is a Region's, which reaches its own ledger only.
func (p *pair) processor(region string) *payment.Processor {
	p.t.Helper()
	processor, err := payment.NewProcessor(payment.Options{
		Journal: p.journal, Ledger: p.ledgers[region], Lease: p.control, Region: region, Observer: ignore{},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return processor
}

type ignore struct{}

func (ignore) Observe(context.Context, payment.Observation) {}

// pay takes payments from to to, eight at a time, and returns how many were completed at once.
func (p *pair) pay(processor *payment.Processor, name string, count int) int {
	p.t.Helper()
	completed := make([]bool, count)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := worker; i < count; i += 8 {
				result, err := processor.Pay(p.t.Context(), payment.Payment{
					ID: fmt.Sprintf("%s-%d", name, i), Money: payment.Money{MinorUnits: int64(i + 1), Currency: "USD"},
				})
				if err != nil {
					p.t.Errorf("pay %s-%d: %v", name, i, err)
					return
				}
				completed[i] = result.Status == payment.StatusCompleted
			}
		})
	}
	group.Wait()
	done := 0
	for _, yes := range completed {
		if yes {
			done++
		}
	}
	return done
}

// await polls until the condition holds and returns when it did.
func (p *pair) await(what string, condition func(ctx context.Context) (bool, error)) time.Time {
	p.t.Helper()
	return p.awaitEvery(10*time.Millisecond, what, condition)
}

// awaitEvery is await for a condition whose question costs what is measured.
func (p *pair) awaitEvery(pause time.Duration, what string, condition func(ctx context.Context) (bool, error)) time.Time {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	var last error
	for {
		yes, err := condition(ctx)
		if yes {
			return time.Now()
		}
		if err != nil {
			last = err
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("%s did not come; last error: %v", what, last)
		case <-time.After(pause):
		}
	}
}

func (p *pair) leaseIs(region string, state payment.LeaseState) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		lease, err := p.control.Load(ctx)
		return err == nil && lease.Region == region && lease.State == state, err
	}
}

// replicated tells whether the standby has at least so many payments.
func (p *pair) replicated(count int) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		conn, err := pgx.Connect(ctx, p.servers[west].SuperuserURL(p.database.Name))
		if err != nil {
			return false, err
		}
		defer conn.Close(ctx)
		var found int
		err = conn.QueryRow(ctx, "SELECT count(*) FROM ledger.payments").Scan(&found)
		return err == nil && found >= count, err
	}
}

// run starts a controller; the function that it returns ends it and waits.
func (p *pair) run(controller *failover.Controller) (stop func()) {
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		controller.Run(ctx, time.Now().Add(time.Hour))
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	p.t.Cleanup(stop)
	return stop
}

// The primary Region dies by kill -9, with payments completed that its replication had not brought. The standby takes
// over by itself and has every one of them.
func TestStandbyTakesOverAndLosesNothing(t *testing.T) {
	p := newPair(t)
	stopEast := p.run(p.controller(east))
	p.await("first lease", p.leaseIs(east, payment.LeaseActive))
	p.run(p.controller(west))

	const replicated, lagging, meanwhile = 200, 150, 100
	// A slow answer leaves a payment to the sweeper, so the ledger is asked how many there are.
	p.pay(p.processor(east), "replicated", replicated)
	there := p.posted(east)
	p.await("replication", p.replicated(there))
	// Replication falls behind: from here on the standby gets nothing.
	if err := p.servers[west].Follow(postgres.Standby{Primary: "host=127.0.0.1 port=1"}); err != nil {
		t.Fatal(err)
	}
	p.await("end of replication", p.receivesNothing)
	completed := p.pay(p.processor(east), "lagging", lagging)
	if behind := p.posted(east) - p.posted(west); completed == 0 || behind < completed {
		t.Fatalf("%d lagging payments were completed, replication is %d behind: the test would show nothing", completed, behind)
	}

	killed := time.Now()
	if err := p.servers[east].Kill(); err != nil {
		t.Fatal(err)
	}
	stopEast()
	if done := p.pay(p.processor(west), "meanwhile", meanwhile); done != 0 {
		t.Fatalf("%d payments were completed without a ledger", done)
	}
	claimed := p.await("claim", p.leaseIs(west, payment.LeasePromoting))
	writable := p.await("writable ledger", func(ctx context.Context) (bool, error) {
		health, err := p.ledgers[west].Health(ctx)
		return health.Writable, err
	})
	active := p.await("active lease", p.leaseIs(west, payment.LeaseActive))
	t.Logf("after kill -9 of the primary (ttl %s, tick %s): claimed %s, writable %s, replayed and active %s",
		ttl, tick, claimed.Sub(killed).Round(time.Millisecond), writable.Sub(killed).Round(time.Millisecond), active.Sub(killed).Round(time.Millisecond))
	// On an idle machine it is below ttl + 3 s; what fails here is a regression that no load explains.
	if took := writable.Sub(killed); took > ttl+15*time.Second {
		t.Errorf("writable after %s, want ttl + 3s or so", took)
	}
	p.checkEverything(replicated + lagging + meanwhile)
	if done := p.pay(p.processor(west), "after", 10); done == 0 {
		t.Error("none of 10 payments was completed after the takeover")
	}
}

// posted is how many payments a Region's server has.
func (p *pair) posted(region string) int {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.servers[region].SuperuserURL(p.database.Name))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(p.t.Context()))
	var found int
	if err := conn.QueryRow(p.t.Context(), "SELECT count(*) FROM ledger.payments").Scan(&found); err != nil {
		p.t.Fatal(err)
	}
	return found
}

func (p *pair) receivesNothing(ctx context.Context) (bool, error) {
	conn, err := pgx.Connect(ctx, p.servers[west].SuperuserURL(p.database.Name))
	if err != nil {
		return false, err
	}
	defer conn.Close(ctx)
	var receivers int
	err = conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'").Scan(&receivers)
	return err == nil && receivers == 0, err
}

// checkEverything: the new ledger has each payment of the journal once and balances; the journal has nothing pending.
func (p *pair) checkEverything(want int) {
	p.t.Helper()
	p.await("empty backlog", func(ctx context.Context) (bool, error) {
		count, _, err := p.journal.Backlog(ctx)
		return err == nil && count == 0, err
	})
	totals, err := p.ledgers[west].TrialBalance(p.t.Context())
	if err != nil || len(totals) != 1 || totals[0].Money.MinorUnits != 0 || totals[0].Payments != int64(want) || totals[0].Entries != int64(2*want) {
		p.t.Fatalf("trial balance %+v, error %v, want %d payments", totals, err, want)
	}
	listed := 0
	for entry, err := range p.journal.ListCreated(p.t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Minute)) {
		if err != nil {
			p.t.Fatal(err)
		}
		record, err := p.journal.Get(p.t.Context(), entry.PaymentID)
		posted, ledgerErr := p.ledgers[west].Payment(p.t.Context(), entry.PaymentID)
		if err := errors.Join(err, ledgerErr); err != nil {
			p.t.Fatal(err)
		}
		if record.TransactionID != posted.TransactionID || record.Money != posted.Money || record.Status != payment.StatusCompleted {
			p.t.Errorf("journal has %+v, ledger has %+v", record, posted)
		}
		listed++
	}
	if listed != want {
		p.t.Errorf("journal has %d payments, want %d", listed, want)
	}
	var kinds []string
	for event, err := range p.control.Events(p.t.Context(), time.Now().Add(-time.Hour), time.Now().Add(time.Minute)) {
		if err != nil {
			p.t.Fatal(err)
		}
		if event.Region == west {
			kinds = append(kinds, event.Kind)
		}
	}
	p.t.Logf("history of %s: %v", west, kinds)
}
