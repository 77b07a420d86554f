package simulate

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Each term of the worst case is needed: the parts come near to their own bounds, where the sums hardly ever do.
func TestPartsComeNearToTheirBounds(t *testing.T) {
	environment, err := NewEnvironment(AWS)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	for name, part := range map[string]struct {
		failure     config.Failure
		above, most time.Duration
		takes       func(m *model, random *rand.Rand) time.Duration
	}{
		"a claim waits for more than a tick beyond the lease": {
			config.Refused, c.Lease.TTL + c.Lease.Tick + 500*ms, c.Lease.TTL + 2*c.Lease.Tick + config.ControllerLook,
			func(m *model, random *rand.Rand) time.Duration { return m.newControllers(random).claim(0).at },
		},
		"a refused payer pauses": {
			config.Refused, c.HealthCheck.TTL + config.PayerRetry + 600*ms, c.HealthCheck.TTL + config.PayerPause + config.PayerRetry,
			func(m *model, random *rand.Rand) time.Duration { return m.dnsServed(m.drawPayer(random), 0, other{}) },
		},
		"a payer's request to a silent Region, and the pause after it": {
			config.Silent, c.HealthCheck.TTL + config.PayerTimeout + config.PayerRetry, c.HealthCheck.TTL + config.PayerTimeout + config.PayerPause + config.PayerRetry,
			func(m *model, random *rand.Rand) time.Duration { return m.dnsServed(m.drawPayer(random), 0, other{}) },
		},
		"a sick Region holds a request, and the payer pauses": {
			config.Sick, c.HealthCheck.TTL + config.PayerTimeout, c.HealthCheck.TTL + config.PayerTimeout + config.PayerPause + config.PayerRetry,
			func(m *model, random *rand.Rand) time.Duration { return m.dnsServed(m.drawPayer(random), 0, other{}) },
		},
		"client/ waits for a ledger that refuses": {
			config.Refused, config.LedgerWait, config.LedgerWait + config.PayerRetry,
			func(m *model, random *rand.Rand) time.Duration {
				return m.clientServed(m.drawPayer(random), other{lease: never})
			},
		},
		"client/ does not wait once the lease has moved": {
			config.Refused, 700 * ms, config.PayerRetry,
			func(m *model, random *rand.Rand) time.Duration { return m.clientServed(m.drawPayer(random), other{}) },
		},
	} {
		m, random, longest := newModel(c, environment, part.failure), rand.New(rand.NewPCG(1, 1)), time.Duration(0)
		for range 20_000 {
			longest = max(longest, part.takes(&m, random))
		}
		if longest <= part.above || longest > part.most {
			t.Errorf("%s: up to %s, want above %s and at most %s", name, longest, part.above, part.most)
		}
	}
}
