// Package journaltest is the journal's contract as one suite: whatever serves the session table must pass it, be it
// DynamoDB Local, the local Regions, or a table in an AWS account.
package journaltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Factory gives an empty journal as seen from each of its Regions (at least one). Give the stores a small page size,
// so that listings have several pages.
type Factory func(t *testing.T) []*journal.Store

// Run holds a journal to the contract.
func Run(t *testing.T, newJournal Factory) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, []*journal.Store)
	}{
		{"a record begun in one Region is read whole in every Region", beginIsReadEverywhere},
		{"a second begin loses in every Region and changes nothing", secondBeginLoses},
		{"of concurrent begins exactly one wins", concurrentBegins},
		{"a payment that was never begun is not found", unknownIsNotFound},
		{"many are read at once, without those that are not there", manyAreRead},
		{"completing is recorded once and may be repeated", completeIsIdempotent},
		{"completing refuses another transaction and an unknown payment", completeRefuses},
		{"concurrent completions agree", concurrentCompletions},
		{"pending payments are listed, oldest first, until completed", pendingListing},
		{"created payments are listed by a half-open span of time", createdListing},
		{"a probe writes, may be repeated, and is in no listing", probing},
		{"an ended context is an error and not an answer", endedContext},
		{"a shard that does not exist is refused", wrongShard},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, newJournal(t)) })
	}
}

// base is a fixed moment just before the end of an hour, so that the spans of the tests cross it.
var base = time.Date(2026, 11, 23, 12, 59, 59, 999_990_000, time.UTC)

// Record is a record as the processor would begin it, number n of a test.
func Record(n int) payment.Record {
	paid := payment.Payment{ID: fmt.Sprintf("pay-%04d", n), Money: payment.Money{MinorUnits: int64(n) + 1, Currency: "EUR"}}
	return payment.Record{
		Payment: paid, TransactionID: fmt.Sprintf("transaction-%04d", n), Fingerprint: paid.Fingerprint(),
		Status: payment.StatusProcessing, Region: "us-east-1", Epoch: 7, CreatedAt: base.Add(time.Duration(n) * time.Microsecond),
	}
}

func completion(record payment.Record, region string) payment.Completion {
	return payment.Completion{
		PaymentID: record.ID, TransactionID: record.TransactionID, PostedRegion: region, At: record.CreatedAt.Add(time.Second),
	}
}

// begin is a begin that must work; what a table may refuse for a moment is tried again.
func begin(t *testing.T, store *journal.Store, record payment.Record) {
	t.Helper()
	if err := persist(t.Context(), func() error { return store.Begin(t.Context(), record) }); err != nil {
		t.Fatalf("begin %s: %v", record.ID, err)
	}
}

func complete(t *testing.T, store *journal.Store, record payment.Record) {
	t.Helper()
	if err := persist(t.Context(), func() error { return store.Complete(t.Context(), completion(record, "us-west-2")) }); err != nil {
		t.Fatalf("complete %s: %v", record.ID, err)
	}
}

// persist repeats a call while the journal is busy, for five seconds.
func persist(ctx context.Context, call func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for {
		err := call()
		if !errors.Is(err, payment.ErrJournalBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// eventually repeats a check of an index until it passes, for ten seconds: indexes are eventually consistent.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after 10 s: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func get(t *testing.T, store *journal.Store, id string) payment.Record {
	t.Helper()
	record, err := store.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("get %s: %v", id, err)
	}
	return record
}
