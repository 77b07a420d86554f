package pairtest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/clustertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// A backlog of an outage is posted and completed, by the sweeper of an active term, or by the replay of a new one.
func TestBacklogDrains(t *testing.T) {
	const backlog = 1000
	for name, drain := range map[string]func(*pair, int) time.Duration{"sweep": (*pair).sweep, "replay": (*pair).replay} {
		t.Run(name, func(t *testing.T) {
			took := drain(newPair(t), backlog)
			t.Logf("%d pending payments posted and completed in %s, %.0f a second", backlog, took.Round(time.Millisecond), backlog/took.Seconds())
		})
	}
}

// BenchmarkBacklog drains a backlog over the tables of two Regions and a witness, and PostgreSQL with its standby, all in
// or beside this process: go test -run xxx -bench Backlog -benchtime 1x ./internal/failover/pairtest.
func BenchmarkBacklog(b *testing.B) {
	const backlog = 10_000
	for name, drain := range map[string]func(*pair, int) time.Duration{"sweep": (*pair).sweep, "replay": (*pair).replay} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				cluster := clustertest.Start(b, clustertest.Options{})
				p := newPairOver(b, cluster.Client(b, clustertest.East), cluster.ControlTable(b, "control"), cluster.JournalTable(b, "journal"))
				b.ReportMetric(backlog/drain(p, backlog).Seconds(), "payments/s")
			}
		})
	}
}

// sweep makes a backlog in an active term.
func (p *pair) sweep(backlog int) time.Duration {
	p.t.Helper()
	p.run(p.controller(east))
	p.await("first lease", p.leaseIs(east, payment.LeaseActive))
	// Young until all are there, so that the sweep begins with all of them.
	p.begin(backlog, time.Now().Add(time.Duration(backlog)*4*time.Millisecond))
	return p.drained(backlog)
}

// replay makes it before the first term.
func (p *pair) replay(backlog int) time.Duration {
	p.t.Helper()
	p.begin(backlog, time.Now().Add(-time.Minute))
	p.run(p.controller(east))
	return p.drained(backlog)
}

// drained is how long it takes to post and complete the backlog, from the first posting on.
func (p *pair) drained(backlog int) time.Duration {
	p.t.Helper()
	// The ledger is asked until it begins, the journal now and then until nothing is pending.
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
	totals, err := p.ledgers[east].TrialBalance(p.t.Context())
	if err != nil || len(totals) != 1 || totals[0].Money.MinorUnits != 0 || totals[0].Payments != int64(backlog) {
		p.t.Fatalf("trial balance %+v, error %v, want %d payments", totals, err, backlog)
	}
	return done.Sub(first)
}

// begin records payments of one moment.
func (p *pair) begin(count int, accepted time.Time) {
	p.t.Helper()
	accepted = accepted.UTC().Truncate(time.Microsecond)
	var group sync.WaitGroup
	const workers = 32
	for worker := range workers {
		group.Go(func() {
			for i := worker; i < count; i += workers {
				asked := payment.Payment{ID: fmt.Sprintf("waiting-%d", i), Money: payment.Money{MinorUnits: 100, Currency: "EUR"}}
				err := p.journal.Begin(p.t.Context(), payment.Record{
					Payment: asked, TransactionID: uuid.NewString(), Fingerprint: asked.Fingerprint(), Status: payment.StatusProcessing,
					Region: east, Epoch: 1, CreatedAt: accepted,
				})
				if err != nil {
					p.t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}
