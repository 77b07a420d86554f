package report

import (
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Milestone is a point that the drill reached, so long after the fault.
type Milestone struct {
	What  string    `json:"what"`
	After span.Span `json:"after"`
}

// milestoneKinds are the events whose first occurrence after the fault is a milestone.
var milestoneKinds = []event.Kind{
	event.HealthChanged, event.DNSChanged, event.LeaseReleased, event.LeaseClaimed, event.PromoteCalled, event.LedgerWritable, event.TermActive,
}

// Milestones are what events, payers and ledger say of the way back, in the order of time. Events must be sorted.
func Milestones(fault time.Time, events []event.Event, kinds []outage.Kind, settlement outage.Settlement) []Milestone {
	var found []Milestone
	for _, kind := range milestoneKinds {
		if one, ok := event.First(events, kind, fault); ok {
			what := one.Label()
			if one.Region != "" {
				what += ", " + one.Region
			}
			found = append(found, Milestone{What: what, After: span.Span{Length: one.At.Sub(fault)}})
		}
	}
	for _, kind := range kinds {
		switch {
		case kind.Interrupted == 0 && kind.Kind == receipt.DNS:
		case kind.Kind == receipt.DNS:
			if kind.Followed.Count > 0 {
				found = append(found, Milestone{What: "last DNS payer follows", After: kind.Followed.Max})
			}
			found = append(found, Milestone{What: "every DNS payer is acknowledged again", After: kind.RTO.Max})
		}
	}
	if settlement.Behind > 0 {
		found = append(found, Milestone{What: "everything acknowledged is in the ledger", After: settlement.Settled})
	}
	slices.SortStableFunc(found, func(a, b Milestone) int { return span.Compare(a.After, b.After) })
	return found
}
