package report

import (
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report/chart"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// SVG is the timeline alone, as a picture for a document.
func (r Report) SVG() string {
	marks := chart.Marks(r.Events)
	if r.Settlement.Behind > 0 && !r.Settlement.Settled.Open {
		marks = append(marks, chart.Mark{At: r.Fault.Add(r.Settlement.Settled.Length), Label: "all in the ledger"})
	}
	options := chart.Options{
		Title: "Timeline of drill " + r.Scenario + ": payments acknowledged per second by Region, failed attempts, and time to acknowledgement",
		Fault: r.Fault, Marks: marks, Panels: map[receipt.PayerKind]chart.Panel{},
	}
	for _, kind := range r.Kinds {
		title := []rune(verdict.Words(kind.Kind))
		title[0] -= 'a' - 'A'
		options.Panels[kind.Kind] = chart.Panel{Title: string(title), RTO: kind.RTO.Max, Objective: r.objective(kind.Kind)}
	}
	return chart.SVG(r.Timeline, options)
}
