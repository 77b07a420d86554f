package check

import (
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/proof"
)

// judgeBooks holds that the ledger is double entry: each payment has entries of its amount and currency that sum to
// zero, all entries belong to a payment, and each currency sums to zero.
func (c *court) judgeBooks() {
	for _, one := range c.evidence.After.Payments {
		c.judgeEntries(one)
	}
	totals := map[string]int64{}
	for _, transaction := range slices.Sorted(maps.Keys(c.entries)) {
		if len(c.owners[transaction]) == 0 {
			c.find(Unbalanced, "", "transaction %s has %d entries and no payment", transaction, len(c.entries[transaction]))
		}
		for _, entry := range c.entries[transaction] {
			totals[entry.Currency] += entry.MinorUnits
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(totals)) {
		if totals[currency] != 0 {
			c.find(Unbalanced, "", "all entries in %s sum to %d minor units", currency, totals[currency])
		}
	}
}

func (c *court) judgeEntries(one Payment) {
	entries := c.entries[one.TransactionID]
	if len(entries) == 0 {
		c.find(Unbalanced, one.PaymentID, "it has no entries")
		return
	}
	sums, debits := map[string]int64{}, int64(0)
	for _, entry := range entries {
		sums[entry.Currency] += entry.MinorUnits
		if entry.MinorUnits > 0 {
			debits += entry.MinorUnits
		}
		if entry.Currency != one.Currency {
			c.find(Mismatch, one.PaymentID, "it is in %s and has an entry of %d minor units in %s", one.Currency, entry.MinorUnits, entry.Currency)
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		if sums[currency] != 0 {
			c.find(Unbalanced, one.PaymentID, "its entries in %s sum to %d minor units", currency, sums[currency])
		}
	}
	switch {
	case debits == one.MinorUnits:
	case one.MinorUnits > 0 && debits > 0 && debits%one.MinorUnits == 0:
		c.find(Doubled, one.PaymentID, "its entries charge %d minor units %d times", one.MinorUnits, debits/one.MinorUnits)
	default:
		c.find(Mismatch, one.PaymentID, "its entries charge %d minor units, it is of %d", debits, one.MinorUnits)
	}
}

// judgeEarlier holds that what was in the stores before the drill is there still, and the same.
func (c *court) judgeEarlier() {
	c.result.Earlier = len(c.evidence.Before.Payments)
	for _, earlier := range c.evidence.Before.Payments {
		posted := c.of(earlier.PaymentID).posted
		place := slices.IndexFunc(posted, func(now Payment) bool { return now.TransactionID == earlier.TransactionID })
		switch {
		case len(posted) == 0:
			c.result.EarlierLost++
			c.find(Lost, earlier.PaymentID, "in the ledger before the drill, and not after it")
		case place < 0:
			c.find(Mismatch, earlier.PaymentID, "transaction was %s before the drill and is %s", earlier.TransactionID, posted[0].TransactionID)
		case posted[place].MinorUnits != earlier.MinorUnits || posted[place].Currency != earlier.Currency:
			c.find(Mismatch, earlier.PaymentID, "it was of %d %s minor units before the drill and is of %d %s",
				earlier.MinorUnits, earlier.Currency, posted[place].MinorUnits, posted[place].Currency)
		}
	}
	for _, earlier := range c.evidence.Before.Items {
		if items := c.of(earlier.PaymentID).items; len(items) == 0 {
			c.find(Lost, earlier.PaymentID, "in the journal before the drill, and not after it")
		}
	}
}

// judgeTerms has package proof hold that each payment was posted while its epoch was in force.
func (c *court) judgeTerms() {
	var posted []ledger.Payment
	for _, one := range c.evidence.After.Payments {
		posted = append(posted, ledger.Payment{Posting: payment.Posting{PaymentID: one.PaymentID, Epoch: one.Epoch}, PostedAt: one.PostedAt})
	}
	var terms []proof.Term
	for _, one := range c.evidence.After.Epochs {
		terms = append(terms, proof.Term{Epoch: one.Number, Region: one.Region, RaisedAt: one.RaisedAt})
	}
	for _, violation := range proof.CheckTerms(posted, terms) {
		c.find(Fence, violation.PaymentID, "%s", violation.Detail)
	}
}
