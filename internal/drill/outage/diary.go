package outage

import (
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// diary is one payer's receipts.
type diary struct {
	receipts []receipt.Receipt
	// attempts are those of payments that are no copies, by the time of their end.
	attempts []receipt.Receipt
}

func newDiary(receipts []receipt.Receipt) diary {
	d := diary{receipts: receipts}
	for _, one := range receipts {
		if one.Kind == receipt.Answered && !one.Copy {
			d.attempts = append(d.attempts, one)
		}
	}
	slices.SortStableFunc(d.attempts, func(a, b receipt.Receipt) int { return a.Ended.Compare(b.Ended) })
	return d
}

func (d diary) payer(window Window) Payer {
	result := Payer{Name: d.receipts[0].Payer, Kind: d.receipts[0].PayerKind, LongestWait: d.longestWait(window), Followed: d.followed(window)}
	interruptions := d.interruptions(window)
	if len(interruptions) > 0 && interruptions[0].From.Equal(window.Fault) {
		result.Interrupted, result.RTO = true, interruptions[0].Span
		interruptions = interruptions[1:]
	}
	result.Further = interruptions
	if result.Kind == receipt.Client {
		result.RTO = result.LongestWait
	}
	return result
}

// interruptions finds the runs of failures at or after the fault.
func (d diary) interruptions(window Window) []Interruption {
	var found []Interruption
	for at := 0; at < len(d.attempts); at++ {
		if one := d.attempts[at]; !one.Failed() || one.Ended.Before(window.Fault) {
			continue
		}
		end := d.end(at)
		one := Interruption{Payer: d.attempts[at].Payer, From: d.begin(at, window, len(found) == 0)}
		classes := map[string]int{}
		for _, attempt := range d.attempts[at:end] {
			if attempt.Failed() {
				one.Failures++
				classes[attempt.Class]++
			}
		}
		one.Class = mostFrequent(classes)
		if end < len(d.attempts) {
			one.Span.Length = d.attempts[end].Ended.Sub(one.From)
		} else {
			one.Span = span.Span{Length: window.End.Sub(one.From), Open: true}
		}
		found = append(found, one)
		at = end
	}
	return found
}

// begin is when the interruption with the first failure at a place began.
func (d diary) begin(at int, window Window, first bool) time.Time {
	if first && d.quiet(at, window.Fault) {
		return window.Fault
	}
	failed := d.attempts[at].Ended
	for before := at - 1; before >= 0; before-- {
		if one := d.attempts[before]; one.Acknowledged() {
			if failed.Sub(one.Ended) <= Calm {
				return one.Ended
			}
			break
		}
	}
	return failed
}

// quiet tells whether the first failure, at a place, is the fault's: no acknowledgement between them shows that the
// payer got through after the fault.
func (d diary) quiet(at int, fault time.Time) bool {
	for _, one := range d.attempts[:at] {
		if one.Acknowledged() && one.Ended.Sub(fault) > Calm {
			return false
		}
	}
	return true
}

// end is the place of the acknowledgement that ends the interruption, or the number of attempts.
func (d diary) end(from int) int {
	for at := from + 1; at < len(d.attempts); at++ {
		if !d.attempts[at].Acknowledged() {
			continue
		}
		calm := true
		for _, later := range d.attempts[at+1:] {
			if later.Ended.Sub(d.attempts[at].Ended) > Calm {
				break
			}
			if later.Failed() {
				calm = false
				break
			}
		}
		if calm {
			return at
		}
	}
	return len(d.attempts)
}

// longestWait is over the payments that were not acknowledged at the fault.
func (d diary) longestWait(window Window) span.Span {
	due, acknowledged := map[string]time.Time{}, map[string]time.Time{}
	for _, one := range d.receipts {
		if one.Copy {
			continue
		}
		due[one.ID] = one.Due
		if known, ok := acknowledged[one.ID]; one.Acknowledged() && (!ok || one.Ended.Before(known)) {
			acknowledged[one.ID] = one.Ended
		}
	}
	var longest span.Span
	for id, from := range due {
		end, ok := acknowledged[id]
		if ok && end.Before(window.Fault) {
			continue
		}
		wait := span.Span{Length: end.Sub(from)}
		if !ok {
			wait = span.Span{Length: window.End.Sub(from), Open: true}
		}
		if span.Compare(wait, longest) > 0 {
			longest = wait
		}
	}
	return longest
}

// followed is when the payer first sent to another address than its last before the fault.
func (d diary) followed(window Window) *span.Span {
	before := ""
	for _, one := range slices.SortedStableFunc(slices.Values(d.attempts), func(a, b receipt.Receipt) int { return a.Sent.Compare(b.Sent) }) {
		switch {
		case one.Address == "":
		case one.Sent.Before(window.Fault):
			before = one.Address
		case before != "" && one.Address != before:
			return &span.Span{Length: one.Sent.Sub(window.Fault)}
		}
	}
	return nil
}
