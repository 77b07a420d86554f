package proof_test

import (
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// searchTime bounds the search for one payment id's order; it takes milliseconds.
const searchTime = 10 * time.Second

// usualSends is enough for every fault to strike at every step.
const usualSends = 80

// TestConcurrencyProof lets 64 payers send the same 500 payments, through processors in two Regions and one that
// missed the change of term, while everything fails that can. Each payer sends its share of them (about 10 payers each
// payment) so that CI can afford it under the race detector; with -proof.sends=500 each sends all.
func TestConcurrencyProof(t *testing.T) {
	chosen := size{payers: 64, payments: 500, sends: usualSends}
	if *sendsFlag > 0 {
		chosen.sends = *sendsFlag
	}
	w := newWorld(t, seed(t), usual, mutation{})
	evidence := run(t, w, chosen)
	violations := proof.Check(evidence, searchTime)
	for i, violation := range violations {
		if i == 20 {
			t.Errorf("and %d more", len(violations)-i)
			break
		}
		t.Error(violation)
	}
	w.report(t)
	requireTaken(t, evidence, chosen)
	if chosen.sends >= usualSends {
		w.requireAdversity(t)
	}
}

// requireAdversity fails when the run was too kind to prove anything: each fault must have happened.
func (w *world) requireAdversity(t *testing.T) {
	t.Helper()
	wanted := []string{
		"wire late", "drop before post", "drop after post", "payer left", "fenced", "ledger away",
		"answer " + string(proof.Success), "answer " + string(proof.Processing), "answer " + string(proof.Mismatch),
		"answer " + string(proof.Unknown),
	}
	for _, point := range crashPoints {
		wanted = append(wanted, "crash "+point)
	}
	for _, kind := range fault.Transient() {
		wanted = append(wanted, "wire "+kind.String())
	}
	for _, name := range wanted {
		if w.tally.of(name) == 0 {
			t.Errorf("%q never happened: this run proves too little", name)
		}
	}
}

// requireTaken fails when payments stayed behind although the faults passed: retrying must get each one through.
func requireTaken(t *testing.T, evidence proof.Evidence, size size) {
	t.Helper()
	taken := map[string]bool{}
	terms := map[int64]int{}
	for _, call := range evidence.Calls {
		if o := call.Answer.Outcome; o == proof.Processing || o == proof.Success {
			taken[call.PaymentID] = true
		}
	}
	for _, posted := range evidence.Posted {
		terms[posted.Epoch]++
	}
	if len(taken) != size.payments || len(evidence.Posted) != size.payments {
		t.Errorf("%d payments acknowledged, %d in the ledger, want %d", len(taken), len(evidence.Posted), size.payments)
	}
	if len(evidence.Totals) < 3 || len(terms) != 2 {
		t.Errorf("%d currencies, posted by epoch %v; want three and two", len(evidence.Totals), terms)
	}
}
