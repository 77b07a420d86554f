package payment_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// seed is the run's own, or the one in PAYMENTDR_SEED to replay a run.
func seed(t *testing.T) uint64 {
	t.Helper()
	if given := os.Getenv("PAYMENTDR_SEED"); given != "" {
		parsed, err := strconv.ParseUint(given, 10, 64)
		if err != nil {
			t.Fatalf("PAYMENTDR_SEED: %v", err)
		}
		return parsed
	}
	return rand.Uint64()
}

// answers collects what payers were told, by payment id.
type answers struct {
	mutex        sync.Mutex
	transactions map[string]map[string]bool
	mismatched   int
}

func (a *answers) add(id string, result payment.Result, err error, t *testing.T) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	switch {
	case err == nil:
		if a.transactions[id] == nil {
			a.transactions[id] = map[string]bool{}
		}
		a.transactions[id][result.TransactionID] = true
	case errors.Is(err, payment.ProblemPaymentMismatch):
		a.mismatched++
	case !errors.Is(err, payment.ProblemUnavailable):
		t.Errorf("payment %s: %v is neither an answer, a mismatch nor unavailable", id, err)
	}
}

// TestPayersShareFaultyStores lets 8 payers send the same 30 payments in random order, some of them changed, while
// the journal fails in every way there is and the ledger loses answers. The order of requests is not replayable with
// real goroutines, but the faults and the payers' choices are, by the seed.
func TestPayersShareFaultyStores(t *testing.T) {
	start := seed(t)
	t.Logf("PAYMENTDR_SEED=%d", start)
	const payers, payments = 8, 30
	ledgerFaults := rand.New(rand.NewPCG(start, 1))
	ledger := &book{fail: func(int) (error, bool) { // called under book's lock
		if ledgerFaults.IntN(10) == 0 {
			return payment.ErrLedgerUnavailable, ledgerFaults.IntN(2) == 0
		}
		return nil, false
	}}
	bench := newBench(t, setup{plan: fault.NewRandom(start, 0.2, fault.Transient()...), ledger: ledger})
	told := &answers{transactions: map[string]map[string]bool{}}
	var group sync.WaitGroup
	for payer := range payers {
		group.Go(func() {
			choices := rand.New(rand.NewPCG(start, uint64(payer)+2))
			for _, n := range choices.Perm(payments) {
				asked := payment.Payment{ID: fmt.Sprintf("pay-%d", n), Money: payment.Money{MinorUnits: int64(n) + 1, Currency: "EUR"}}
				if payer > 0 && choices.IntN(10) == 0 {
					asked.Money.Currency = "USD"
				}
				result, err := bench.processor.Pay(t.Context(), asked)
				told.add(asked.ID, result, err, t)
			}
		})
	}
	group.Wait()
	if len(told.transactions) != payments {
		t.Errorf("%d payments were acknowledged, want %d", len(told.transactions), payments)
	}
	for id, transactions := range told.transactions {
		record, err := bench.journal.Get(t.Context(), id)
		if err != nil {
			t.Errorf("acknowledged payment %s is not in the journal: %v", id, err)
			continue
		}
		if len(transactions) != 1 || !transactions[record.TransactionID] {
			t.Errorf("payment %s was acknowledged as %v, the journal has %s", id, transactions, record.TransactionID)
		}
		posted, ok := ledger.paid[id]
		if record.Status == payment.StatusCompleted && !ok {
			t.Errorf("payment %s is completed and not in the ledger", id)
		}
		if ok && (posted.TransactionID != record.TransactionID || posted.Money != record.Money) {
			t.Errorf("payment %s: ledger has %+v, journal %+v", id, posted, record)
		}
	}
	t.Logf("%d requests were refused as mismatches, %d posts", told.mismatched, ledger.calls)
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
