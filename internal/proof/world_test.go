package proof_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

// The two Regions.
const (
	east = "us-east-1"
	west = "us-west-2"
)

// patience bounds one DynamoDB call: long, for a machine with other work; the faults are quick by themselves.
const patience = 3 * time.Second

// calm bounds the calls that nothing disturbs: those of the controller, the sweeper and the evidence.
const calm = 20 * time.Second

// mutation takes a guard out of the service. Its zero value is the service as it is.
type mutation struct {
	api     func(journal.API) journal.API
	journal func(payment.Journal) payment.Journal
	ledger  func(payment.Ledger) payment.Ledger
	// schema changes the ledger's database.
	schema func(*testing.T, *postgrestest.Database)
}

// world is the service in both Regions, over real stores.
type world struct {
	seed  uint64
	rates rates
	tally *tally

	database *postgrestest.Database
	valve    *valve
	killer   *pgxpool.Pool
	underWay *sync.WaitGroup
	table    string
	control  string

	// servers are the processors in the order of endpoints: east, west, and one in east that never hears of a new term.
	servers []*httptest.Server

	// The stores without faults, for the controller, the sweeper and the evidence.
	client  *dynamodb.Client
	journal *journal.Store
	lease   *control.Store
	ledger  *ledger.Store
}

// newWorld starts everything; the lease is east's, in epoch 1.
func newWorld(t *testing.T, seed uint64, rates rates, mutate mutation) *world {
	t.Helper()
	dynamotest.Shared(t)
	w := &world{seed: seed, rates: rates, tally: &tally{}, database: postgrestest.Start(t), underWay: &sync.WaitGroup{}}
	running := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, running) })
	if mutate.schema != nil {
		mutate.schema(t, w.database)
	}
	settings := ledgertest.Settings(w.database)
	w.valve = newValve(t, settings.Hosts[0], settings.Port)
	w.killer = newKiller(t, w.database)
	w.table, w.control = dynamotest.JournalTable(t), dynamotest.ControlTable(t)
	w.client = dynamotest.Client(t)
	w.journal = journal.New(w.client, w.table, journal.Options{AttemptTimeout: calm})
	w.lease = control.New(w.client, w.control, calm)
	w.ledger = ledger.New(w.connect(t))
	w.beginFirstTerm(t)
	for _, place := range []struct {
		region string
		lease  payment.Lease
	}{{east, nil}, {west, nil}, {east, frozen{Region: east, Epoch: 1, State: payment.LeaseActive}}} {
		w.servers = append(w.servers, w.serve(t, place.region, place.lease, mutate))
	}
	t.Cleanup(w.underWay.Wait)
	return w
}

// frozen is the lease as a processor sees it that is cut off from the control table.
type frozen payment.Term

// Current implements payment.Lease.
func (f frozen) Current(ctx context.Context) (payment.Term, error) { return payment.Term(f), nil }

func newKiller(t *testing.T, database *postgrestest.Database) *pgxpool.Pool {
	t.Helper()
	killer, err := pgxpool.New(t.Context(), database.SuperuserURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(killer.Close)
	return killer
}

// connect makes connections through the valve.
func (w *world) connect(t *testing.T) *connect.Pool {
	t.Helper()
	settings := ledgertest.Settings(w.database)
	settings.Port, settings.MaxConnections = w.valve.port(), 8
	pool, err := connect.New(settings, ledgertest.Login{User: w.database.AppUser, Password: w.database.AppPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// serve starts a Region's processor, all of whose stores can fail and in which each step can be the last.
func (w *world) serve(t *testing.T, region string, lease payment.Lease, mutate mutation) *httptest.Server {
	t.Helper()
	client := dynamotest.Client(t, func(base http.RoundTripper) http.RoundTripper { return &wire{base: base, underWay: w.underWay} })
	var api journal.API = client
	if mutate.api != nil {
		api = mutate.api(api)
	}
	var journals payment.Journal = mortalJournal{journal.New(api, w.table, journal.Options{AttemptTimeout: patience})}
	if mutate.journal != nil {
		journals = mutate.journal(journals)
	}
	var ledgers payment.Ledger = mortalLedger{ledger.New(fragile{Connections: w.connect(t), killer: w.killer})}
	if mutate.ledger != nil {
		ledgers = mutate.ledger(ledgers)
	}
	if lease == nil {
		lease = control.NewCached(control.New(client, w.control, patience), 20*time.Millisecond, time.Minute, nil)
	}
	processor, err := payment.NewProcessor(payment.Options{
		Journal: journals, Ledger: ledgers, Lease: mortalLease{lease}, Observer: observer{w.tally}, Region: region,
	})
	if err != nil {
		t.Fatal(err)
	}
	service := &httpapi.API{Payments: processor, Region: region}
	server := httptest.NewServer(scripted(w.seed, w.rates, w.tally, service.Handler()))
	t.Cleanup(server.Close)
	return server
}

// observer counts what became of the requests.
type observer struct{ tally *tally }

// Observe implements payment.Observer.
func (o observer) Observe(_ context.Context, seen payment.Observation) {
	o.tally.add("request " + string(seen.Kind))
	if errors.Is(seen.Cause, payment.ErrFenced) {
		o.tally.add("fenced")
	}
	if errors.Is(seen.Cause, payment.ErrLedgerUnavailable) {
		o.tally.add("ledger away")
	}
}
