package drill_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/payer/both"
	"github.com/paymentdr/paymentdr/internal/drill/payer/ordinary"
	"github.com/paymentdr/paymentdr/internal/drill/payer/payertest"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// system is two Regions with one journal. The ledger is the East's until the West is promoted, and then what replication
// had brought.
type system struct {
	mutex     sync.Mutex
	items     map[string]*check.Item
	rows      map[string]check.Payment
	epochs    []check.Epoch
	fresh     time.Duration // rows younger than this at the promotion were not replicated
	forgetful bool          // a promotion restores nothing
}

func newSystem() *system {
	now := time.Now()
	return &system{items: map[string]*check.Item{}, rows: map[string]check.Payment{}, fresh: 300 * time.Millisecond,
		epochs: []check.Epoch{{Number: 0, RaisedAt: now}, {Number: 1, Region: payertest.East, RaisedAt: now}}}
}

func (s *system) handler(region string) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		var asked struct{ PaymentID, Amount, Currency string }
		err := json.NewDecoder(request.Body).Decode(&asked)
		units, unitsErr := strconv.ParseInt(strings.ReplaceAll(asked.Amount, ".", ""), 10, 64)
		if err != nil || unitsErr != nil {
			writer.WriteHeader(http.StatusBadRequest)
			return
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		item := s.items[asked.PaymentID]
		if item == nil {
			item = &check.Item{PaymentID: asked.PaymentID, TransactionID: uuid.NewString(), Amount: asked.Amount, MinorUnits: units, Currency: asked.Currency,
				Region: region, Epoch: 1, CreatedAt: time.Now()}
			s.items[asked.PaymentID] = item
		} else if item.Completed {
			writer.Header().Set("Idempotent-Replayed", "true")
		}
		status, word := http.StatusOK, "success"
		if active := s.epochs[len(s.epochs)-1]; active.Region == region && !item.Completed {
			s.postLocked(item)
		} else if !item.Completed {
			status, word = http.StatusAccepted, "processing"
		}
		writer.Header().Set("Content-Type", "application/json")
		writer.Header().Set("X-Region", region)
		writer.WriteHeader(status)
		fmt.Fprintf(writer, `{"paymentId":%q,"amount":%q,"currency":%q,"status":%q,"region":%q,"transactionId":%q}`,
			item.PaymentID, item.Amount, item.Currency, word, item.Region, item.TransactionID)
	})
}

func (s *system) postLocked(item *check.Item) {
	s.rows[item.PaymentID] = check.Payment{PaymentID: item.PaymentID, TransactionID: item.TransactionID, MinorUnits: item.MinorUnits, Currency: item.Currency,
		Region: item.Region, Epoch: s.epochs[len(s.epochs)-1].Number, AcceptedAt: item.CreatedAt, PostedAt: time.Now()}
	item.Completed = true
}

// promote makes the West's ledger the one, without what replication had not brought, and replays the journal.
func (s *system) promote(fault time.Time) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for id, row := range s.rows {
		if fault.Sub(row.PostedAt) < s.fresh {
			delete(s.rows, id)
		}
	}
	s.epochs = append(s.epochs, check.Epoch{Number: 2, Region: payertest.West, RaisedAt: time.Now()})
	for id, item := range s.items {
		if _, posted := s.rows[id]; !posted && !(s.forgetful && item.Completed) {
			s.postLocked(item)
		}
	}
}

func (s *system) stores() check.Stores {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	stores := check.Stores{Epochs: slices.Clone(s.epochs)}
	for _, item := range s.items {
		stores.Items = append(stores.Items, *item)
	}
	for _, row := range s.rows {
		stores.Payments = append(stores.Payments, row)
		stores.Entries = append(stores.Entries, check.Entry{TransactionID: row.TransactionID, Account: "a", MinorUnits: row.MinorUnits, Currency: row.Currency},
			check.Entry{TransactionID: row.TransactionID, Account: "b", MinorUnits: -row.MinorUnits, Currency: row.Currency})
	}
	return stores
}

