package payment_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// book is a ledger that keeps the contract of payment.Ledger in memory: its own package tests the real one.
type book struct {
	mutex sync.Mutex
	paid  map[string]payment.Posting
	calls int
	// fail decides the answer of a call by its number, from 1; carriedOut says whether it is posted all the same.
	fail func(call int) (err error, carriedOut bool)
}

func (b *book) Post(ctx context.Context, posting payment.Posting) (payment.PostResult, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.calls++
	if b.fail != nil {
		if err, carriedOut := b.fail(b.calls); err != nil {
			if carriedOut {
				b.write(posting)
			}
			if errors.Is(err, errHang) {
				<-ctx.Done()
				return payment.PostResult{}, fmt.Errorf("post: %w", ctx.Err())
			}
			return payment.PostResult{}, fmt.Errorf("post: %w", err)
		}
	}
	if known, ok := b.paid[posting.PaymentID]; ok {
		if known.Money != posting.Money || known.TransactionID != posting.TransactionID {
			return payment.PostResult{}, payment.ErrMismatch
		}
		return payment.PostResult{}, nil
	}
	b.write(posting)
	return payment.PostResult{Posted: true}, nil
}

func (b *book) write(posting payment.Posting) {
	if b.paid == nil {
		b.paid = map[string]payment.Posting{}
	}
	if _, ok := b.paid[posting.PaymentID]; !ok {
		b.paid[posting.PaymentID] = posting
	}
}

// errHang makes book wait for the end of the context.
var errHang = errors.New("hang")

// term is a lease that never changes, or an error.
type term struct {
	payment.Term
	err error
}

func (l term) Current(context.Context) (payment.Term, error) { return l.Term, l.err }

var active = term{Term: payment.Term{Region: "us-east-1", Epoch: 7, State: payment.LeaseActive}}

// notes remembers observations.
type notes struct {
	mutex sync.Mutex
	seen  []payment.Observation
}

func (n *notes) Observe(_ context.Context, seen payment.Observation) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.seen = append(n.seen, seen)
}

func (n *notes) last(t *testing.T) payment.Observation {
	t.Helper()
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if len(n.seen) == 0 {
		t.Fatal("nothing was observed")
	}
	return n.seen[len(n.seen)-1]
}

// bench is a processor over a real journal whose transport fails as planned.
type bench struct {
	processor *payment.Processor
	journal   *journal.Store // beside the faults
	ledger    *book
	notes     *notes
}

type setup struct {
	plan   fault.Plan
	lease  payment.Lease
	ledger *book
	limits payment.Limits
}

var (
	accepted = time.Date(2026, 11, 23, 12, 0, 0, 123_456_789, time.UTC)
	five     = payment.Payment{ID: "pay-5", Money: payment.Money{MinorUnits: 500, Currency: "EUR"}}
	patient  = payment.Limits{Total: 20 * time.Second, Ledger: 5 * time.Second}
	hasty    = payment.Limits{Total: 700 * time.Millisecond, Minimum: 50 * time.Millisecond, Ledger: 100 * time.Millisecond}
)

func newBench(t *testing.T, with setup) bench {
	t.Helper()
	table := dynamotest.JournalTable(t)
	if with.plan == nil {
		with.plan = fault.NewScript("")
	}
	if with.lease == nil {
		with.lease = active
	}
	if with.ledger == nil {
		with.ledger = &book{}
	}
	if with.limits == (payment.Limits{}) {
		with.limits = patient
	}
	seen := &notes{}
	var mutex sync.Mutex
	made := 0
	processor, err := payment.NewProcessor(payment.Options{
		Journal: journal.New(dynamotest.Client(t, fault.Wrap(with.plan)), table, journal.Options{AttemptTimeout: 5 * time.Second}),
		Ledger:  with.ledger, Lease: with.lease, Observer: seen, Region: "us-east-1", Limits: with.limits,
		Now: func() time.Time { return accepted },
		NewID: func() (string, error) {
			mutex.Lock()
			defer mutex.Unlock()
			made++
			return fmt.Sprintf("transaction-%d", made), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	store := journal.New(dynamotest.Client(t), table, journal.Options{AttemptTimeout: 5 * time.Second})
	return bench{processor: processor, journal: store, ledger: with.ledger, notes: seen}
}

// recorded is a record of five as an earlier request, in another Region, would have begun it.
func recorded() payment.Record {
	return payment.Record{
		Payment: five, TransactionID: "earlier", Fingerprint: five.Fingerprint(), Status: payment.StatusProcessing,
		Region: "us-west-2", Epoch: 6, CreatedAt: accepted.Add(-time.Minute).Truncate(time.Microsecond),
	}
}
