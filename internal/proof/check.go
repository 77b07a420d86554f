package proof

import (
	"maps"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Check judges the evidence. No violation means that every promise was kept. timeout bounds the search for one payment
// id's order. Violations are sorted by payment id, those of no payment first.
func Check(evidence Evidence, timeout time.Duration) []Violation {
	found := checkTotals(evidence.Totals)
	found = append(found, CheckTerms(evidence.Posted, evidence.Terms)...)
	cases := gather(evidence)
	for _, id := range slices.Sorted(maps.Keys(cases)) {
		found = append(found, cases[id].check(timeout)...)
	}
	return found
}

// paymentCase is all that is known of one payment id.
type paymentCase struct {
	id      string
	calls   []Call
	records []payment.Record
	posted  []ledger.Payment
}

func gather(evidence Evidence) map[string]*paymentCase {
	cases := map[string]*paymentCase{}
	of := func(id string) *paymentCase {
		if cases[id] == nil {
			cases[id] = &paymentCase{id: id}
		}
		return cases[id]
	}
	for _, call := range evidence.Calls {
		of(call.PaymentID).calls = append(of(call.PaymentID).calls, call)
	}
	for _, record := range evidence.Records {
		of(record.ID).records = append(of(record.ID).records, record)
	}
	for _, posted := range evidence.Posted {
		of(posted.PaymentID).posted = append(of(posted.PaymentID).posted, posted)
	}
	return cases
}

// check applies every rule about one payment id.
func (c *paymentCase) check(timeout time.Duration) []Violation {
	return slices.Concat(c.checkStores(), c.checkIdentity(), c.checkAnswers(), c.checkHistory(timeout))
}

// CheckHistories is RuleHistory alone: it looks for an order in which one correct service could have given all answers
// of each payment id. Fingerprints need only be equal where what was asked is.
func CheckHistories(calls []Call, timeout time.Duration) []Violation {
	var found []Violation
	cases := gather(Evidence{Calls: calls})
	for _, id := range slices.Sorted(maps.Keys(cases)) {
		found = append(found, cases[id].checkHistory(timeout)...)
	}
	return found
}

func (c *paymentCase) checkHistory(timeout time.Duration) []Violation {
	switch linearizable(c.calls, timeout) {
	case porcupine.Illegal:
		return []Violation{c.violation(RuleHistory, "no order of its %d calls explains their answers: %s", len(c.calls), c.story())}
	case porcupine.Unknown:
		return []Violation{c.violation(RuleUndecided, "no verdict on %d calls within %v", len(c.calls), timeout)}
	}
	return nil
}

// acknowledged tells whether a payer was told that the payment is taken.
func (c *paymentCase) acknowledged() bool {
	return slices.ContainsFunc(c.calls, func(call Call) bool { return call.Answer.acknowledges() })
}
