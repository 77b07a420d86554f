package proof

import (
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Term is a term of the lease as the ledger knows it: in force from RaisedAt, by the ledger's clock, to the next one's.
type Term struct {
	Epoch    int64
	Region   string
	RaisedAt time.Time
}

// Evidence is everything there is to judge by. Read the stores after the sweeper found nothing pending any more.
type Evidence struct {
	Calls []Call
	// Records is the whole journal, Posted the whole ledger, Totals its trial balance, Terms its epochs, oldest first.
	Records []payment.Record
	Posted  []ledger.Payment
	Totals  []ledger.Total
	Terms   []Term
}

// Rule is a promise that can be broken.
type Rule string

// The rules; I1 to I4 are the design's invariants.
const (
	// RuleRecorded: what was acknowledged, or posted, is in the journal (I1).
	RuleRecorded Rule = "recorded"
	// RuleLost: what was acknowledged, or is completed in the journal, is in the ledger (I2).
	RuleLost Rule = "lost"
	// RuleDoubled: nothing is in the ledger twice (I2).
	RuleDoubled Rule = "doubled"
	// RuleBalance: the ledger sums to zero in each currency, two entries a payment (I2).
	RuleBalance Rule = "balance"
	// RuleTransaction: one transaction id for a payment id, in all answers, journal and ledger (I3).
	RuleTransaction Rule = "transaction"
	// RuleFingerprint: one payment is accepted for an id, in all answers, journal and ledger (I3).
	RuleFingerprint Rule = "fingerprint"
	// RuleFence: nothing is posted under a term that is over, or not yet begun (I4).
	RuleFence Rule = "fence"
	// RuleSettled: nothing is pending for ever.
	RuleSettled Rule = "settled"
	// RuleAnswer: no payer sees an internal error.
	RuleAnswer Rule = "answer"
	// RuleHistory: one correct service could have given all answers, in some order of the overlapping requests (I3).
	RuleHistory Rule = "history"
	// RuleUndecided: the search of RuleHistory took too long to say.
	RuleUndecided Rule = "undecided"
)

// Violation is a broken promise. PaymentID is empty when it is not about one payment.
type Violation struct {
	Rule      Rule
	PaymentID string
	Detail    string
}

// String is for people.
func (v Violation) String() string {
	return fmt.Sprintf("%s: payment %s: %s", v.Rule, v.PaymentID, v.Detail)
}
