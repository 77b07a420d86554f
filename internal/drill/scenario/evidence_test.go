package scenario_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// The made-up load: a payer of each kind pays at this interval, from began until the end.
var (
	began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	fault = began.Add(20 * time.Second)
)

const (
	interval = 2 * time.Second
	watched  = 80 * time.Second // after the fault
	answers  = 100 * time.Millisecond
	fails    = 10 * time.Millisecond
)

// evidence is what a drill left, in short.
type evidence struct {
	events []event.Event
	// cut is how long nothing is acknowledged after the fault; DNS payers fail then, payers with client/ wait.
	cut map[receipt.PayerKind]time.Duration
	// processing is how long 202 is answered after the fault; settled, from the fault, is when those payments are posted.
	processing map[receipt.PayerKind]time.Duration
	settled    time.Duration
	// failed payers have one attempt that fails, long after the fault.
	failed receipt.PayerKind
	// spoil changes what was written of it all.
	spoil func(*drill.Finished)
}

func (e evidence) finished(one scenario.Scenario, places scenario.Places) drill.Finished {
	finished := drill.Finished{
		Scenario: one.Name, Expectations: one.Expect(places, config.Default()), Events: e.events, Fault: fault, End: fault.Add(watched + time.Minute),
		Receipts: receipt.File{Header: receipt.Header{Run: "r", Began: began}}, Step: time.Minute,
	}
	finished.After.Epochs = []check.Epoch{{}, {Number: 1, Region: places.Active, RaisedAt: began.Add(-time.Hour)}}
	for due := began; due.Before(fault.Add(watched)); due = due.Add(interval) {
		for _, kind := range []receipt.PayerKind{receipt.DNS, receipt.Client} {
			e.pay(&finished, kind, due, places.Active)
		}
	}
	if e.spoil != nil {
		e.spoil(&finished)
	}
	slices.SortStableFunc(finished.Receipts.Receipts, func(a, b receipt.Receipt) int { return a.At().Compare(b.At()) })
	return finished
}

// pay lets one payment come to where it belongs.
func (e evidence) pay(into *drill.Finished, kind receipt.PayerKind, due time.Time, region string) {
	id, after := fmt.Sprintf("r.%s.%d", kind, due.Unix()), due.Sub(fault)
	asked := receipt.Receipt{Kind: receipt.Asked, Payer: string(kind), PayerKind: kind, Due: due,
		Payment: receipt.Payment{ID: id, Amount: "1.00", MinorUnits: 100, Currency: "USD"}}
	told := asked
	told.Kind, told.Try, told.Sent, told.Ended = receipt.Answered, 1, due, due.Add(answers)
	told.Answer = receipt.Answer{Outcome: receipt.Success, Status: 200, Region: region, AcceptedBy: region, TransactionID: "t-" + id}
	lost := told
	lost.Ended, lost.Answer = due.Add(fails), receipt.Answer{Outcome: receipt.Unknown, Class: "timeout"}
	into.Receipts.Receipts = append(into.Receipts.Receipts, asked)
	cut := 0 <= after && after < e.cut[kind]
	if cut {
		told.Ended = fault.Add(e.cut[kind])
	}
	if cut && kind == receipt.DNS || e.failed == kind && after == watched/2 {
		into.Receipts.Receipts = append(into.Receipts.Receipts, lost)
		told.Try, told.Sent = 2, lost.Ended
	}
	accepted, posted := told.Ended.Add(-fails), told.Ended.Add(-fails)
	if length, set := e.processing[kind]; set && 0 <= after && after <= length {
		told.Outcome, told.Status, posted = receipt.Processing, 202, fault.Add(max(e.settled, after+answers))
	}
	into.Receipts.Receipts = append(into.Receipts.Receipts, told)
	stores := &into.After
	stores.Items = append(stores.Items, check.Item{PaymentID: id, TransactionID: told.TransactionID, Amount: asked.Amount, MinorUnits: asked.MinorUnits,
		Currency: asked.Currency, Region: region, Epoch: 1, CreatedAt: accepted, Completed: true})
	stores.Payments = append(stores.Payments, check.Payment{PaymentID: id, TransactionID: told.TransactionID, MinorUnits: asked.MinorUnits,
		Currency: asked.Currency, Region: region, Epoch: 1, AcceptedAt: accepted, PostedAt: posted})
	stores.Entries = append(stores.Entries, check.Entry{TransactionID: told.TransactionID, Account: "payer", MinorUnits: asked.MinorUnits, Currency: asked.Currency},
		check.Entry{TransactionID: told.TransactionID, Account: "merchant", MinorUnits: -asked.MinorUnits, Currency: asked.Currency})
}

// judge gives the verdict of a drill that left such evidence.
func (e evidence) judge(t *testing.T, one scenario.Scenario, places scenario.Places) verdict.Verdict {
	t.Helper()
	made, err := drill.Assess(e.finished(one, places))
	if err != nil {
		t.Fatal(err)
	}
	return made.Verdict
}

// happened is an event so many seconds after the fault.
func happened(seconds int, kind event.Kind, region, detail string) event.Event {
	return event.Event{At: fault.Add(time.Duration(seconds) * time.Second), Kind: kind, Region: region, Detail: detail}
}

// without are the events that are not the one.
func without(events []event.Event, one verdict.Happening) []event.Event {
	return slices.DeleteFunc(slices.Clone(events), one.Matches)
}

// moved are the events with the one at another time.
func moved(events []event.Event, one verdict.Happening, at time.Time) []event.Event {
	changed := slices.Clone(events)
	for i := range changed {
		if one.Matches(changed[i]) {
			changed[i].At = at
		}
	}
	return changed
}

// elsewhere are the events with the one in another Region.
func elsewhere(events []event.Event, one verdict.Happening) []event.Event {
	changed := slices.Clone(events)
	for i := range changed {
		if one.Matches(changed[i]) {
			changed[i].Region = places.Witness
		}
	}
	return changed
}

// forbidden is an event that must not be.
func forbidden(one verdict.Happening) event.Event {
	return happened(1, one.Kind, cmp.Or(one.Region, places.Standby), one.Detail)
}
