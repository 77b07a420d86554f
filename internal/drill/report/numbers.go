package report

import (
	"fmt"
	"strings"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// State says how a number is to be read.
type State string

// The states of a number. Plain ones have no bound.
const (
	Good  State = "good"
	Bad   State = "bad"
	Plain State = "plain"
)

// Number is one of the few that people look for first.
type Number struct {
	Label, Value, Note string
	State              State
}

// Numbers are the headline's.
func (r Report) Numbers() []Number {
	var numbers []Number
	for _, kind := range r.Kinds {
		numbers = append(numbers, r.rto(kind))
	}
	lost, doubled := r.Check.Of(check.Lost), r.Check.Of(check.Doubled)
	numbers = append(numbers,
		Number{"RPO", r.Check.RPO.String(), "acknowledged payments", state(lost == 0)},
		Number{"Lost", span.Count(lost), "of " + span.Count(r.Check.Acknowledged.Payments) + " acknowledged", state(lost == 0)},
		Number{"Doubled", span.Count(doubled), "of " + span.Count(r.Check.Posted.Payments) + " posted", state(doubled == 0)})
	if one, ok := event.First(r.Events, event.LedgerWritable, r.Fault); ok {
		numbers = append(numbers, Number{"Ledger writable", span.Text(one.At.Sub(r.Fault)), "in " + one.Region, Plain})
	}
	if r.Settlement.Behind > 0 {
		numbers = append(numbers, Number{"Settled", r.Settlement.Settled.String(), span.Count(r.Settlement.Behind) + " payments waited", state(!r.Settlement.Settled.Open)})
	}
	return numbers
}

func (r Report) rto(kind outage.Kind) Number {
	number := Number{Label: "RTO, DNS payers", Value: kind.RTO.Max.String(), State: Plain}
	if kind.Kind == receipt.Client {
		number.Label = "RTO, client/ payers"
	}
	number.Note = fmt.Sprintf("of %d payers", kind.Payers)
	if limit := r.objective(kind.Kind); limit > 0 {
		number.Note = "objective " + span.Text(limit)
		number.State = state(kind.RTO.Max.Within(limit))
	}
	return number
}

func state(good bool) State {
	if good {
		return Good
	}
	return Bad
}

// Amounts are sums for people: 1,234.50 USD, 18 JPY.
func Amounts(sums []check.Sum) string {
	if len(sums) == 0 {
		return "nothing"
	}
	var texts []string
	for _, one := range sums {
		scale := 1
		for range one.Decimals {
			scale *= 10
		}
		text := span.Count(int(one.MinorUnits) / scale)
		if one.Decimals > 0 {
			text += fmt.Sprintf(".%0*d", one.Decimals, int(one.MinorUnits)%scale)
		}
		texts = append(texts, text+" "+one.Currency)
	}
	return strings.Join(texts, ", ")
}

// ReplicationSentence says what would be lost without the journal.
func (r Report) ReplicationSentence() string {
	alone := r.Check.Replication
	switch {
	case alone.Epoch == 0:
		return "No new term of the ledger began after the fault, so nothing was posted again."
	case alone.Lost.Payments == 0:
		return "The ledger's replication had brought everything that payers had been told was posted; the journal had nothing to restore."
	}
	return fmt.Sprintf("The ledger's replication alone would have lost %s payments (%s) that payers had been told were posted, the oldest %s before the fault. "+
		"The journal had them, and they were posted again in epoch %d.",
		span.Count(alone.Lost.Payments), Amounts(alone.Lost.Sums), alone.LostTime, alone.Epoch)
}

// replicationRows are the groups behind the sentence.
func (r Report) replicationRows() [][]string {
	alone := r.Check.Replication
	if alone.Epoch == 0 {
		return nil
	}
	return [][]string{
		{"told as posted (200) before the fault, and posted again from the journal", span.Count(alone.Lost.Payments), Amounts(alone.Lost.Sums)},
		{"told as processing (202) before the fault, and posted in the new term", span.Count(alone.Waiting.Payments), Amounts(alone.Waiting.Sums)},
		{"acknowledged after the fault, before any ledger was writable", span.Count(alone.Meanwhile.Payments), Amounts(alone.Meanwhile.Sums)},
	}
}

// payerRows are the totals of the kinds, a column each, for text and page.
func (r Report) payerRows() (header []string, rows [][]string) {
	header = []string{""}
	for _, kind := range r.Kinds {
		header = append(header, verdict.Words(kind.Kind))
	}
	row := func(what string, of func(outage.Kind) string) {
		cells := []string{what}
		for _, kind := range r.Kinds {
			cells = append(cells, of(kind))
		}
		rows = append(rows, cells)
	}
	quantiles := func(q span.Quantiles) string { return fmt.Sprintf("%v / %v / %v", q.P50, q.P99, q.Max) }
	latency := func(l outage.Latency) string {
		if l.Count == 0 {
			return "none"
		}
		return fmt.Sprintf("%v / %v / %v", l.P50, l.P99, l.Max)
	}
	row("payers", func(k outage.Kind) string { return span.Count(k.Payers) })
	row("saw a failure after the fault", func(k outage.Kind) string { return span.Count(k.Interrupted) })
	row("RTO: median / p99 / longest", func(k outage.Kind) string { return quantiles(k.RTO) })
	row("longest wait of a payment: median / p99 / longest payer", func(k outage.Kind) string { return quantiles(k.LongestWait) })
	row("further interruptions", func(k outage.Kind) string { return span.Count(len(k.Further)) })
	row("payments", func(k outage.Kind) string { return span.Count(k.Totals.Payments) })
	row("acknowledged", func(k outage.Kind) string { return span.Count(k.Totals.Acknowledged) })
	row("of them first as processing (202)", func(k outage.Kind) string { return span.Count(k.Totals.Processing) })
	row("from the first to the last 202 after the fault", func(k outage.Kind) string { return k.Totals.ProcessingFor.String() })
	row("not acknowledged", func(k outage.Kind) string {
		return span.Count(k.Totals.Unacknowledged + k.Totals.Refused + k.Totals.Contradicted)
	})
	row("deliberate second sendings", func(k outage.Kind) string { return span.Count(k.Totals.Copies) })
	row("attempts / HTTP requests", func(k outage.Kind) string {
		return span.Count(k.Totals.Attempts) + " / " + span.Count(k.Totals.Requests)
	})
	row("failed attempts", func(k outage.Kind) string { return span.Count(k.Totals.Failed) + classes(k.Totals.Classes) })
	row("time to acknowledgement before the fault: p50 / p99 / longest", func(k outage.Kind) string { return latency(k.Totals.Before) })
	row("the same, over the whole drill", func(k outage.Kind) string { return latency(k.Totals.Latency) })
	return header, rows
}

func classes(of []outage.Class) string {
	var texts []string
	for _, one := range of {
		texts = append(texts, fmt.Sprintf("%s %s", span.Count(one.Count), one.Name))
	}
	if len(texts) == 0 {
		return ""
	}
	return " (" + strings.Join(texts, ", ") + ")"
}
