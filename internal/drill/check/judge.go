package check

import (
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
