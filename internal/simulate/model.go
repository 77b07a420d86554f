package simulate

import (
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Outcome is what became of one disaster, counted from its moment.
type Outcome struct {
	// Detection: Route 53 answers with the other Region.
	Detection time.Duration
	// DNSPayer is one payer who follows DNS, LastDNSPayer the last of all of them, ClientPayer one who uses package
	// client: each is acknowledged again.
	DNSPayer, LastDNSPayer, ClientPayer time.Duration
	// LedgerWritable: the other Region's controller has seen its ledger take writes, and fenced it.
	LedgerWritable time.Duration
	// Settled: all that was acknowledged before processors post again is in the ledger.
	Settled time.Duration
}

// model is one kind of failure under one configuration.
type model struct {
	failure config.Failure
	check   config.HealthCheck
	lease   config.Lease
	terms   [termCount]Distribution
	payers  int
	load    load
}

func newModel(c config.Config, e Environment, failure config.Failure) model {
	return model{
		failure: failure, check: c.HealthCheck, lease: c.Lease, terms: e.distributions(), payers: e.Payers,
		load: load{rate: e.Rate, drain: e.Drain, list: e.List},
	}
}

// draw is a time of a term at random.
func (m *model) draw(random *rand.Rand, of term) time.Duration {
	return m.terms[of].At(random.Float64())
}

// part is a random part of a time.
func part(random *rand.Rand, of time.Duration) time.Duration {
	return time.Duration(random.Float64() * float64(of))
}

// disaster is one loss at a random moment. Every part draws as often whatever the configuration, so that two
// configurations can be compared disaster by disaster; the controllers, who may need any number, come last.
func (m *model) disaster(random *rand.Rand) Outcome {
	var o Outcome
	o.Detection = m.detect(random)
	other := other{journal: m.draw(random, journalPause)}
	client, dns := m.drawPayer(random), make([]payer, m.payers)
	for i := range dns {
		dns[i] = m.drawPayer(random)
	}
	lag, read := m.draw(random, replicationLag), random.Float64()
	promoted, fenced := m.draw(random, promotion), m.draw(random, fencing)
	if m.failure == config.Silent {
		promoted += fenced
	}
	controllers := m.newControllers(random)
	claim := controllers.claim(other.journal)
	other.lease = claim.at + controllers.look + leaseFresh

	o.ClientPayer = m.clientServed(client, other)
	for i, one := range dns {
		served := m.dnsServed(one, o.Detection, other)
		o.LastDNSPayer = max(o.LastDNSPayer, served)
		if i == 0 {
			o.DNSPayer = served
		}
	}
	o.LedgerWritable = controllers.writable(claim, promoted)
	o.Settled = m.load.settled(o.LedgerWritable, lag, controllers.look, controllers.period, read)
	return o
}
