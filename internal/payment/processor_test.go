package payment_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// branch is one way that paying can go.
type branch struct {
	name string
	with setup
	// earlier and done: the journal has the payment already, and maybe completed.
	earlier, done bool
	wantErr       error
	wantStatus    payment.Status
	wantReplayed  bool
	wantKind      payment.Kind
	wantPosted    bool // this request wrote it to the ledger
	wantInJournal payment.Status
	wantID        string
}

// ledgerAway is a ledger that cannot be reached.
func ledgerAway(int) (error, bool) { return payment.ErrLedgerUnavailable, false }

// branches are all of them. A status of processing means acknowledged, and not yet known to be in the ledger (202).
// Each call makes them anew: scripts and ledgers are used up.
func branches() []branch {
	return []branch{
		{name: "a new payment", wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "a completed one is replayed", earlier: true, done: true, wantStatus: "completed", wantReplayed: true, wantKind: "replayed", wantInJournal: "completed", wantID: "earlier"},
		{name: "one in progress is resumed with its transaction id", earlier: true, wantStatus: "completed", wantKind: "resumed", wantPosted: true, wantInJournal: "completed", wantID: "earlier"},
		{name: "one in progress for long is left to the controller", with: setup{limits: payment.Limits{Total: 20 * time.Second, Late: 59 * time.Second}}, earlier: true, wantStatus: "processing", wantKind: "resumed", wantInJournal: "processing", wantID: "earlier"},

		{name: "put conflicts twice", with: setup{plan: fault.NewScript("PutItem", fault.Conflict, fault.Conflict)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "put is throttled", with: setup{plan: fault.NewScript("PutItem", fault.Throttle, fault.ProvisionedThrottle)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "put took effect, answer lost", with: setup{plan: fault.NewScript("PutItem", fault.TimeoutAfter)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "put took effect, 500 answered", with: setup{plan: fault.NewScript("PutItem", fault.ServerErrorAfter)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "put took effect, reset, and the read fails twice", with: setup{plan: fault.NewScript("", fault.None, fault.ResetAfter, fault.ServerErrorBefore, fault.None, fault.Throttle)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "put did not take effect, timeout", with: setup{plan: fault.NewScript("PutItem", fault.TimeoutBefore)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "put did not take effect, reset", with: setup{plan: fault.NewScript("PutItem", fault.ResetBefore, fault.Unavailable)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "ambiguous put of a payment that is there", with: setup{plan: fault.NewScript("PutItem", fault.TimeoutBefore)}, earlier: true, done: true, wantStatus: "completed", wantReplayed: true, wantKind: "replayed", wantInJournal: "completed", wantID: "earlier"},
		{name: "lost the condition, the read fails at first", with: setup{plan: fault.NewScript("GetItem", fault.ServerErrorBefore, fault.ResetBefore)}, earlier: true, wantStatus: "completed", wantKind: "resumed", wantPosted: true, wantInJournal: "completed", wantID: "earlier"},

		{name: "no quorum", with: setup{plan: fault.Always{Kind: fault.ServerErrorBefore}, limits: hasty}, wantErr: payment.ErrJournalAmbiguous, wantKind: "unavailable"},
		{name: "throttled for ever", with: setup{plan: fault.Always{Kind: fault.Throttle}, limits: hasty}, wantErr: payment.ErrJournalBusy, wantKind: "unavailable"},
		{name: "silent journal", with: setup{plan: fault.Always{Kind: fault.Hang}, limits: hasty}, wantErr: payment.ErrJournalAmbiguous, wantKind: "unavailable"},
		{name: "journal denied", with: setup{plan: fault.Always{Kind: fault.Denied}}, wantErr: payment.ProblemUnavailable, wantKind: "unavailable"},
		{name: "put took effect and no read ever works", with: setup{plan: fault.Always{Kind: fault.ServerErrorAfter}, limits: hasty}, wantErr: payment.ErrJournalAmbiguous, wantKind: "unavailable", wantInJournal: "processing", wantID: "transaction-1"},

		{name: "ledger away", with: setup{ledger: &book{fail: ledgerAway}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "ledger fenced", with: setup{ledger: &book{fail: func(int) (error, bool) { return payment.ErrFenced, false }}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "ledger silent", with: setup{ledger: &book{fail: func(int) (error, bool) { return errHang, false }}, limits: payment.Limits{Total: 20 * time.Second, Ledger: 50 * time.Millisecond}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "ledger posted, answer lost", with: setup{ledger: &book{fail: func(int) (error, bool) { return errors.New("connection reset"), true }}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "ledger contradicts the journal", with: setup{ledger: &book{paid: map[string]payment.Posting{five.ID: {PaymentID: five.ID, TransactionID: "foreign"}}}}, wantErr: payment.ErrMismatch, wantKind: "failed", wantInJournal: "processing", wantID: "transaction-1"},

		{name: "term unknown", with: setup{lease: term{err: errors.New("no lease")}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "promoting", with: setup{lease: term{Term: payment.Term{Region: "us-west-2", Epoch: 8, State: payment.LeasePromoting}}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "draining", with: setup{lease: term{Term: payment.Term{Region: "us-east-1", Epoch: 7, State: payment.LeaseDraining}}}, wantStatus: "processing", wantKind: "accepted", wantInJournal: "processing", wantID: "transaction-1"},
		{name: "active elsewhere", with: setup{lease: term{Term: payment.Term{Region: "us-west-2", Epoch: 8, State: payment.LeaseActive}}}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},

		{name: "completion fails at first", with: setup{plan: fault.NewScript("UpdateItem", fault.ServerErrorBefore, fault.Conflict)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "completion took effect, answer lost", with: setup{plan: fault.NewScript("UpdateItem", fault.TimeoutAfter)}, wantStatus: "completed", wantKind: "accepted", wantPosted: true, wantInJournal: "completed", wantID: "transaction-1"},
		{name: "completion never works", with: setup{plan: fault.Always{Operation: "UpdateItem", Kind: fault.ServerErrorBefore}, limits: payment.Limits{Total: 2 * time.Second, Minimum: 50 * time.Millisecond}}, wantStatus: "processing", wantKind: "accepted", wantPosted: true, wantInJournal: "processing", wantID: "transaction-1"},
	}
}

// TestPayBranches goes through every branch of paying, over a real journal.
func TestPayBranches(t *testing.T) {
	for _, test := range branches() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bench := newBench(t, test.with)
			if test.earlier {
				begun(t, bench, test.done)
			}
			result, err := bench.processor.Pay(t.Context(), five)
			seen := bench.notes.last(t)
			if !errors.Is(err, test.wantErr) {
				t.Fatalf("error is %v, want %v", err, test.wantErr)
			}
			if result.Status != test.wantStatus || result.Replayed != test.wantReplayed {
				t.Errorf("answer is %q, replayed %v; want %q, %v", result.Status, result.Replayed, test.wantStatus, test.wantReplayed)
			}
			if err == nil && result.TransactionID != test.wantID {
				t.Errorf("transaction is %s, want %s", result.TransactionID, test.wantID)
			}
			if seen.Kind != test.wantKind || seen.Posted != test.wantPosted {
				t.Errorf("observed %q, posted %v; want %q, %v (cause %v)", seen.Kind, seen.Posted, test.wantKind, test.wantPosted, seen.Cause)
			}
			checkStores(t, bench, test.wantInJournal, test.wantID, test.wantPosted)
		})
	}
}

func begun(t *testing.T, bench bench, done bool) {
	t.Helper()
	if err := bench.journal.Begin(t.Context(), recorded()); err != nil {
		t.Fatal(err)
	}
	if !done {
		return
	}
	err := bench.journal.Complete(t.Context(), payment.Completion{PaymentID: five.ID, TransactionID: "earlier", PostedRegion: "us-west-2", At: accepted})
	if err != nil {
		t.Fatal(err)
	}
}

func checkStores(t *testing.T, bench bench, status payment.Status, transaction string, posted bool) {
	t.Helper()
	record, err := bench.journal.Get(context.Background(), five.ID)
	if status == "" {
		if !errors.Is(err, payment.ErrRecordNotFound) {
			t.Errorf("journal has %+v, %v; want nothing", record, err)
		}
		return
	}
	if err != nil || record.Status != status || record.TransactionID != transaction {
		t.Errorf("journal has %q, %s (%v); want %q, %s", record.Status, record.TransactionID, err, status, transaction)
	}
	if inLedger := bench.ledger.paid[five.ID]; posted && (inLedger.TransactionID != transaction || inLedger.Money != five.Money) {
		t.Errorf("ledger has %+v, want transaction %s", inLedger, transaction)
	}
}

func TestAnotherPaymentUnderTheSameIDIsRefused(t *testing.T) {
	for name, done := range map[string]bool{"completed": true, "processing": false} {
		t.Run(name, func(t *testing.T) {
			bench := newBench(t, setup{})
			begun(t, bench, done)
			other := five
			other.Money.MinorUnits++
			_, err := bench.processor.Pay(t.Context(), other)
			if !errors.Is(err, payment.ProblemPaymentMismatch) {
				t.Fatalf("error is %v, want %v", err, payment.ProblemPaymentMismatch)
			}
			if bench.ledger.calls != 0 {
				t.Errorf("the ledger was called %d times", bench.ledger.calls)
			}
			if kind := bench.notes.last(t).Kind; kind != payment.KindRejected {
				t.Errorf("observed %q", kind)
			}
		})
	}
}

func TestPostingSaysWhatWasAccepted(t *testing.T) {
	bench := newBench(t, setup{})
	begun(t, bench, false)
	if _, err := bench.processor.Pay(t.Context(), five); err != nil {
		t.Fatal(err)
	}
	want := payment.Posting{
		PaymentID: five.ID, TransactionID: "earlier", Money: five.Money, Region: "us-west-2",
		Epoch: active.Epoch, AcceptedAt: recorded().CreatedAt,
	}
	if got := bench.ledger.paid[five.ID]; got != want {
		t.Errorf("posted %+v, want the record's content under the present epoch, %+v", got, want)
	}
}

func TestTooLittleTimeWritesNothing(t *testing.T) {
	bench := newBench(t, setup{})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := bench.processor.Pay(ctx, five); !errors.Is(err, payment.ProblemDeadlineExpired) {
		t.Fatalf("error is %v, want %v", err, payment.ProblemDeadlineExpired)
	}
	if _, err := bench.processor.Find(ctx, five.ID); !errors.Is(err, payment.ProblemDeadlineExpired) {
		t.Errorf("find: error is %v, want %v", err, payment.ProblemDeadlineExpired)
	}
	checkStores(t, bench, "", "", false)
}

func TestFind(t *testing.T) {
	bench := newBench(t, setup{plan: fault.NewScript("GetItem", fault.Throttle, fault.ResetBefore)})
	begun(t, bench, true)
	record, err := bench.processor.Find(t.Context(), five.ID)
	if err != nil || record.TransactionID != "earlier" || record.Status != payment.StatusCompleted {
		t.Errorf("found %+v, %v", record, err)
	}
	if _, err := bench.processor.Find(t.Context(), "unknown"); !errors.Is(err, payment.ProblemPaymentNotFound) {
		t.Errorf("unknown payment = %v", err)
	}
	if _, err := bench.processor.Find(t.Context(), "a/b"); !errors.Is(err, payment.ProblemPaymentIDCharacters) {
		t.Errorf("impossible id = %v", err)
	}
	dark := newBench(t, setup{plan: fault.Always{Kind: fault.ServerErrorBefore}, limits: hasty})
	if _, err := dark.processor.Find(t.Context(), five.ID); !errors.Is(err, payment.ProblemUnavailable) {
		t.Errorf("dark journal = %v", err)
	}
}

func TestInvalidPaymentIsNeverWritten(t *testing.T) {
	bench := newBench(t, setup{})
	for name, invalid := range map[string]payment.Payment{
		"no id":         {Money: five.Money},
		"zero":          {ID: five.ID, Money: payment.Money{Currency: "EUR"}},
		"no currency":   {ID: five.ID, Money: payment.Money{MinorUnits: 1}},
		"above maximum": {ID: five.ID, Money: payment.Money{MinorUnits: payment.MaxMinorUnits + 1, Currency: "EUR"}},
	} {
		if _, err := bench.processor.Pay(t.Context(), invalid); err == nil {
			t.Errorf("%s was paid", name)
		}
	}
	checkStores(t, bench, "", "", false)
}

func TestProcessorNeedsItsParts(t *testing.T) {
	if _, err := payment.NewProcessor(payment.Options{}); err == nil {
		t.Fatal("a processor of nothing was made")
	}
}
