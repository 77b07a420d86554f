package simulation

import (
	"errors"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/aurora"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/payment"
)

var (
	errNoAnswer = errors.New("no answer")
	errThrottle = errors.New("rate exceeded")
)

// patienceOf is how long a caller waits for an answer when its context allows more: what the real stores allow a call.
func patienceOf(op failovertest.Op) time.Duration {
	switch op {
	case failovertest.Events, failovertest.Pending, failovertest.ListCreated, failovertest.GetMany:
		return 5 * time.Second // of one page
	case failovertest.Load, failovertest.Save, failovertest.Append, failovertest.LoadIntent, failovertest.SaveIntent:
		return control.DefaultAttemptTimeout
	case failovertest.Begin, failovertest.Get, failovertest.Complete, failovertest.Probe:
		return journal.DefaultAttemptTimeout
	case failovertest.ObserveDatabase, failovertest.SwitchOver:
		return 2 * aurora.CallTimeout
	case failovertest.Promote:
		return aurora.CallTimeout
	}
	return 20 * time.Second // a statement
}

// unanswered is the error of each store when no answer came.
func unanswered(op failovertest.Op) error {
	switch {
	case op.Journal():
		return payment.ErrJournalAmbiguous
	case op.Tables():
		return control.ErrAmbiguous
	case op.Ledger():
		return payment.ErrLedgerUnavailable
	}
	return errNoAnswer
}

// refusal is the error of each store when it did nothing and says so.
func refusal(op failovertest.Op) error {
	switch {
	case op.Journal():
		return payment.ErrJournalBusy
	case op.Tables():
		return control.ErrBusy
	case op.Ledger():
		return payment.ErrLedgerUnavailable
	}
	return errThrottle
}
