package outage

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Totals count what payers of a kind asked and were answered.
type Totals struct {
	// Payments were asked for; Copies are deliberate second sendings of some of them.
	Payments int `json:"payments"`
	Copies   int `json:"copies"`
	// Attempts were made for both; Requests are the HTTP requests of them, as package client may make several.
	Attempts int `json:"attempts"`
	Requests int `json:"requests"`
	// Acknowledged payments were answered 200 or 202 to their own payer; of them Processing 202 the first time.
	Acknowledged int `json:"acknowledged"`
	Processing   int `json:"processing"`
	// ProcessingFor is from the first to the last answer 202 after the fault, of whichever payer and whether first or not.
	ProcessingFor span.Span `json:"processing_for"`
	// Unacknowledged payments were neither acknowledged nor refused nor contradicted.
	Unacknowledged int `json:"unacknowledged"`
	Refused        int `json:"refused"`
	Contradicted   int `json:"contradicted"`
	// Failed attempts, with the reasons.
	Failed  int     `json:"failed"`
	Classes []Class `json:"classes,omitempty"`
	// Latency is of all acknowledged payments, from when they were due; Before of those acknowledged before the fault.
	Latency Latency `json:"latency"`
	Before  Latency `json:"latency_before_fault"`
}

// Class is a reason of failed attempts.
type Class struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Latency is the distribution of a number of latencies.
type Latency struct {
	Count int64     `json:"count"`
	P50   span.Span `json:"p50"`
	P99   span.Span `json:"p99"`
	P999  span.Span `json:"p999"`
	Max   span.Span `json:"max"`
}

// total counts; receipts are in the order in which they were written.
func total(receipts []receipt.Receipt, window Window) Totals {
	var result Totals
	classes := map[string]int{}
	outcomes := map[string]receipt.Outcome{}
	all, before := payer.NewHistogram(), payer.NewHistogram()
	var first, last time.Time
	for _, one := range receipts {
		result.count(one)
		if one.Kind == receipt.Answered && one.Outcome == receipt.Processing && !one.Ended.Before(window.Fault) {
			if first.IsZero() || one.Ended.Before(first) {
				first = one.Ended
			}
			if one.Ended.After(last) {
				last = one.Ended
			}
		}
		if one.Failed() {
			classes[one.Class]++
		}
		if one.Copy || outcomes[one.ID].Acknowledges() {
			continue
		}
		outcomes[one.ID] = one.Outcome
		if one.Acknowledged() {
			payer.Record(all, one.Ended.Sub(one.Due))
			if one.Ended.Before(window.Fault) {
				payer.Record(before, one.Ended.Sub(one.Due))
			}
		}
	}
	result.Payments, result.ProcessingFor = len(outcomes), span.Span{Length: last.Sub(first)}
	for _, outcome := range outcomes {
		switch outcome {
		case receipt.Success:
			result.Acknowledged++
		case receipt.Processing:
			result.Acknowledged++
			result.Processing++
		case receipt.Refused:
			result.Refused++
		case receipt.Contradicted:
			result.Contradicted++
		default:
			result.Unacknowledged++
		}
	}
	result.Classes, result.Latency, result.Before = sorted(classes), latency(all), latency(before)
	return result
}

// count notes what concerns one receipt alone.
func (t *Totals) count(one receipt.Receipt) {
	switch {
	case one.Kind == receipt.Asked && one.Copy:
		t.Copies++
	case one.Kind == receipt.Answered:
		t.Attempts++
		t.Requests += one.Requests
		if one.Failed() {
			t.Failed++
		}
	}
}

func latency(of *hdrhistogram.Histogram) Latency {
	at := func(percent float64) span.Span {
		return span.Span{Length: time.Duration(of.ValueAtPercentile(percent)) * time.Microsecond}
	}
	if of.TotalCount() == 0 {
		return Latency{}
	}
	return Latency{Count: of.TotalCount(), P50: at(50), P99: at(99), P999: at(99.9), Max: at(100)}
}

// sorted gives the most frequent first; those of one count by name.
func sorted(counts map[string]int) []Class {
	var classes []Class
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		classes = append(classes, Class{Name: name, Count: counts[name]})
	}
	slices.SortStableFunc(classes, func(a, b Class) int { return cmp.Compare(b.Count, a.Count) })
	return classes
}

func mostFrequent(counts map[string]int) string {
	if classes := sorted(counts); len(classes) > 0 {
		return classes[0].Name
	}
	return ""
}
