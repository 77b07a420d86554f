package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// Judge says what the evidence shows. It is pure; findings are sorted, the worst kind first, then by payment id.
func Judge(evidence Evidence) Result {
	c := newCourt(evidence)
	for _, id := range slices.Sorted(maps.Keys(c.cases)) {
		c.cases[id].judge()
	}
	c.judgeBooks()
	c.judgeEarlier()
	c.judgeTerms()
	c.judgeHistories()
	c.result.Replication = c.replication()
	c.count()
	c.result.count()
	return c.result
}

// court is a judgement in the making.
type court struct {
	evidence Evidence
	cases    map[string]*paymentCase
	result   Result
	// entries are the ledger's, by transaction; owners are the payment ids of each transaction.
	entries map[string][]Entry
	owners  map[string][]string
	// before are the payment ids that the ledger, and the journal, had before the drill.
	before, journaledBefore map[string]bool
}

// paymentCase is all that is known of one payment id.
type paymentCase struct {
	court    *court
	id       string
	receipts []receipt.Receipt
	items    []Item
	posted   []Payment
}

func newCourt(evidence Evidence) *court {
	c := &court{
		evidence: evidence, cases: map[string]*paymentCase{}, entries: map[string][]Entry{}, owners: map[string][]string{},
		before: map[string]bool{}, journaledBefore: map[string]bool{},
	}
	for _, one := range evidence.Before.Payments {
		c.before[one.PaymentID] = true
	}
	for _, one := range evidence.Before.Items {
		c.journaledBefore[one.PaymentID] = true
	}
	for _, one := range evidence.Receipts {
		c.of(one.ID).receipts = append(c.of(one.ID).receipts, one)
	}
	for _, one := range evidence.After.Items {
		c.of(one.PaymentID).items = append(c.of(one.PaymentID).items, one)
	}
	for _, one := range evidence.After.Payments {
		c.of(one.PaymentID).posted = append(c.of(one.PaymentID).posted, one)
		c.owners[one.TransactionID] = append(c.owners[one.TransactionID], one.PaymentID)
	}
	for _, one := range evidence.After.Entries {
		c.entries[one.TransactionID] = append(c.entries[one.TransactionID], one)
	}
	return c
}

func (c *court) of(id string) *paymentCase {
	if c.cases[id] == nil {
		c.cases[id] = &paymentCase{court: c, id: id}
	}
	return c.cases[id]
}

func (c *court) find(kind Kind, id, format string, arguments ...any) {
	c.result.Findings = append(c.result.Findings, Finding{Kind: kind, PaymentID: id, Detail: fmt.Sprintf(format, arguments...)})
}

func (c *paymentCase) find(kind Kind, format string, arguments ...any) {
	c.court.find(kind, c.id, format, arguments...)
}

// judge applies every rule about one payment id.
func (c *paymentCase) judge() {
	c.judgePresence()
	c.judgeOnce()
	c.judgeAgreement()
}

// acknowledgements are those of the payment's receipts.
func (c *paymentCase) acknowledgements() []receipt.Receipt {
	var found []receipt.Receipt
	for _, one := range c.receipts {
		if one.Acknowledged() {
			found = append(found, one)
		}
	}
	return found
}

// refused tells whether every attempt was refused, and at least one was.
func (c *paymentCase) refused() bool {
	refusals := 0
	for _, one := range c.receipts {
		if one.Kind == receipt.Answered && one.Outcome != receipt.Refused {
			return false
		}
		if one.Kind == receipt.Answered {
			refusals++
		}
	}
	return refusals > 0
}

// foreign tells whether the payment is another's: of before the drill, or of others who pay meanwhile.
func (c *paymentCase) foreign() bool {
	court := c.court
	return len(c.receipts) == 0 && (court.before[c.id] || court.journaledBefore[c.id] || !strings.HasPrefix(c.id, court.evidence.OwnPrefix))
}

