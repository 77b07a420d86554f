package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// count adds the drill's payments up.
func (c *court) count() {
	groups := map[*Group][]receipt.Receipt{}
	var first, last receipt.Receipt
	for _, id := range slices.Sorted(maps.Keys(c.cases)) {
		one := c.cases[id]
		if len(one.receipts) == 0 {
			continue
		}
		c.result.Asked++
		acknowledged := one.acknowledgements()
		if len(one.posted) > 0 {
			groups[&c.result.Posted] = append(groups[&c.result.Posted], one.receipts[0])
			if len(acknowledged) == 0 {
				groups[&c.result.Unanswered] = append(groups[&c.result.Unanswered], one.receipts[0])
			}
		}
		if len(acknowledged) == 0 {
			continue
		}
		groups[&c.result.Acknowledged] = append(groups[&c.result.Acknowledged], one.receipts[0])
		earliest := slices.MinFunc(acknowledged, func(a, b receipt.Receipt) int { return a.Ended.Compare(b.Ended) })
		if len(one.posted) > 0 && len(one.items) > 0 {
			continue
		}
		if first.Ended.IsZero() || earliest.Ended.Before(first.Ended) {
			first = earliest
		}
		if earliest.Ended.After(last.Ended) {
			last = earliest
		}
	}
	for group, receipts := range groups {
		*group = newGroup(receipts)
	}
	if !first.Ended.IsZero() {
		until := last.Ended
		if until.Before(c.evidence.Fault) {
			until = c.evidence.Fault
		}
		c.result.RPO.Length = until.Sub(first.Ended)
	}
}

// firstIDs is how many payment ids a group names.
const firstIDs = 10

// newGroup adds up payments as they were asked for.
func newGroup(payments []receipt.Receipt) Group {
	group := Group{Payments: len(payments)}
	sums := map[string]Sum{}
	for _, one := range payments {
		if len(group.IDs) < firstIDs {
			group.IDs = append(group.IDs, one.ID)
		}
		sum := sums[one.Currency]
		_, decimals, _ := strings.Cut(one.Amount, ".")
		sums[one.Currency] = Sum{Currency: one.Currency, MinorUnits: sum.MinorUnits + one.MinorUnits, Decimals: len(decimals)}
	}
	group.Sums = slices.SortedFunc(maps.Values(sums), func(a, b Sum) int { return cmp.Compare(a.Currency, b.Currency) })
	return group
}
