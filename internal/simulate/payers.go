package simulate

import (
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/config"
)

// leaseFresh is how old a processor's reading of the lease may be (processor.LeaseFresh).
const leaseFresh = time.Second

// payer is what is random about one payer.
type payer struct {
	// cached and phase, from 0 to 1: what is left of the resolver's answer when DNS changes, and of the payer's try under
	// way when the resolver learns it.
	cached, phase                     float64
	trip, timeout, pause, sick, takes time.Duration
	ledgerIfSilent, ledgerIfRefused   time.Duration
}

func (m *model) drawPayer(random *rand.Rand) payer {
	return payer{
		cached: random.Float64(), phase: random.Float64(),
		trip: m.draw(random, payerTrip), timeout: m.draw(random, payerTimeout), pause: m.draw(random, payerPause),
		sick: m.draw(random, sickAnswer), takes: m.draw(random, request),
		ledgerIfSilent: m.draw(random, ledgerWait), ledgerIfRefused: m.draw(random, ledgerRefused),
	}
}

// other is the surviving Region: when its journal takes writes, and when its processors know that the lease has moved.
type other struct{ journal, lease time.Duration }

// serves is when a request that begins there is acknowledged.
func (m *model) serves(begins time.Duration, one payer, there other) time.Duration {
	begins = max(begins, there.journal)
	if begins >= there.lease {
		return begins + one.takes
	}
	switch m.failure {
	case config.Silent:
		return begins + one.ledgerIfSilent + one.takes
	case config.Refused:
		return begins + one.ledgerIfRefused + one.takes
	}
	return begins + one.takes
}

// fails is how long a request in the lost Region takes to fail, if it is given up after patience.
func (m *model) fails(one payer, patience time.Duration) time.Duration {
	switch m.failure {
	case config.Refused:
		return one.trip
	case config.Sick:
		return min(one.trip+one.sick, patience)
	}
	return patience
}

// dnsServed is when a payer who follows DNS is acknowledged again: the resolver's answer runs out, the payer ends the try
// under way and its pause, and tries again.
func (m *model) dnsServed(one payer, switched time.Duration, there other) time.Duration {
	learns := switched + time.Duration(one.cached*float64(m.check.TTL))
	cycle := m.fails(one, one.timeout) + one.pause
	return m.serves(learns+time.Duration(one.phase*float64(cycle)), one, there)
}

// clientServed is when a payment that was begun at the loss, with package client, is acknowledged: in the other Region
// at once after a failure, or as a hedge.
func (m *model) clientServed(one payer, there other) time.Duration {
	return m.serves(m.fails(one, client.DefaultHedgeAfter), one, there)
}
