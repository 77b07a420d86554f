package proof_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// The controller of the test: the steps of a failover and of the sweeper, each repeated until it works.

// insist repeats an idempotent call until it works, for a minute.
func insist(ctx context.Context, call func() error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := call()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("gave up: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// beginFirstTerm gives east the lease.
func (w *world) beginFirstTerm(t *testing.T) {
	t.Helper()
	if err := w.ledger.Fence(t.Context(), 1, east); err != nil {
		t.Fatal(err)
	}
	first := control.Lease{Region: east, Epoch: 1, State: payment.LeaseActive, Holder: "test", UpdatedAt: time.Now()}
	if _, err := w.lease.Save(t.Context(), first); err != nil {
		t.Fatal(err)
	}
}

// changeTerm moves the lease to west as a failover does: claim, fence, replay, act. The processors go on meanwhile.
func (w *world) changeTerm(ctx context.Context) error {
	lease, err := w.lease.Load(ctx)
	if err != nil {
		return err
	}
	lease.Region, lease.Epoch, lease.State, lease.Seq = west, lease.Epoch+1, payment.LeasePromoting, 0
	if lease, err = w.lease.Save(ctx, lease); err != nil {
		return err
	}
	if err := insist(ctx, func() error { return w.ledger.Fence(ctx, lease.Epoch, west) }); err != nil {
		return err
	}
	if err := insist(ctx, func() error { return w.replay(ctx, lease.Epoch) }); err != nil {
		return err
	}
	lease.State = payment.LeaseActive
	_, err = w.lease.Save(ctx, lease)
	return err
}

// replay posts whatever the journal has. A payment that the ledger has with other content stays as it is: that is for
// the judge.
func (w *world) replay(ctx context.Context, epoch int64) error {
	records, err := w.records(ctx)
	if err != nil {
		return err
	}
	var postings []payment.Posting
	for _, record := range records {
		postings = append(postings, posting(record, epoch))
	}
	outcomes, err := w.ledger.PostMany(ctx, postings)
	for _, outcome := range outcomes {
		if !errors.Is(outcome.Err, payment.ErrMismatch) {
			err = errors.Join(err, outcome.Err)
		}
	}
	return err
}

func posting(record payment.Record, epoch int64) payment.Posting {
	return payment.Posting{
		PaymentID: record.ID, TransactionID: record.TransactionID, Money: record.Money,
		Region: record.Region, Epoch: epoch, AcceptedAt: record.CreatedAt,
	}
}

// records are all of the journal, found by its index of creation.
func (w *world) records(ctx context.Context) ([]payment.Record, error) {
	var records []payment.Record
	now := time.Now()
	for entry, err := range w.journal.ListCreated(ctx, now.Add(-10*time.Minute), now.Add(time.Minute)) {
		if err != nil {
			return nil, err
		}
		record, err := w.journal.Get(ctx, entry.PaymentID)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// sweep posts and completes what is pending, until two passes find nothing or a pass makes no progress.
func (w *world) sweep(ctx context.Context) (refused []error, err error) {
	lease, err := w.lease.Load(ctx)
	if err != nil {
		return nil, err
	}
	for empty := 0; empty < 2; {
		found := 0
		refused = nil
		for entry, err := range w.journal.Pending(ctx) {
			if err != nil {
				return refused, err
			}
			found++
			if err := w.settle(ctx, entry.PaymentID, lease.Epoch); err != nil {
				refused = append(refused, err)
			}
		}
		switch {
		case found == 0:
			empty++
		case found == len(refused):
			return refused, nil
		}
	}
	return nil, nil
}

// settle brings one pending payment to its end.
func (w *world) settle(ctx context.Context, paymentID string, epoch int64) error {
	record, err := w.journal.Get(ctx, paymentID)
	if err != nil {
		return err
	}
	if _, err := w.ledger.Post(ctx, posting(record, epoch)); err != nil {
		return err
	}
	return w.journal.Complete(ctx, payment.Completion{
		PaymentID: record.ID, TransactionID: record.TransactionID, PostedRegion: west, At: time.Now(),
	})
}

// evidence reads both stores beside the service.
func (w *world) evidence(t *testing.T, history *proof.History) proof.Evidence {
	t.Helper()
	ctx := t.Context()
	evidence := proof.Evidence{Calls: history.Calls()}
	var err error
	if evidence.Records, err = w.records(ctx); err != nil {
		t.Fatal(err)
	}
	if evidence.Totals, err = w.ledger.TrialBalance(ctx); err != nil {
		t.Fatal(err)
	}
	for posted, err := range w.ledger.ListPostedSince(ctx, time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		evidence.Posted = append(evidence.Posted, posted)
	}
	rows, err := w.killer.Query(ctx, `SELECT epoch, region, raised_at FROM ledger.epochs ORDER BY epoch`)
	if err != nil {
		t.Fatal(err)
	}
	if evidence.Terms, err = pgx.CollectRows(rows, pgx.RowToStructByPos[proof.Term]); err != nil {
		t.Fatal(err)
	}
	return evidence
}
