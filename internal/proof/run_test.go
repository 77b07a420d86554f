package proof_test

import (
	"context"
	"flag"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// The flags of a run. The seed fixes each payer's order, bodies and habits, and of each request (by payer, place and try) the
// processor and the faults of its steps. Not fixed is what threads and stores do: which of two requests that overlap is
// first, hence how many steps and tries a request takes; and transaction ids. A replay is the same attack, not the same film.
var (
	seedFlag  = flag.Uint64("proof.seed", 0, "replay the run with this seed; 0 draws one and prints it")
	sendsFlag = flag.Int("proof.sends", 0, "payments that each payer of the proof sends, of 500; 0 means the usual share")
)

func TestMain(m *testing.M) {
	flag.Parse()
	// Failures are this package's daily bread; what matters of them is in the answers.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(postgrestest.Main(m))
}

// seed is the run's, printed so that the run can be replayed.
func seed(t *testing.T) uint64 {
	t.Helper()
	chosen := *seedFlag
	if chosen == 0 {
		chosen = rand.Uint64()
	}
	t.Logf("replay with: go test ./internal/proof -run '^%s$' -proof.seed=%d", t.Name(), chosen)
	return chosen
}

// size is how much is sent: each payer sends so many of the payments.
type size struct{ payers, payments, sends int }

// run lets all payers pay, then sweeps, and returns what there is to judge.
func run(t *testing.T, w *world, size size) proof.Evidence {
	t.Helper()
	history := &proof.History{}
	began := time.Now()
	transport := &http.Transport{MaxIdleConnsPerHost: size.payers}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	afterEach := w.upheavals(t.Context(), size.payers*size.sends)
	var group sync.WaitGroup
	for number := range size.payers {
		group.Go(func() {
			payer := &payer{number: number, world: w, client: client, history: history, began: began}
			for place, n := range order(w.seed, number, size) {
				payer.pay(t.Context(), place, n)
				if err := afterEach(); err != nil {
					t.Errorf("upheaval: %v", err)
				}
			}
		})
	}
	group.Wait()
	w.underWay.Wait()
	paid := time.Since(began)
	refused, err := w.sweep(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(refused) > 0 {
		w.tally.add("sweeper refused: " + refused[0].Error())
	}
	evidence := w.evidence(t, history)
	t.Logf("%d calls in %v, swept and read in %v", len(evidence.Calls), paid.Round(time.Millisecond), (time.Since(began) - paid).Round(time.Millisecond))
	return evidence
}

// upheaval befalls the whole service when a share of the payments has been sent: the payer who crosses it does it.
type upheaval struct {
	at int // payments sent
	do func() error
	// meanwhile lets payers go on while it lasts, up to the next one; else they wait for its end.
	meanwhile bool
	done      chan struct{}
}

// upheavals returns what a payer calls after each payment.
func (w *world) upheavals(ctx context.Context, total int) func() error {
	away := func() error { w.valve.set(true); return nil }
	back := func() error { w.valve.set(false); return nil }
	all := []upheaval{
		{at: total * 10 / 100, do: away},
		{at: total * 15 / 100, do: back},
		{at: total * 30 / 100, do: func() error { w.servers[0].CloseClientConnections(); return nil }},
		{at: total * 45 / 100, do: func() error { return w.changeTerm(ctx) }, meanwhile: true},
		{at: total * 65 / 100, do: away},
		{at: total * 85 / 100, do: back},
		{at: total * 90 / 100, do: func() error { w.servers[1].CloseClientConnections(); return nil }},
	}
	for i := range all {
		all[i].done = make(chan struct{})
	}
	var sent atomic.Int64
	return func() error {
		n := int(sent.Add(1))
		for i, one := range all {
			switch {
			case n < one.at:
				return nil
			case n == one.at:
				err := one.do()
				close(one.done)
				return err
			case one.meanwhile && n < all[i+1].at:
			default:
				<-one.done
			}
		}
		return nil
	}
}

// report logs what happened, by name.
func (w *world) report(t *testing.T) {
	t.Helper()
	w.tally.mutex.Lock()
	defer w.tally.mutex.Unlock()
	for _, name := range slices.Sorted(maps.Keys(w.tally.counts)) {
		t.Logf("%7d %s", w.tally.counts[name], name)
	}
}
