// Package verdict says whether a drill went as its scenario expects.
//
// Some expectations no scenario can waive: payments were acknowledged before and after the fault, so that something was
// measured; nothing is lost or doubled, nor found otherwise by the check; every payment was acknowledged in the end; and
// the ledger caught up. The others are the scenario's: how long payers may be cut off, and what must or must not happen.
package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Happening is an event that a scenario is about. The first at or after the fault counts.
type Happening struct {
	Kind event.Kind
	// Region and Detail narrow it down when they are set; Detail is a part of the event's.
	Region, Detail string
	// Within bounds an event that must happen, from the fault; 0 means by the end.
	Within time.Duration
}

// Matches tells whether an event is the one, whenever it happened.
func (h Happening) Matches(one event.Event) bool {
	return one.Kind == h.Kind && (h.Region == "" || one.Region == h.Region) && strings.Contains(one.Detail, h.Detail)
}

// String names the event in words.
func (h Happening) String() string {
	text := h.Kind.Label()
	if h.Detail != "" {
		text += " (" + h.Detail + ")"
	}
	if h.Region != "" {
		text += " in " + h.Region
	}
	return text
}

// NoFailover is what must not happen where the active Region stays the active one.
func NoFailover() []Happening {
	return []Happening{{Kind: event.LeaseClaimed}, {Kind: event.PromoteCalled}}
}

// Failover is what must happen where a Region takes over.
func Failover(region string) []Happening {
	return []Happening{
		{Kind: event.LeaseClaimed, Region: region}, {Kind: event.LedgerWritable, Region: region}, {Kind: event.TermActive, Region: region},
	}
}

// Expectations are a scenario's. A nil limit is not judged.
type Expectations struct {
	// RTO bounds, by kind of payer, the RTO of every payer and every further interruption.
	RTO map[receipt.PayerKind]time.Duration
	// Processing bounds, by kind of payer, the time from the first to the last answer 202 after the fault.
	Processing map[receipt.PayerKind]time.Duration
	// NoFailures are the kinds of payers whose every attempt must be acknowledged.
	NoFailures []receipt.PayerKind
	// RPO is 0 for a system that loses nothing.
	RPO time.Duration
	// Settle bounds the time from the fault until the ledger has everything acknowledged; 0 means by the end.
	Settle time.Duration
	// Must and MustNot are events.
	Must, MustNot []Happening
}

// Measured is what the drill showed.
type Measured struct {
	Window     outage.Window
	Kinds      []outage.Kind
	Settlement outage.Settlement
	Check      check.Result
	// Events are sorted.
	Events []event.Event
}

