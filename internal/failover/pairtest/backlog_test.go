package pairtest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// A backlog of an outage is posted and completed by the sweeper, at a measured rate.
func TestBacklogDrains(t *testing.T) {
	p := newPair(t)
	const backlog = 1000
	accepted := time.Now().Add(-time.Minute).UTC().Truncate(time.Microsecond)
	p.run(p.controller(east))
	p.await("first lease", p.leaseIs(east, payment.LeaseActive))
	var group sync.WaitGroup
	for worker := range 16 {
		group.Go(func() {
			for i := worker; i < backlog; i += 16 {
				asked := payment.Payment{ID: fmt.Sprintf("waiting-%d", i), Money: payment.Money{MinorUnits: 100, Currency: "EUR"}}
				err := p.journal.Begin(t.Context(), payment.Record{
					Payment: asked, TransactionID: uuid.NewString(), Fingerprint: asked.Fingerprint(), Status: payment.StatusProcessing,
					// Young until all are there, so that the sweep begins with all of them.
					Region: east, Epoch: 1, CreatedAt: accepted.Add(time.Minute),
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	// The ledger is asked until the sweep begins, the journal now and then until nothing is pending.
	first := p.await("first posting", func(ctx context.Context) (bool, error) {
		_, err := p.ledgers[east].NewestPayment(ctx)
		return err == nil, err
	})
	done := p.awaitEvery(200*time.Millisecond, "empty backlog", func(ctx context.Context) (bool, error) {
		for _, err := range p.journal.Pending(ctx) {
			return false, err
		}
		return true, nil
	})
	took := done.Sub(first)
	t.Logf("%d pending payments posted and completed in %s, %.0f a second", backlog, took.Round(time.Millisecond), backlog/took.Seconds())
	totals, err := p.ledgers[east].TrialBalance(t.Context())
	if err != nil || len(totals) != 1 || totals[0].Money.MinorUnits != 0 || totals[0].Payments != backlog {
		t.Fatalf("trial balance %+v, error %v, want %d payments", totals, err, backlog)
	}
}
