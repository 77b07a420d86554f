package check

import (
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// Item is a payment in the journal.
type Item struct {
	PaymentID     string
	TransactionID string
	Amount        string
	MinorUnits    int64
	Currency      string
	Region        string
	Epoch         int64
	CreatedAt     time.Time
	// Completed items are said to be in the ledger.
	Completed bool
	// Fault says why the item could not be read; only PaymentID is set then.
	Fault string
}

// Payment is a payment in the ledger.
type Payment struct {
	PaymentID     string
	TransactionID string
	MinorUnits    int64
	Currency      string
	// Region accepted it, Epoch is the term under which it was posted.
	Region     string
	Epoch      int64
	AcceptedAt time.Time
	PostedAt   time.Time
}

// Entry is one line of a transaction; debits are positive.
type Entry struct {
	TransactionID string
	Account       string
	MinorUnits    int64
	Currency      string
}

// Epoch is a term of the lease that the ledger has seen.
type Epoch struct {
	Number   int64
	Region   string
	RaisedAt time.Time
}

// Stores are the journal and the ledger at one time. Epochs are sorted.
type Stores struct {
	Items    []Item
	Payments []Payment
	Entries  []Entry
	Epochs   []Epoch
}

// PostedAt is when each payment was posted, by payment id.
func (s Stores) PostedAt() map[string]time.Time {
	posted := make(map[string]time.Time, len(s.Payments))
	for _, one := range s.Payments {
		if known, ok := posted[one.PaymentID]; !ok || one.PostedAt.Before(known) {
			posted[one.PaymentID] = one.PostedAt
		}
	}
	return posted
}

// Evidence is everything there is to judge by.
type Evidence struct {
	Receipts []receipt.Receipt
	// Before is what the stores had when the drill began, After what they have when it has settled.
	Before, After Stores
	// Fault is when the fault was injected; zero means that there was none.
	Fault time.Time
	// OwnPrefix is set when others pay into the same stores: payment ids that do not begin with it are theirs, and no
	// phantoms.
	OwnPrefix string
	// SearchTime bounds the search for each payment's history; 0 means DefaultSearchTime.
	SearchTime time.Duration
}

// DefaultSearchTime is far more than the history of a few requests takes.
const DefaultSearchTime = 10 * time.Second

// Behind counts the acknowledged payments that the ledger does not have, and the items of the journal, of ids that begin
// with a prefix, that are not completed. A drill has settled when it is 0.
func Behind(receipts []receipt.Receipt, now Stores, prefix string) int {
	posted, behind := now.PostedAt(), map[string]bool{}
	for _, one := range receipts {
		if _, ok := posted[one.ID]; one.Acknowledged() && !ok {
			behind[one.ID] = true
		}
	}
	for _, item := range now.Items {
		if !item.Completed && strings.HasPrefix(item.PaymentID, prefix) {
			behind[item.PaymentID] = true
		}
	}
	return len(behind)
}
