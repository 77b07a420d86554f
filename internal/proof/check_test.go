package proof_test

import (
	"slices"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// at is a call of pay-0001 from started to ended, in milliseconds.
func at(started, ended int, verb proof.Verb, variant int, answer proof.Answer) proof.Call {
	call := proof.Call{
		Name: "test", Verb: verb, PaymentID: "pay-0001", Answer: answer,
		Started: time.Duration(started) * time.Millisecond, Ended: time.Duration(ended) * time.Millisecond,
	}
	if verb == proof.VerbPay {
		call.Fingerprint = asked(1, variant).Fingerprint()
	}
	return call
}

func told(outcome proof.Outcome, transaction string, variant int) proof.Answer {
	answer := proof.Answer{Outcome: outcome, TransactionID: transaction}
	if outcome == proof.Success || outcome == proof.Processing {
		answer.Fingerprint = asked(1, variant).Fingerprint()
	}
	return answer
}

func replayed(answer proof.Answer) proof.Answer {
	answer.Replayed = true
	return answer
}

var histories = []struct {
	name  string
	sound bool
	calls []proof.Call
}{
	{"nothing", true, nil},
	{"paid, replayed, found", true, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Success, "a", 0)),
		at(2, 3, proof.VerbPay, 0, replayed(told(proof.Success, "a", 0))),
		at(4, 5, proof.VerbFind, 0, told(proof.Success, "a", 0))}},
	{"seen processing while the first request completes it", true, []proof.Call{
		at(0, 10, proof.VerbPay, 0, told(proof.Success, "a", 0)),
		at(2, 3, proof.VerbPay, 1, told(proof.Mismatch, "", 0)),
		at(4, 5, proof.VerbFind, 0, told(proof.Processing, "a", 0))}},
	{"a request without an answer takes effect later", true, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Unknown, "", 0)),
		at(2, 3, proof.VerbFind, 0, told(proof.NotFound, "", 0)),
		at(4, 5, proof.VerbPay, 1, told(proof.Mismatch, "", 0)),
		at(6, 7, proof.VerbPay, 0, replayed(told(proof.Success, "a", 0)))}},
	{"a request without an answer never takes effect", true, []proof.Call{
		at(0, 1, proof.VerbPay, 1, told(proof.Unknown, "", 0)),
		at(2, 3, proof.VerbPay, 0, told(proof.Success, "a", 0))}},

	{"two transaction ids", false, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Processing, "a", 0)),
		at(2, 3, proof.VerbPay, 0, told(proof.Success, "b", 0))}},
	{"two payments accepted", false, []proof.Call{
		at(0, 5, proof.VerbPay, 0, told(proof.Processing, "a", 0)),
		at(1, 4, proof.VerbPay, 1, told(proof.Processing, "a", 1))}},
	{"processing again after success", false, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Success, "a", 0)),
		at(2, 3, proof.VerbFind, 0, told(proof.Processing, "a", 0))}},
	{"not found after an acknowledgement", false, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Processing, "a", 0)),
		at(2, 3, proof.VerbFind, 0, told(proof.NotFound, "", 0))}},
	{"mismatch with nothing there", false, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Mismatch, "", 0))}},
	{"mismatch with the same payment", false, []proof.Call{
		at(0, 1, proof.VerbPay, 0, told(proof.Success, "a", 0)),
		at(2, 3, proof.VerbPay, 0, told(proof.Mismatch, "", 0))}},
	{"replayed with nothing there", false, []proof.Call{
		at(0, 1, proof.VerbPay, 0, replayed(told(proof.Success, "a", 0)))}},
	{"found before it was paid", false, []proof.Call{
		at(0, 1, proof.VerbFind, 0, told(proof.Processing, "a", 0)),
		at(2, 3, proof.VerbPay, 0, told(proof.Success, "a", 0))}},
}