// payers are two of each kind, each with a resolver of its own.
func payers(t *testing.T, world *payertest.World) []payer.Payer {
	t.Helper()
	var all []payer.Payer
	for n := range 2 {
		dns, err := ordinary.New(ordinary.Options{Endpoint: payertest.Endpoint(""), Dialer: world.Dialer(), Roots: world.Roots, Timeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		api, err := both.New(both.Options{Dialer: world.Dialer(), Roots: world.Roots, Config: client.Config{
			Endpoints: []string{payertest.Endpoint(payertest.East), payertest.Endpoint(payertest.West)}}})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, payer.Payer{Name: fmt.Sprintf("dns-%d", n), Kind: receipt.DNS, Sender: dns},
			payer.Payer{Name: fmt.Sprintf("client-%d", n), Kind: receipt.Client, Sender: api})
	}
	return all
}

// run plays a small drill in real time: the East is killed at 2 s, DNS changes 1 s later, the West is promoted 1 s after
// that. It gives the report.
func run(t *testing.T, tested *system) report.Report {
	t.Helper()
	world := payertest.Start(t, tested.handler)
	path := filepath.Join(t.TempDir(), "receipts.jsonl")
	writer, err := receipt.Create(path, receipt.Header{Run: "r1", Seed: 7, Began: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	fleet, err := payer.Start(t.Context(), payer.Options{Run: "r1", Seed: 7, Payers: payers(t, world), Receipts: writer, Copies: 0.2, CopyWithin: 2 * time.Second,
		Rates: map[receipt.PayerKind]float64{receipt.DNS: 40, receipt.Client: 40}})
	if err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	happens := func(after time.Duration, kind event.Kind, region string) time.Time {
		time.Sleep(after) // what a drill measures is real time
		at := time.Now()
		events = append(events, event.Event{At: at, Kind: kind, Region: region})
		return at
	}
	fault := happens(2*time.Second, event.FaultInjected, payertest.East)
	world.Kill(payertest.East)
	happens(time.Second, event.DNSChanged, payertest.West)
	world.Point(payertest.West)
	happens(time.Second, event.LeaseClaimed, payertest.West)
	tested.promote(fault)
	happens(0, event.LedgerWritable, payertest.West)
	happens(0, event.TermActive, payertest.West)
	time.Sleep(time.Second) // and some load after it
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := fleet.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	receipts, err := receipt.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	result, err := drill.Assess(drill.Finished{Scenario: "region-loss", Receipts: receipts, After: tested.stores(), Events: events, Fault: fault, End: time.Now(),
		Expectations: verdict.Expectations{RTO: map[receipt.PayerKind]time.Duration{receipt.DNS: 10 * time.Second, receipt.Client: 10 * time.Second}, Must: verdict.Failover(payertest.West)}})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestADrillWithRealPayers(t *testing.T) {
	t.Parallel()
	got := run(t, newSystem())
	if !got.Verdict.Met {
		t.Errorf("verdict:\n%s", got.Text())
	}
	// DNS changed a second after the fault; its payers were cut off at least until then.
	if rto := got.Kinds[0].RTO.Max.Length; rto < time.Second {
		t.Errorf("RTO of DNS payers is %v", rto)
	}
	if got.Kinds[0].Interrupted != 2 || got.Kinds[0].Followed.Count != 2 || got.Kinds[0].Totals.Copies+got.Kinds[1].Totals.Copies == 0 {
		t.Errorf("kinds %+v", got.Kinds)
	}
	if got.Check.Replication.Lost.Payments == 0 || got.Settlement.Behind == 0 {
		t.Errorf("replication alone %+v, settlement %+v", got.Check.Replication, got.Settlement)
	}
}

func TestADrillFindsASystemWithoutReplay(t *testing.T) {
	t.Parallel()
	tested := newSystem()
	tested.forgetful = true
	got := run(t, tested)
	if got.Verdict.Met || got.Check.Of(check.Lost) == 0 || got.Check.RPO.Length == 0 {
		t.Errorf("a system that loses payments has the verdict %t, %d lost", got.Verdict.Met, got.Check.Of(check.Lost))
	}
}
