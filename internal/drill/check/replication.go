package check

import (
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// replication compares when payments were acknowledged with the term under which the surviving ledger posted them. A
// row that was replicated has the term of the old ledger; a row of the new term was posted from the journal.
func (c *court) replication() Replication {
	var result Replication
	fault := c.evidence.Fault
	place := slices.IndexFunc(c.evidence.After.Epochs, func(one Epoch) bool { return one.RaisedAt.After(fault) })
	if fault.IsZero() || place < 0 {
		return result
	}
	began := c.evidence.After.Epochs[place]
	result.Epoch = began.Number
	var lost, waiting, meanwhile []receipt.Receipt
	for _, id := range slices.Sorted(maps.Keys(c.cases)) {
		one := c.cases[id]
		acknowledged := one.acknowledgements()
		if len(acknowledged) == 0 || len(one.posted) == 0 || one.posted[0].Epoch < began.Number {
			continue
		}
		first := slices.MinFunc(acknowledged, func(a, b receipt.Receipt) int { return a.Ended.Compare(b.Ended) })
		success := slices.ContainsFunc(acknowledged, func(a receipt.Receipt) bool {
			return a.Outcome == receipt.Success && a.Ended.Before(fault)
		})
		switch {
		case success:
			lost = append(lost, first)
			result.LostTime.Length = max(result.LostTime.Length, fault.Sub(first.Ended))
		case first.Ended.Before(fault):
			waiting = append(waiting, first)
		case first.Ended.Before(began.RaisedAt):
			meanwhile = append(meanwhile, first)
		}
	}
	result.Lost, result.Waiting, result.Meanwhile = newGroup(lost), newGroup(waiting), newGroup(meanwhile)
	return result
}
