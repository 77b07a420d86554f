package outage

import (
	"cmp"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Settlement is how the ledger caught up with what payers had been told.
type Settlement struct {
	// Behind counts the payments that were acknowledged and, after the fault, not in the ledger for a while; Most is the
	// most of them at one moment.
	Behind int `json:"behind"`
	Most   int `json:"most"`
	// Settled is from the fault until the last of them was in the ledger. It is 0 when there were none, and open when
	// one never was.
	Settled span.Span `json:"settled"`
}

// FirstAcknowledged gives the first acknowledgement of each payment id, of copies as well: who has one may rely on it.
func FirstAcknowledged(receipts []receipt.Receipt) map[string]receipt.Receipt {
	first := map[string]receipt.Receipt{}
	for _, one := range receipts {
		if known, ok := first[one.ID]; one.Acknowledged() && (!ok || one.Ended.Before(known.Ended)) {
			first[one.ID] = one
		}
	}
	return first
}

// Settle compares acknowledgements with the times at which the ledger says that it posted. The clocks are those of the
// payers and of the ledger's server: on one machine they are one.
func Settle(receipts []receipt.Receipt, posted map[string]time.Time, window Window) Settlement {
	type change struct {
		at    time.Time
		delta int
	}
	var result Settlement
	var changes []change
	for id, acknowledged := range FirstAcknowledged(receipts) {
		from := acknowledged.Ended
		if from.Before(window.Fault) {
			from = window.Fault
		}
		at, ok := posted[id]
		if ok && !at.After(from) {
			continue
		}
		result.Behind++
		changes = append(changes, change{from, 1})
		behind := span.Span{Length: at.Sub(window.Fault)}
		if ok {
			changes = append(changes, change{at, -1})
		} else {
			behind = span.Span{Length: window.End.Sub(window.Fault), Open: true}
		}
		if span.Compare(behind, result.Settled) > 0 {
			result.Settled = behind
		}
	}
	// At one moment those that come count before those that go.
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(b.delta, a.delta)) })
	now := 0
	for _, one := range changes {
		now += one.delta
		result.Most = max(result.Most, now)
	}
	return result
}
