package check

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

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
