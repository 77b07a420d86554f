package simulate

import (
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// handshake is how many round trips of a probe follow the one to connect: two of TLS 1.2 and the request.
const handshake = 3

// checkName gives the checkers' phases, with a seed.
const checkName = "simulated"

// lost is the moment of the loss for checkers, who measure by the clock.
var lost = time.Unix(0, 0)

// detect is when Route 53 answers with the other Region: as soon as at most 18 % of the checkers still say healthy, and
// the aggregation has passed.
func (m *model) detect(random *rand.Rand) time.Duration {
	var (
		checkers [health.DefaultCheckers]health.Checker
		ends     [health.DefaultCheckers]time.Duration
		takes    [health.DefaultCheckers]time.Duration
	)
	// A sick Region says so once the last good look of its /health is older than the grace; the checkers' phases are as
	// random then as at the loss.
	begins := time.Duration(0)
	if age := part(random, payment.ProbeInterval); m.failure == config.Sick {
		begins = config.HealthGrace - age
	}
	connects := random.Float64() < 0.5
	phases := health.Phases(random.Uint64(), checkName, len(checkers), m.check.Interval)
	for i := range checkers {
		checkers[i] = health.Checker{Threshold: m.check.Threshold, Verdict: health.Well, Streak: m.check.Threshold, Last: health.Result{Healthy: true}, Checked: lost}
		takes[i] = m.probe(m.draw(random, checkerTrip), m.draw(random, healthAnswer), connects)
		ends[i] = begins + phases[i] + takes[i]
	}
	aggregated := m.draw(random, aggregation)
	for {
		i := earliest(ends[:])
		checkers[i] = checkers[i].Observe(health.Result{}, lost.Add(ends[i]))
		if checkers[i].Verdict == health.Ill && !health.Healthy(checkers[:]) {
			return ends[i] + aggregated
		}
		ends[i] = checkers[i].Next(m.check.Interval).Sub(lost) + takes[i]
	}
}

// probe is how long a failing probe takes. A silent Region either lets nobody connect, as one that is cut off, or
// connects and says nothing, as one that is frozen.
func (m *model) probe(trip, answer time.Duration, connects bool) time.Duration {
	switch m.failure {
	case config.Refused:
		return trip
	case config.Sick:
		return trip + min(handshake*trip+answer, health.ResponseTimeout)
	}
	if !connects {
		return health.ConnectTimeout
	}
	return min(trip, health.ConnectTimeout) + health.ResponseTimeout
}

func earliest(of []time.Duration) int {
	first := 0
	for i, at := range of {
		if at < of[first] {
			first = i
		}
	}
	return first
}
