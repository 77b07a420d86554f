package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Kind is a promise that can be broken; the package comment says which.
type Kind string

// The kinds of findings.
const (
	Lost       Kind = "lost"
	Doubled    Kind = "doubled"
	Mismatch   Kind = "mismatch"
	Unbalanced Kind = "unbalanced"
	Phantom    Kind = "phantom"
	Charged    Kind = "charged"
	Unsettled  Kind = "unsettled"
	Fence      Kind = "fence"
	History    Kind = "history"
	Corrupt    Kind = "corrupt"
)

// Kinds are all kinds, the worst first.
func Kinds() []Kind {
	return []Kind{Lost, Doubled, Mismatch, Unbalanced, Phantom, Charged, Unsettled, Fence, History, Corrupt}
}

// meanings are the kinds in words, for reports.
var meanings = map[Kind]string{
	Lost:       "acknowledged, and absent from ledger or journal",
	Doubled:    "posted twice, or two transactions acknowledged",
	Mismatch:   "payer, journal and ledger do not agree",
	Unbalanced: "entries that do not sum to zero or are incomplete",
	Phantom:    "in a store, and nobody asked for it",
	Charged:    "in the ledger, though only ever refused",
	Unsettled:  "in the journal, and not yet settled",
	Fence:      "posted outside its term of the lease",
	History:    "answers that no order of the requests explains",
	Corrupt:    "journal items that cannot be read",
}

// Meaning is the kind in words.
func (k Kind) Meaning() string { return meanings[k] }

// Finding is a broken promise. PaymentID is empty when it is about the books as a whole.
type Finding struct {
	Kind      Kind   `json:"kind"`
	PaymentID string `json:"payment_id,omitempty"`
	Detail    string `json:"detail"`
}

// String is for people.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s", f.Kind, cmp.Or(f.PaymentID, "ledger"), f.Detail)
}

// Count is how many payments a kind of finding is about; findings about the books count as one each.
type Count struct {
	Kind  Kind `json:"kind"`
	Count int  `json:"count"`
}

// Sum is an amount in one currency. Decimals are those of the currency.
type Sum struct {
	Currency   string `json:"currency"`
	MinorUnits int64  `json:"minor_units"`
	Decimals   int    `json:"decimals"`
}

// Group is a set of payments.
type Group struct {
	Payments int   `json:"payments"`
	Sums     []Sum `json:"sums,omitempty"`
	// IDs are the first of them.
	IDs []string `json:"first_ids,omitempty"`
}

// Replication is what a system would have lost that has the ledger's asynchronous replication and no journal.
type Replication struct {
	// Epoch is the first term that began after the fault; 0 when none did, and nothing of this can be told.
	Epoch int64 `json:"epoch"`
	// Lost were acknowledged as posted (200) before the fault and had to be posted again in the new term: the old ledger
	// had them, replication had not brought them, and the journal did.
	Lost Group `json:"lost"`
	// LostTime is the age of the oldest of them at the fault, the RPO of replication alone.
	LostTime span.Span `json:"lost_time"`
	// Waiting were acknowledged as processing (202) before the fault, and posted in the new term.
	Waiting Group `json:"waiting"`
	// Meanwhile were acknowledged after the fault and before the new term began: no ledger took them.
	Meanwhile Group `json:"meanwhile"`
}

// Result is the judgement.
type Result struct {
	// Counts has every kind, also those with nothing found.
	Counts   []Count   `json:"counts"`
	Findings []Finding `json:"findings,omitempty"`
	// Acknowledged payments, and their amounts; Posted are the drill's payments in the ledger, and theirs.
	Asked        int   `json:"asked"`
	Acknowledged Group `json:"acknowledged"`
	Posted       Group `json:"posted"`
	// Unanswered were posted, and their answer never arrived.
	Unanswered Group `json:"posted_answer_never_arrived"`
	// RPO is 0 when nothing acknowledged is lost, else from the first lost acknowledgement to the fault, or to the last
	// one lost if that came later.
	RPO         span.Span   `json:"rpo"`
	Replication Replication `json:"replication_alone"`
	// Earlier counts the ledger's payments of before the drill, which must all still be there; EarlierLost are not.
	Earlier     int `json:"earlier_payments"`
	EarlierLost int `json:"earlier_payments_lost"`
}

// Of is how many payments a kind of finding is about.
func (r Result) Of(kind Kind) int {
	for _, one := range r.Counts {
		if one.Kind == kind {
			return one.Count
		}
	}
	return 0
}

// Sound tells whether nothing was found.
func (r Result) Sound() bool { return len(r.Findings) == 0 }

// count fills in Counts.
func (r *Result) count() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds(), a.Kind), slices.Index(Kinds(), b.Kind)), cmp.Compare(a.PaymentID, b.PaymentID))
	})
	for _, kind := range Kinds() {
		about, books := map[string]bool{}, 0
		for _, one := range r.Findings {
			switch {
			case one.Kind != kind:
			case one.PaymentID == "":
				books++
			default:
				about[one.PaymentID] = true
			}
		}
		r.Counts = append(r.Counts, Count{Kind: kind, Count: len(about) + books})
	}
}
