package rotation_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/connect"
	"github.com/paymentdr/paymentdr/internal/payment"
)

const (
	payers    = 8
	rotations = 20
)

// payer posts payments until it is told to stop.
type payer struct {
	name   string
	open   func() (*connect.Pool, error) // nil keeps one pool, as a warm Lambda does
	pool   *connect.Pool
	posted atomic.Int64
}

// post writes one payment, over a new login if the payer makes one each time.
func (p *payer) post(ctx context.Context) error {
	pool := p.pool
	if p.open != nil {
		fresh, err := p.open()
		if err != nil {
			return err
		}
		defer fresh.Close()
		pool = fresh
	}
	id := fmt.Sprintf("%s-%d", p.name, p.posted.Load())
	transaction, err := uuid.NewV7()
	if err != nil {
		return err
	}
	result, err := ledger.New(pool).Post(ctx, payment.Posting{
		PaymentID: id, TransactionID: transaction.String(), Money: payment.Money{MinorUnits: 100, Currency: "USD"},
		Region: "us-east-1", AcceptedAt: time.Now().UTC(),
	})
	if err != nil {
		return fmt.Errorf("post %s: %w (result %v)", id, err, result)
	}
	p.posted.Add(1)
	return nil
}

// TestRotationUnderLoad rotates twenty times under eight payers: half of them log in for each payment with what the
// secret says, half keep connections and what they once read, and renew both all the time. No post may fail.
//
// Between two rotations every payer gets to finish a post that it began after the first: a month passes between two
// rotations in reality, and credentials that were read before the last but one are rightly refused.
func TestRotationUnderLoad(t *testing.T) {
	w := newWorld(t)
	kept := w.settings
	kept.MaxLifetime = time.Nanosecond // a new connection for every post, with the login that was read long ago
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var everyone []*payer
	var group sync.WaitGroup
	for i := range payers {
		one := &payer{name: fmt.Sprintf("payer-%d", i)}
		if i%2 == 0 {
			one.open = func() (*connect.Pool, error) { return connect.New(w.settings, connect.NewSecret(w.client, appARN)) }
		} else {
			pool, err := connect.New(kept, connect.NewSecret(w.client, appARN))
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			one.pool = pool
		}
		everyone = append(everyone, one)
		group.Go(func() {
			for ctx.Err() == nil {
				// A post under way is finished; t.Context ends only with the test.
				if err := one.post(t.Context()); err != nil {
					t.Errorf("%s: %v", one.name, err)
					return
				}
			}
		})
	}
	for turn := range rotations {
		everyonePosts(t, everyone)
		w.rotate(t, appARN, fmt.Sprintf("turn-%d", turn))
	}
	everyonePosts(t, everyone)
	stop()
	group.Wait()

	total := int64(0)
	for _, one := range everyone {
		total += one.posted.Load()
	}
	pool, err := connect.New(w.settings, connect.NewSecret(w.client, appARN))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	balance, err := ledger.New(pool).TrialBalance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(balance) != 1 || balance[0].Money.MinorUnits != 0 || balance[0].Payments != total {
		t.Errorf("trial balance %+v, want zero over %d payments", balance, total)
	}
	t.Logf("%d payments posted during %d rotations", total, rotations)
}

// everyonePosts waits until every payer has finished two more posts, so that one of them was begun after the call.
func everyonePosts(t *testing.T, everyone []*payer) {
	t.Helper()
	targets := make([]int64, len(everyone))
	for i, one := range everyone {
		targets[i] = one.posted.Load() + 2
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i, one := range everyone {
		for one.posted.Load() < targets[i] {
			if t.Failed() {
				t.FailNow() // a payer gave up
			}
			<-tick.C
		}
	}
}
