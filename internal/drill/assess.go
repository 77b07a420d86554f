package drill

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// Finished is a drill that is over: what it was, and what it left.
type Finished struct {
	// Scenario and Summary say what was done; Version is the program's.
	Scenario, Summary, Version string
	Expectations               verdict.Expectations

	// Receipts are the payers', read back from the disk.
	Receipts receipt.File
	// Before and After are the stores when the drill began, and when it had settled.
	Before, After check.Stores
	Events        []event.Event
	// Fault is when the fault was injected, End when nobody watched any more.
	Fault, End time.Time
	// OwnPrefix is set when others pay into the same stores (see check.Evidence).
	OwnPrefix string
	// Step is that of the timeline; 0 means a second.
	Step time.Duration

	Configuration []report.Setting
	Reproduce     []string
	Notes         []string
}

// Assess judges a finished drill. It is pure.
func Assess(drill Finished) (report.Report, error) {
	header, receipts := drill.Receipts.Header, drill.Receipts.Receipts
	if drill.Fault.Before(header.Began) || !drill.Fault.Before(drill.End) {
		return report.Report{}, fmt.Errorf("assess drill %s: the fault at %s is not between the load's begin %s and the end %s",
			header.Run, drill.Fault.Format(time.RFC3339Nano), header.Began.Format(time.RFC3339Nano), drill.End.Format(time.RFC3339Nano))
	}
	events := slices.Clone(drill.Events)
	event.Sort(events)
	window := outage.Window{Fault: drill.Fault, End: drill.End}
	kinds, payers := outage.Analyse(receipts, window)
	settlement := outage.Settle(receipts, drill.After.PostedAt(), window)
	judged := check.Judge(check.Evidence{
		Receipts: receipts, Before: drill.Before, After: drill.After, Fault: drill.Fault, OwnPrefix: drill.OwnPrefix,
	})
	seconds, err := timeline.Build(receipts, header.Began, drill.End, cmp.Or(drill.Step, time.Second))
	if err != nil {
		return report.Report{}, fmt.Errorf("assess drill %s: %w", header.Run, err)
	}
	result := report.Report{
		Schema: report.Schema, Scenario: drill.Scenario, Summary: drill.Summary, Version: drill.Version,
		Run: header.Run, Seed: header.Seed, Began: header.Began, Fault: drill.Fault, Ended: drill.End,
		Verdict: verdict.Judge(drill.Expectations, verdict.Measured{
			Window: window, Kinds: kinds, Settlement: settlement, Check: judged, Events: events,
		}),
		Milestones: report.Milestones(drill.Fault, events, kinds, settlement),
		Kinds:      kinds, Payers: payers, Settlement: settlement, Check: judged, Events: events, Timeline: seconds,
		Configuration: drill.Configuration, Reproduce: drill.Reproduce, Notes: drill.Notes, Torn: drill.Receipts.Torn,
	}
	for _, kind := range []receipt.PayerKind{receipt.DNS, receipt.Client} {
		if limit, ok := drill.Expectations.RTO[kind]; ok {
			result.Objectives = append(result.Objectives, report.Objective{Kind: kind, Limit: span.Span{Length: limit}})
		}
	}
	return result, nil
}
