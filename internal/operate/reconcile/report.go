// Package reconcile compares the journal with the ledgers: the active Region's, the standby's, and one that was restored
// from a snapshot of a lost primary. Comparing is pure; reading and repairing are beside it.
//
// The journal says what was acknowledged, so it is the measure. A payment that a ledger lacks can be posted again; what a
// ledger has beyond the journal, or otherwise than it, is for people.
package reconcile

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Role is what a ledger is to the system.
type Role string

// The roles.
const (
	Active   Role = "active"   // must have every payment
	Standby  Role = "standby"  // must have every payment that was posted a while ago
	Restored Role = "restored" // may lack any, and must have nothing that the journal has not
)

// Kind is what is wrong with a payment.
type Kind string

// The kinds.
const (
	Missing  Kind = "missing"  // acknowledged, and not in the ledger
	Extra    Kind = "extra"    // in the ledger, and not in the journal
	Mismatch Kind = "mismatch" // in both, and not the same
	Corrupt  Kind = "corrupt"  // in the journal, and cannot be read
)

// Finding is one payment with something wrong.
type Finding struct {
	Kind      Kind   `json:"kind"`
	PaymentID string `json:"paymentId"`
	// Ledger names the ledger that it is about; empty for a corrupt record.
	Ledger string `json:"ledger,omitempty"`
	// Detail has the values that differ, or what is known of the payment.
	Detail     string         `json:"detail"`
	Status     payment.Status `json:"status,omitempty"` // in the journal
	AcceptedAt time.Time      `json:"acceptedAt,omitzero"`
	// Repaired: it has been posted by this run.
	Repaired bool `json:"repaired"`
}

// Tally is one ledger's result.
type Tally struct {
	Name    string `json:"name"`
	Region  string `json:"region"`
	Cluster string `json:"cluster"`
	Role    Role   `json:"role"`
	// Problem says why it was not compared.
	Problem string `json:"problem,omitempty"`
	// Same are payments that are in both, and equal.
	Same     int `json:"same"`
	Missing  int `json:"missing"`
	Extra    int `json:"extra"`
	Mismatch int `json:"mismatch"`
	// Excused are payments that it may lack: young ones that are being posted, those on their way to a standby, and those
	// after a restored one's end.
	Excused int `json:"excused"`
}

// Report is everything.
type Report struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Payments int       `json:"payments"` // in the journal
	Ledgers  []Tally   `json:"ledgers"`
	Findings []Finding `json:"findings"`
}

// Open counts the findings that this run has not repaired.
func (r Report) Open() int {
	open := 0
	for _, finding := range r.Findings {
		if !finding.Repaired {
			open++
		}
	}
	return open
}
