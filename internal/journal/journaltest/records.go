package journaltest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

func beginIsReadEverywhere(t *testing.T, regions []*journal.Store) {
	for n, store := range regions {
		record := Record(n)
		begin(t, store, record)
		for m, reader := range regions {
			if got := get(t, reader, record.ID); got != record {
				t.Errorf("Region %d reads %+v, Region %d began %+v", m, got, n, record)
			}
		}
	}
}

func secondBeginLoses(t *testing.T, regions []*journal.Store) {
	record := Record(0)
	begin(t, regions[0], record)
	second := Record(0)
	second.TransactionID = "another transaction"
	for n, store := range regions {
		if err := store.Begin(t.Context(), second); !errors.Is(err, payment.ErrRecordExists) {
			t.Errorf("second begin in Region %d = %v, want %v", n, err, payment.ErrRecordExists)
		}
		if got := get(t, store, record.ID); got != record {
			t.Errorf("after a lost begin Region %d reads %+v, want %+v", n, got, record)
		}
	}
}

func concurrentBegins(t *testing.T, regions []*journal.Store) {
	const payers = 24
	errs := make([]error, payers)
	var group sync.WaitGroup
	for n := range payers {
		group.Go(func() {
			record := Record(0)
			record.TransactionID = Record(n).TransactionID
			errs[n] = persist(t.Context(), func() error { return regions[n%len(regions)].Begin(t.Context(), record) })
		})
	}
	group.Wait()
	winner := -1
	for n, err := range errs {
		switch {
		case err == nil && winner >= 0:
			t.Fatalf("payers %d and %d both won", winner, n)
		case err == nil:
			winner = n
		case !errors.Is(err, payment.ErrRecordExists):
			t.Errorf("payer %d: %v", n, err)
		}
	}
	if winner < 0 {
		t.Fatal("nobody won")
	}
	for n, store := range regions {
		if got, want := get(t, store, Record(0).ID).TransactionID, Record(winner).TransactionID; got != want {
			t.Errorf("Region %d has transaction %s, the winner's is %s", n, got, want)
		}
	}
}

func unknownIsNotFound(t *testing.T, regions []*journal.Store) {
	for n, store := range regions {
		if _, err := store.Get(t.Context(), "never-begun"); !errors.Is(err, payment.ErrRecordNotFound) {
			t.Errorf("Region %d: get = %v, want %v", n, err, payment.ErrRecordNotFound)
		}
	}
}

func completeIsIdempotent(t *testing.T, regions []*journal.Store) {
	record := Record(0)
	begin(t, regions[0], record)
	first := completion(record, "us-west-2")
	if err := regions[0].Complete(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	want := record
	want.Status, want.CompletedAt, want.PostedRegion = payment.StatusCompleted, first.At, "us-west-2"
	for n, store := range regions {
		again := completion(record, "us-east-1")
		again.At = first.At.AddDate(1, 0, 0)
		if err := store.Complete(t.Context(), again); err != nil {
			t.Errorf("completing again in Region %d: %v", n, err)
		}
		if got := get(t, store, record.ID); got != want {
			t.Errorf("Region %d reads %+v, want the first completion %+v", n, got, want)
		}
		if err := store.Begin(t.Context(), record); !errors.Is(err, payment.ErrRecordExists) {
			t.Errorf("begin of a completed payment in Region %d = %v, want %v", n, err, payment.ErrRecordExists)
		}
	}
}

func completeRefuses(t *testing.T, regions []*journal.Store) {
	record := Record(0)
	begin(t, regions[0], record)
	for n, store := range regions {
		foreign := completion(record, "us-west-2")
		foreign.TransactionID = "another transaction"
		if err := store.Complete(t.Context(), foreign); !errors.Is(err, payment.ErrTransactionMismatch) {
			t.Errorf("Region %d: foreign completion = %v, want %v", n, err, payment.ErrTransactionMismatch)
		}
		if err := store.Complete(t.Context(), completion(Record(9), "us-west-2")); !errors.Is(err, payment.ErrRecordNotFound) {
			t.Errorf("Region %d: completion of nothing = %v, want %v", n, err, payment.ErrRecordNotFound)
		}
		if _, err := store.Get(t.Context(), Record(9).ID); !errors.Is(err, payment.ErrRecordNotFound) {
			t.Errorf("Region %d: a refused completion left a record: %v", n, err)
		}
		if got := get(t, store, record.ID); got != record {
			t.Errorf("Region %d: a refused completion changed the record to %+v", n, got)
		}
	}
}

func concurrentCompletions(t *testing.T, regions []*journal.Store) {
	record := Record(0)
	begin(t, regions[0], record)
	errs := make([]error, 16)
	var group sync.WaitGroup
	for n := range errs {
		group.Go(func() {
			store := regions[n%len(regions)]
			errs[n] = persist(t.Context(), func() error { return store.Complete(t.Context(), completion(record, "us-west-2")) })
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := get(t, regions[0], record.ID).Status; got != payment.StatusCompleted {
		t.Fatalf("status is %s after completions", got)
	}
}

func endedContext(t *testing.T, regions []*journal.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store, record := regions[0], Record(0)
	if err := store.Begin(ctx, record); err == nil || errors.Is(err, payment.ErrRecordExists) {
		t.Errorf("begin under an ended context = %v", err)
	}
	if _, err := store.Get(ctx, record.ID); err == nil || errors.Is(err, payment.ErrRecordNotFound) {
		t.Errorf("get under an ended context = %v", err)
	}
	if err := store.Complete(ctx, completion(record, "us-west-2")); err == nil {
		t.Error("complete under an ended context worked")
	}
	if err := store.Probe(ctx, "us-east-1", base); err == nil {
		t.Error("probe under an ended context worked")
	}
	if _, err := store.ListPending(ctx, 0, nil); err == nil {
		t.Error("listing under an ended context worked")
	}
}
