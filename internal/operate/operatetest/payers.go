package operatetest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Load is payers who know both Regions and keep their receipts.
type Load struct {
	w        *World
	cancel   context.CancelFunc
	group    sync.WaitGroup
	mutex    sync.Mutex
	receipts []client.Receipt
	failures []error
}

// StartLoad starts payers; each pays again after a pause. Stop ends them.
func (w *World) StartLoad(name string, payers int, pause time.Duration) *Load {
	w.T.Helper()
	ctx, cancel := context.WithCancel(w.T.Context())
	load := &Load{w: w, cancel: cancel}
	transport := &http.Transport{MaxIdleConnsPerHost: payers}
	payer, err := client.New(client.Config{
		Endpoints: []string{w.apis[East], w.apis[West]}, Transport: transport, Deadline: 30 * time.Second, Logger: slog.New(slog.DiscardHandler),
	})
	w.must(err)
	for number := range payers {
		load.group.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				// A payment that was begun is brought to its end.
				receipt, err := payer.Pay(context.WithoutCancel(ctx), client.Payment{ID: fmt.Sprintf("%s-%d-%d", name, number, i), Amount: fmt.Sprintf("%d.50", i+1)})
				load.mutex.Lock()
				if err != nil {
					load.failures = append(load.failures, err)
				} else {
					load.receipts = append(load.receipts, receipt)
				}
				load.mutex.Unlock()
				select {
				case <-ctx.Done():
				case <-time.After(pause):
				}
			}
		})
	}
	w.T.Cleanup(func() { load.end(); payer.Close(); transport.CloseIdleConnections() })
	return load
}

func (l *Load) end() {
	l.cancel()
	l.group.Wait()
}

// Stop ends the payers and gives what they have.
func (l *Load) Stop() (receipts []client.Receipt, failures []error) {
	l.end()
	return l.receipts, l.failures
}

// CheckLedger waits until nothing is pending, and holds a cluster's ledger to the receipts: each is there once with its
// transaction and amount, and the ledger balances.
func (w *World) CheckLedger(cluster string, receipts []client.Receipt) {
	w.T.Helper()
	observer := w.Observer()
	w.Await("an empty backlog", func(ctx context.Context) error {
		if journal := observer.Look(ctx).Journal; journal.Problem != "" || journal.Pending > 0 {
			return fmt.Errorf("journal %+v", journal)
		}
		return nil
	})
	store := w.Ledger(cluster)
	posted := map[string]ledger.Payment{}
	for one, err := range store.ListPostedSince(w.T.Context(), time.Now().Add(-time.Hour)) {
		w.must(err)
		posted[one.PaymentID] = one
	}
	transactions := map[string]string{}
	for _, receipt := range receipts {
		found, ok := posted[receipt.PaymentID]
		if !ok || found.TransactionID != receipt.TransactionID || found.Money.Amount() != receipt.Amount {
			w.T.Errorf("lost: receipt %+v, ledger has %+v", receipt, found)
		}
		if other := transactions[receipt.TransactionID]; other != "" {
			w.T.Errorf("payments %s and %s have one transaction", other, receipt.PaymentID)
		}
		transactions[receipt.TransactionID] = receipt.PaymentID
	}
	totals, err := store.TrialBalance(w.T.Context())
	w.must(err)
	for _, total := range totals {
		if total.Money.MinorUnits != 0 || total.Entries != 2*total.Payments {
			w.T.Errorf("ledger of %s: %+v does not balance", cluster, total)
		}
	}
}

// CompleteWithoutLedger records payments in the journal as completed that no ledger has, as a ledger restored from a
// backup leaves them.
func (w *World) CompleteWithoutLedger(ids ...string) {
	w.T.Helper()
	store := w.Journal(West)
	for _, id := range ids {
		record := NewRecord(id)
		w.must(store.Begin(w.T.Context(), record))
		w.must(store.Complete(w.T.Context(), payment.Completion{PaymentID: id, TransactionID: record.TransactionID, PostedRegion: East, At: record.CreatedAt}))
	}
}