func TestHistories(t *testing.T) {
	for _, test := range histories {
		t.Run(test.name, func(t *testing.T) {
			violations := proof.Check(proof.Evidence{Calls: test.calls}, searchTime)
			broken := slices.ContainsFunc(violations, func(v proof.Violation) bool { return v.Rule == proof.RuleHistory })
			if broken == test.sound {
				t.Errorf("history broken: %t; violations %v", broken, violations)
			}
		})
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// sound is a payment that was taken as promised.
func sound() proof.Evidence {
	paid := asked(1, 0)
	return proof.Evidence{
		Calls: []proof.Call{at(0, 1, proof.VerbPay, 0, told(proof.Success, "a", 0))},
		Records: []payment.Record{{Payment: paid, TransactionID: "a", Fingerprint: paid.Fingerprint(),
			Status: payment.StatusCompleted, CreatedAt: noon}},
		Posted: []ledger.Payment{{Posting: payment.Posting{PaymentID: paid.ID, TransactionID: "a", Money: paid.Money,
			Epoch: 1, AcceptedAt: noon}, PostedAt: noon}},
		Totals: []ledger.Total{{Money: payment.Money{Currency: paid.Money.Currency}, Entries: 2, Payments: 1}},
		Terms:  []proof.Term{{Epoch: 1, RaisedAt: noon.Add(-time.Hour)}, {Epoch: 2, RaisedAt: noon.Add(time.Hour)}},
	}
}

var tamperings = []struct {
	name   string
	tamper func(*proof.Evidence)
	want   []proof.Rule
}{
	{"nothing", func(*proof.Evidence) {}, nil},
	{"not in the ledger", func(e *proof.Evidence) { e.Posted = nil }, []proof.Rule{proof.RuleLost}},
	{"completed, never acknowledged, not in the ledger", func(e *proof.Evidence) { e.Posted, e.Calls = nil, nil }, []proof.Rule{proof.RuleLost}},
	{"in neither store", func(e *proof.Evidence) { e.Posted, e.Records = nil, nil }, []proof.Rule{proof.RuleRecorded, proof.RuleLost}},
	{"not in the journal", func(e *proof.Evidence) { e.Records = nil }, []proof.Rule{proof.RuleRecorded}},
	{"in the ledger only", func(e *proof.Evidence) { e.Records, e.Calls = nil, nil }, []proof.Rule{proof.RuleRecorded}},
	{"twice in the ledger", func(e *proof.Evidence) { e.Posted = append(e.Posted, e.Posted[0]) }, []proof.Rule{proof.RuleDoubled}},
	{"not balanced", func(e *proof.Evidence) { e.Totals[0].Money.MinorUnits = 1 }, []proof.Rule{proof.RuleBalance}},
	{"an entry too few", func(e *proof.Evidence) { e.Totals[0].Entries = 1 }, []proof.Rule{proof.RuleBalance}},
	{"another transaction in the ledger", func(e *proof.Evidence) { e.Posted[0].TransactionID = "b" }, []proof.Rule{proof.RuleTransaction}},
	{"another transaction in the journal", func(e *proof.Evidence) { e.Records[0].TransactionID = "b" }, []proof.Rule{proof.RuleTransaction}},
	{"another amount in the ledger", func(e *proof.Evidence) { e.Posted[0].Money.MinorUnits++ }, []proof.Rule{proof.RuleFingerprint}},
	{"another payment acknowledged", func(e *proof.Evidence) { e.Calls[0].Fingerprint = asked(1, 1).Fingerprint() }, []proof.Rule{proof.RuleFingerprint}},
	{"still pending", func(e *proof.Evidence) { e.Records[0].Status = payment.StatusProcessing }, []proof.Rule{proof.RuleSettled}},
	{"posted after its term", func(e *proof.Evidence) { e.Posted[0].PostedAt = e.Terms[1].RaisedAt }, []proof.Rule{proof.RuleFence}},
	{"posted before its term", func(e *proof.Evidence) { e.Posted[0].Epoch = 2 }, []proof.Rule{proof.RuleFence}},
	{"posted under no term", func(e *proof.Evidence) { e.Posted[0].Epoch = 7 }, []proof.Rule{proof.RuleFence}},
	{"an internal error", func(e *proof.Evidence) {
		e.Calls = append(e.Calls, at(2, 3, proof.VerbPay, 0, proof.Answer{Outcome: proof.Wrong}))
	}, []proof.Rule{proof.RuleAnswer}},
}

func TestEachRuleIsCheckedByItself(t *testing.T) {
	for _, test := range tamperings {
		t.Run(test.name, func(t *testing.T) {
			evidence := sound()
			test.tamper(&evidence)
			var got []proof.Rule
			for _, violation := range proof.Check(evidence, searchTime) {
				got = append(got, violation.Rule)
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if !slices.Equal(got, test.want) {
				t.Errorf("broken rules %v, want %v", got, test.want)
			}
		})
	}
}