// Line is one expectation.
type Line struct {
	What     string `json:"what"`
	Expected string `json:"expected"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
}

// Verdict is met when every line is.
type Verdict struct {
	Met   bool   `json:"met"`
	Lines []Line `json:"lines"`
}

// Judge compares. It is pure.
func Judge(expected Expectations, measured Measured) Verdict {
	v := Verdict{Met: true}
	for _, kind := range []receipt.PayerKind{receipt.DNS, receipt.Client} {
		v.judgeKind(kind, expected, measured)
	}
	if len(measured.Kinds) == 0 {
		v.add("payments", "some", "none", false)
	}
	found := measured.Check
	v.add("RPO", atMost(expected.RPO), found.RPO.String(), found.RPO.Within(expected.RPO))
	v.add("acknowledged payments lost", "0", of(found.Of(check.Lost), found.Acknowledged.Payments), found.Of(check.Lost) == 0)
	v.add("payments doubled", "0", of(found.Of(check.Doubled), found.Posted.Payments), found.Of(check.Doubled) == 0)
	v.addOtherFindings(found)
	v.addSettled(expected, measured.Settlement)
	for _, one := range expected.Must {
		v.addMust(one, measured)
	}
	for _, one := range expected.MustNot {
		v.addMustNot(one, measured)
	}
	return v
}

func (v *Verdict) add(what, expected, measured string, met bool) {
	v.Lines = append(v.Lines, Line{What: what, Expected: expected, Measured: measured, Met: met})
	v.Met = v.Met && met
}

func of(some, all int) string { return span.Count(some) + " of " + span.Count(all) }

func atMost(limit time.Duration) string {
	if limit == 0 {
		return "0 s"
	}
	return "at most " + span.Text(limit)
}

// Words names a kind of payers.
func Words(kind receipt.PayerKind) string {
	if kind == receipt.DNS {
		return "payers who follow DNS"
	}
	return "payers with client/"
}

func (v *Verdict) judgeKind(kind receipt.PayerKind, expected Expectations, measured Measured) {
	limit, limited := expected.RTO[kind]
	var seen *outage.Kind
	for i := range measured.Kinds {
		if measured.Kinds[i].Kind == kind {
			seen = &measured.Kinds[i]
		}
	}
	if seen == nil {
		if limited {
			v.add("RTO, "+Words(kind), atMost(limit), "there were no such payers", false)
		}
		return
	}
	totals := seen.Totals
	before, after := totals.Before.Count, totals.Latency.Count-totals.Before.Count
	v.add("measured, "+Words(kind), "paid before and after the fault", span.Count(int(before))+" before, "+span.Count(int(after))+" after", before > 0 && after > 0)
	if limited {
		v.add("RTO, "+Words(kind), atMost(limit), fmt.Sprintf("%v (p99 %v, %d payers)", seen.RTO.Max, seen.RTO.P99, seen.Payers), seen.RTO.Max.Within(limit))
		if len(seen.Further) > 0 {
			longest := seen.Further[0]
			v.add("further interruptions, "+Words(kind), atMost(limit)+" each",
				fmt.Sprintf("%d, the longest %v of %s (%s)", len(seen.Further), longest.Span, longest.Payer, longest.Class), longest.Span.Within(limit))
		}
	}
	if limit, limited := expected.Processing[kind]; limited {
		v.add("answers 202, "+Words(kind), atMost(limit), totals.ProcessingFor.String(), totals.ProcessingFor.Within(limit))
	}
	if slices.Contains(expected.NoFailures, kind) {
		v.add("failed attempts, "+Words(kind), "0", of(totals.Failed, totals.Attempts), totals.Failed == 0)
	}
	unanswered := totals.Unacknowledged + totals.Refused + totals.Contradicted
	v.add("not acknowledged, "+Words(kind), "0", of(unanswered, totals.Payments), unanswered == 0)
}

// addOtherFindings is one line for all that the check finds beside lost and doubled.
func (v *Verdict) addOtherFindings(found check.Result) {
	var others []string
	for _, kind := range check.Kinds() {
		if count := found.Of(kind); count > 0 && kind != check.Lost && kind != check.Doubled {
			others = append(others, fmt.Sprintf("%s %d", kind, count))
		}
	}
	measured := "nothing"
	if len(others) > 0 {
		measured = strings.Join(others, ", ")
	}
	v.add("other findings in journal and ledger", "nothing", measured, len(others) == 0)
}

func (v *Verdict) addSettled(expected Expectations, settlement outage.Settlement) {
	limit := "by the end"
	met := !settlement.Settled.Open
	if expected.Settle > 0 {
		limit, met = atMost(expected.Settle), settlement.Settled.Within(expected.Settle)
	}
	measured := fmt.Sprintf("%v (%s waited, %s at once)", settlement.Settled, span.Count(settlement.Behind), span.Count(settlement.Most))
	if settlement.Behind == 0 {
		measured = "always there"
	}
	v.add("acknowledged payments in the ledger", limit, measured, met)
}

func (v *Verdict) addMust(one Happening, measured Measured) {
	limit := "by the end"
	if one.Within > 0 {
		limit = "within " + span.Text(one.Within)
	}
	for _, seen := range measured.Events {
		if one.Matches(seen) && !seen.At.Before(measured.Window.Fault) {
			after := seen.At.Sub(measured.Window.Fault)
			v.add(one.String(), limit, "after "+span.Text(after), one.Within == 0 || after <= one.Within)
			return
		}
	}
	v.add(one.String(), limit, "did not happen", false)
}

func (v *Verdict) addMustNot(one Happening, measured Measured) {
	for _, seen := range measured.Events {
		if one.Matches(seen) && !seen.At.Before(measured.Window.Fault) {
			v.add(one.String(), "must not happen", "after "+span.Text(seen.At.Sub(measured.Window.Fault)), false)
			return
		}
	}
	v.add(one.String(), "must not happen", "did not happen", true)
}
