package ledger_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/postgres"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
)

// durable is a database on a server with production's durability: each commit waits for the disk.
func durable(t testing.TB) *postgrestest.Database {
	t.Helper()
	database, err := postgrestest.NewDatabase(t.Context(), postgrestest.NewServer(t, postgres.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	return database
}

// runClients calls post from several goroutines until more says stop.
func runClients(clients int, more func() bool, post func() error) error {
	var first atomic.Pointer[error]
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for more() && first.Load() == nil {
				if err := post(); err != nil {
					first.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	group.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

func postFresh(ctx context.Context, store *ledger.Store) error {
	p := posting("", 1250, "USD")
	p.PaymentID = p.TransactionID
	result, err := store.Post(ctx, p)
	if err == nil && !result.Posted {
		err = fmt.Errorf("post %s: it was there already", p.PaymentID)
	}
	return err
}

func BenchmarkPost(b *testing.B) {
	database := durable(b)
	for _, clients := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			store := ledgertest.Open(b, database, clients)
			var left atomic.Int64
			run := func(posts int) error {
				left.Store(int64(posts))
				return runClients(clients, func() bool { return left.Add(-1) >= 0 }, func() error { return postFresh(b.Context(), store) })
			}
			if err := run(4 * clients); err != nil { // connects and prepares
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := run(b.N); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
		})
	}
}

func BenchmarkPostMany(b *testing.B) {
	store := ledgertest.Open(b, durable(b), 1)
	const size = 1000
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		postings := make([]payment.Posting, size)
		for i := range postings {
			postings[i] = posting("", 1250, "USD")
			postings[i].PaymentID = postings[i].TransactionID
		}
		b.StartTimer()
		if _, err := store.PostMany(b.Context(), postings); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "posts/s")
}
