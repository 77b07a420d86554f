package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

func (c *paymentCase) violation(rule Rule, format string, arguments ...any) Violation {
	return Violation{Rule: rule, PaymentID: c.id, Detail: fmt.Sprintf(format, arguments...)}
}

// checkStores holds journal and ledger against each other and against the acknowledgements.
func (c *paymentCase) checkStores() []Violation {
	var found []Violation
	if len(c.records) == 0 && (c.acknowledged() || len(c.posted) > 0) {
		found = append(found, c.violation(RuleRecorded, "not in the journal; acknowledged: %t, in the ledger: %d times",
			c.acknowledged(), len(c.posted)))
	}
	if len(c.posted) == 0 && c.acknowledged() {
		found = append(found, c.violation(RuleLost, "acknowledged, and not in the ledger"))
	}
	if len(c.posted) > 1 {
		found = append(found, c.violation(RuleDoubled, "%d times in the ledger", len(c.posted)))
	}
	for _, record := range c.records {
		switch {
		case record.Status != payment.StatusCompleted:
			found = append(found, c.violation(RuleSettled, "transaction %s is still %s", record.TransactionID, record.Status))
		case len(c.posted) == 0 && !c.acknowledged():
			found = append(found, c.violation(RuleLost, "completed in the journal, and not in the ledger"))
		}
	}
	return found
}

// checkIdentity holds that the id has one transaction and one content wherever it is named.
func (c *paymentCase) checkIdentity() []Violation {
	transactions, fingerprints := map[string]bool{}, map[string]bool{}
	for _, call := range c.calls {
		if call.Answer.acknowledges() {
			transactions[call.Answer.TransactionID], fingerprints[call.Answer.Fingerprint] = true, true
		}
	}
	for _, record := range c.records {
		transactions[record.TransactionID], fingerprints[record.Fingerprint] = true, true
	}
	for _, posted := range c.posted {
		transactions[posted.TransactionID] = true
		fingerprints[payment.Payment{ID: posted.PaymentID, Money: posted.Money}.Fingerprint()] = true
	}
	var found []Violation
	if len(transactions) > 1 {
		found = append(found, c.violation(RuleTransaction, "has %s", list(transactions)))
	}
	if len(fingerprints) > 1 {
		found = append(found, c.violation(RuleFingerprint, "has %s", list(fingerprints)))
	}
	return found
}

// checkAnswers looks at each answer by itself.
func (c *paymentCase) checkAnswers() []Violation {
	var found []Violation
	for _, call := range c.calls {
		switch {
		case call.Answer.Outcome == Wrong:
			found = append(found, c.violation(RuleAnswer, "call %s was answered %s", call.Name, call.Answer.Detail))
		case call.Verb == VerbPay && call.Answer.acknowledges() && call.Answer.Fingerprint != call.Fingerprint:
			found = append(found, c.violation(RuleFingerprint, "call %s asked for %s and %s was acknowledged",
				call.Name, call.Fingerprint, call.Answer.Fingerprint))
		}
	}
	return found
}

// storyLength bounds story, as a history may have a hundred calls.
const storyLength = 60

// story is the first calls with a definite answer, for people.
func (c *paymentCase) story() string {
	var lines []string
	for _, call := range c.calls {
		if call.Answer.Outcome == Unknown {
			continue
		}
		if len(lines) == storyLength {
			lines = append(lines, "...")
			break
		}
		lines = append(lines, fmt.Sprintf("[%v..%v] %s %s %.8s -> %s %s", call.Started, call.Ended, call.Name, call.Verb,
			call.Fingerprint, call.Answer.Outcome, call.Answer.TransactionID))
	}
	return strings.Join(lines, "; ")
}

// checkTotals holds invariant I2 for the ledger as a whole.
func checkTotals(totals []ledger.Total) []Violation {
	var found []Violation
	for _, total := range totals {
		if total.Money.MinorUnits != 0 || total.Entries != 2*total.Payments {
			found = append(found, Violation{Rule: RuleBalance, Detail: fmt.Sprintf("%s: %d minor units too many, %d entries of %d payments",
				total.Money.Currency, total.Money.MinorUnits, total.Entries, total.Payments)})
		}
	}
	return found
}

// CheckTerms is RuleFence alone: each payment was posted while its epoch was in force. All times are the ledger's, and the
// terms are sorted, oldest first.
func CheckTerms(all []ledger.Payment, terms []Term) []Violation {
	var found []Violation
	for _, posted := range all {
		place := slices.IndexFunc(terms, func(term Term) bool { return term.Epoch == posted.Epoch })
		var why string
		switch {
		case place < 0:
			why = "which the ledger does not know"
		case posted.PostedAt.Before(terms[place].RaisedAt):
			why = fmt.Sprintf("which began at %v", terms[place].RaisedAt)
		case place+1 < len(terms) && !posted.PostedAt.Before(terms[place+1].RaisedAt):
			why = fmt.Sprintf("which was over at %v", terms[place+1].RaisedAt)
		default:
			continue
		}
		found = append(found, Violation{Rule: RuleFence, PaymentID: posted.PaymentID,
			Detail: fmt.Sprintf("posted at %v under epoch %d, %s", posted.PostedAt, posted.Epoch, why)})
	}
	return found
}

func list(set map[string]bool) string { return strings.Join(slices.Sorted(maps.Keys(set)), ", ") }
