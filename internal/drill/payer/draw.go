package payer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

// Currency is one that payers pay in, with its ISO 4217 decimals.
type Currency struct {
	Code     string
	Decimals int
}

// DefaultCurrencies have two, none and three decimals.
var DefaultCurrencies = []Currency{{"USD", 2}, {"EUR", 2}, {"JPY", 0}, {"KWD", 3}}

// largest bounds a payment in minor units.
const largest = 1_000_000

// plan is one payment of the load, and the copy of it that is sent as well.
type plan struct {
	payment receipt.Payment
	// copied: the payment is sent a second time by payer number copier of all, so long after it was due.
	copied bool
	copier int
	after  time.Duration
}

// draw plans a kind's payment number n: a function of its arguments alone, so that a seed plays the same load again.
func draw(o Options, kind receipt.PayerKind, n int) plan {
	stream := uint64(n)
	for _, letter := range kind {
		stream = stream*31 + uint64(letter)<<40
	}
	random := rand.New(rand.NewPCG(o.Seed, stream))
	currency := o.Currencies[random.IntN(len(o.Currencies))]
	// Evenly spread over the orders of magnitude, as real amounts are.
	units := int64(math.Exp(random.Float64() * math.Log(largest)))
	return plan{
		payment: receipt.Payment{
			ID: fmt.Sprintf("%s.%s.%06d", o.Run, kind, n), MinorUnits: units, Currency: currency.Code,
			Amount: client.FormatMinorUnits(units, currency.Decimals),
		},
		copied: random.Float64() < o.Copies,
		copier: random.IntN(len(o.Payers)),
		after:  time.Duration(random.Float64() * float64(o.CopyWithin)),
	}
}