// judgePresence holds the stores against what the payer was told.
func (c *paymentCase) judgePresence() {
	acknowledged := len(c.acknowledgements()) > 0
	switch {
	case acknowledged && len(c.posted) == 0 && len(c.items) == 0:
		c.find(Lost, "acknowledged, and in neither ledger nor journal")
	case acknowledged && len(c.posted) == 0:
		c.find(Lost, "acknowledged, and not in the ledger")
	case acknowledged && len(c.items) == 0:
		c.find(Lost, "acknowledged, and not in the journal")
	}
	if len(c.receipts) == 0 && !c.foreign() {
		if len(c.posted) > 0 {
			c.find(Phantom, "in the ledger, and nobody asked for it")
		} else {
			c.find(Phantom, "in the journal, and nobody asked for it")
		}
	}
	if len(c.posted) > 0 && c.refused() {
		c.find(Charged, "every attempt was refused, and it is in the ledger")
	}
	for _, item := range c.items {
		switch {
		case item.Fault != "":
			c.find(Corrupt, "%s", item.Fault)
		case c.foreign() && c.court.evidence.OwnPrefix != "":
			// It may be under way.
		case !item.Completed:
			c.find(Unsettled, "the journal has it as processing; in the ledger: %t", len(c.posted) > 0)
		case len(c.posted) == 0 && !acknowledged:
			c.find(Unsettled, "completed in the journal, and not in the ledger")
		}
	}
}

// judgeOnce holds that the payment is in the stores once.
func (c *paymentCase) judgeOnce() {
	if len(c.posted) > 1 {
		c.find(Doubled, "%d times in the ledger", len(c.posted))
	}
	if len(c.items) > 1 {
		c.find(Doubled, "%d times in the journal", len(c.items))
	}
	for _, one := range c.posted {
		if owners := c.court.owners[one.TransactionID]; len(owners) > 1 && slices.ContainsFunc(owners, func(id string) bool { return id != c.id }) {
			c.find(Doubled, "transaction %s is also that of payment %s", one.TransactionID,
				owners[slices.IndexFunc(owners, func(id string) bool { return id != c.id })])
		}
	}
	transactions := map[string]bool{}
	for _, one := range c.acknowledgements() {
		transactions[one.TransactionID] = true
	}
	if len(transactions) > 1 {
		c.find(Doubled, "payers were told transactions %s", strings.Join(slices.Sorted(maps.Keys(transactions)), " and "))
	}
}

// claim is what one source says of the payment; empty fields are not said.
type claim struct {
	source, transaction, currency, amount, region string
	units                                         int64
}

// judgeAgreement holds that all sources say the same.
func (c *paymentCase) judgeAgreement() {
	if c.foreign() {
		return
	}
	var claims []claim
	for _, one := range c.receipts {
		switch {
		case one.Outcome == receipt.Contradicted:
			c.find(Mismatch, "payer %s was answered something else: %s", one.Payer, one.Detail)
		case one.Kind == receipt.Asked:
			claims = append(claims, claim{source: "the payer", currency: one.Currency, amount: one.Amount, units: one.MinorUnits})
		case one.Acknowledged():
			claims = append(claims, claim{source: "the answer", transaction: one.TransactionID, region: one.AcceptedBy})
		}
	}
	for _, one := range c.items {
		if one.Fault == "" {
			claims = append(claims, claim{"the journal", one.TransactionID, one.Currency, one.Amount, one.Region, one.MinorUnits})
		}
	}
	for _, one := range c.posted {
		claims = append(claims, claim{"the ledger", one.TransactionID, one.Currency, "", one.Region, one.MinorUnits})
	}
	for _, aspect := range []struct {
		name string
		of   func(claim) string
	}{
		{"transaction", func(c claim) string { return c.transaction }},
		{"currency", func(c claim) string { return c.currency }},
		{"amount", func(c claim) string { return c.amount }},
		{"accepting Region", func(c claim) string { return c.region }},
		{"number of minor units", func(c claim) string {
			if c.currency == "" {
				return ""
			}
			return fmt.Sprint(c.units)
		}},
	} {
		if first, other, differ := disagree(claims, aspect.of); differ {
			c.find(Mismatch, "%s is %s for %s and %s for %s", aspect.name, aspect.of(first), first.source, aspect.of(other), other.source)
		}
	}
}

// disagree finds two claims that say different things.
func disagree(claims []claim, of func(claim) string) (first, other claim, differ bool) {
	for _, one := range claims {
		switch said := of(one); {
		case said == "":
		case of(first) == "":
			first = one
		case said != of(first):
			return first, one, true
		}
	}
	return first, other, false
}

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
