package proof_test

import (
	"context"
	"net/http"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// crashPoints are the boundaries of a request's steps: each is followed by nothing in a processor that dies there.
var crashPoints = []string{
	"before lease", "after lease", "before begin", "after begin", "before get", "after get",
	"before post", "after post", "before complete", "after complete",
}

// crash may end the request's processor here and now: the goroutine unwinds, nothing of it is executed any more, and the
// payer's connection breaks. The stores keep what they have.
func crash(ctx context.Context, point string) {
	script := scriptOf(ctx)
	if script.chance(script.rates.crash) {
		script.tally.add("crash " + point)
		panic(http.ErrAbortHandler)
	}
}

type mortalLease struct{ payment.Lease }

func (m mortalLease) Current(ctx context.Context) (payment.Term, error) {
	crash(ctx, "before lease")
	defer crash(ctx, "after lease")
	return m.Lease.Current(ctx)
}

type mortalJournal struct{ payment.Journal }

func (m mortalJournal) Begin(ctx context.Context, record payment.Record) error {
	crash(ctx, "before begin")
	defer crash(ctx, "after begin")
	return m.Journal.Begin(ctx, record)
}

func (m mortalJournal) Get(ctx context.Context, paymentID string) (payment.Record, error) {
	crash(ctx, "before get")
	defer crash(ctx, "after get")
	return m.Journal.Get(ctx, paymentID)
}

func (m mortalJournal) Complete(ctx context.Context, completion payment.Completion) error {
	crash(ctx, "before complete")
	defer crash(ctx, "after complete")
	return m.Journal.Complete(ctx, completion)
}

type mortalLedger struct{ payment.Ledger }

func (m mortalLedger) Post(ctx context.Context, posting payment.Posting) (payment.PostResult, error) {
	crash(ctx, "before post")
	defer crash(ctx, "after post")
	return m.Ledger.Post(ctx, posting)
}
