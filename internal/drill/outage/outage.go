// Package outage computes from receipts how long payers could not pay.
//
// # Definitions
//
// All of them are functions of the receipts, the time of the fault and the time until which was watched. An attempt
// counts when it ended: a failure and an acknowledgement have the time at which the payer knew. Copies (deliberate second
// sendings) count in the totals, and their acknowledgements in what must be in the ledger; they begin and end no
// interruption, as an answer from the journal does not show that payments are taken.
//
// An interruption of a payer is a run of failed attempts. It ends with the first acknowledgement after which the payer
// sees no failure for Calm (10 s), so a service that answers now and then is not back. An interruption is the fault's
// when the payer was not acknowledged later than Calm after the fault and before its first failure. It then begins with
// the fault, not with the failure: a payer who had nothing to pay at that moment was cut off all the same. Every other
// one after the fault is further: it begins with the payer's last acknowledgement before it, or with its first failure
// if that came later than Calm after it.
//
// RTO of a DNS payer: from the fault to the end of the interruption that it began. A payer without a failure after the
// fault has 0. RTO of a client payer: its longest wait, because package client hides the failures of single requests
// and what a payer sees of them is time.
//
// The wait of a payment: from when it was due to its first acknowledgement by its own payer. A payer's longest wait is
// over the payments that were not acknowledged at the fault, so those of before do not count.
//
// The RTO of all payers of a kind is given as the longest, the p99 and the median over payers (nearest rank). What had
// not ended when the drill did is open, longer than everything that had, and within no objective.
package outage

import (
	"maps"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// Calm is how long a payer must see no failure for an interruption to be over.
const Calm = 10 * time.Second

// Window is what is looked at. Receipts of after End are not looked at: they belong to the next fault.
type Window struct {
	Fault, End time.Time
}

// Interruption is a time in which a payer could not pay.
type Interruption struct {
	Payer string    `json:"payer"`
	From  time.Time `json:"from"`
	Span  span.Span `json:"length"`
	// Failures are the failed attempts in it, and Class the most frequent reason.
	Failures int    `json:"failures"`
	Class    string `json:"class"`
}

// Payer is what one payer saw.
type Payer struct {
	Name string            `json:"name"`
	Kind receipt.PayerKind `json:"kind"`
	// Interrupted: it saw a failure after the fault.
	Interrupted bool      `json:"interrupted"`
	RTO         span.Span `json:"rto"`
	LongestWait span.Span `json:"longest_wait"`
	// Followed is from the fault to the first attempt at another address than before it; nil when there was none.
	Followed *span.Span `json:"followed,omitempty"`
	// Further are the interruptions after the one that the fault began.
	Further []Interruption `json:"further,omitempty"`
}

// Kind is what all payers of a kind saw.
type Kind struct {
	Kind        receipt.PayerKind `json:"kind"`
	Payers      int               `json:"payers"`
	Interrupted int               `json:"interrupted"`
	RTO         span.Quantiles    `json:"rto"`
	LongestWait span.Quantiles    `json:"longest_wait"`
	// Followed is over the DNS payers that sent to another address after the fault than before it.
	Followed span.Quantiles `json:"followed"`
	// Further are interruptions after those that the fault began, the longest first.
	Further []Interruption `json:"further,omitempty"`
	Totals  Totals         `json:"totals"`
}

// Analyse gives what the payers of each kind saw, DNS payers first, and each payer by name.
func Analyse(receipts []receipt.Receipt, window Window) ([]Kind, []Payer) {
	byPayer := map[string][]receipt.Receipt{}
	byKind := map[receipt.PayerKind][]receipt.Receipt{}
	for _, one := range receipts {
		if one.At().After(window.End) {
			continue
		}
		byPayer[one.Payer] = append(byPayer[one.Payer], one)
		byKind[one.PayerKind] = append(byKind[one.PayerKind], one)
	}
	var payers []Payer
	for _, name := range slices.Sorted(maps.Keys(byPayer)) {
		payers = append(payers, newDiary(byPayer[name]).payer(window))
	}
	var kinds []Kind
	for _, kind := range []receipt.PayerKind{receipt.DNS, receipt.Client} {
		if len(byKind[kind]) > 0 {
			kinds = append(kinds, summarize(kind, payers, total(byKind[kind], window)))
		}
	}
	return kinds, payers
}

func summarize(kind receipt.PayerKind, payers []Payer, totals Totals) Kind {
	result := Kind{Kind: kind, Totals: totals}
	var rto, wait, followed []span.Span
	for _, one := range payers {
		if one.Kind != kind {
			continue
		}
		result.Payers++
		if one.Interrupted {
			result.Interrupted++
		}
		rto, wait = append(rto, one.RTO), append(wait, one.LongestWait)
		if one.Followed != nil {
			followed = append(followed, *one.Followed)
		}
		result.Further = append(result.Further, one.Further...)
	}
	result.RTO, result.LongestWait, result.Followed = span.Summarize(rto), span.Summarize(wait), span.Summarize(followed)
	slices.SortStableFunc(result.Further, func(a, b Interruption) int { return span.Compare(b.Span, a.Span) })
	return result
}
