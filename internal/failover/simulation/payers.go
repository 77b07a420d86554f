package simulation

import (
	"context"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// processors is how many environments of the payment processor a Region has; each reads the lease for itself.
const processors = 3

// processor is one of them.
type processor struct {
	simulation *simulation
	region     int
	source     failovertest.Control
	payments   *payment.Processor

	// The lease as it was last read: used when it is a second old, and for long when no newer one can be had, as by
	// control.Cached, which cannot be used here because it makes its callers wait for each other.
	term  payment.Term
	at    time.Duration
	known bool
}

func (s *simulation) newProcessor(region int) *processor {
	name := regionNames[region]
	p := &processor{simulation: s, region: region, source: failovertest.Control{World: s.world, Region: name, Actor: "processor"}}
	journal := failovertest.Journal{World: s.world, Region: name, Actor: "processor"}
	options := payment.Options{
		Journal: journal,
		Ledger:  failovertest.Ledger{World: s.world, Region: name, Actor: "processor", Follow: true},
		Lease:   p, Region: name, Observer: unobserved{}, Timing: timing{s},
		Limits: payment.Limits{Late: s.plan.limits.Window / 2},
		Random: func() float64 { return s.current.random.float() },
		Now:    func() time.Time { return s.world.Now.Add(s.skew[region]) },
		NewID:  func() (string, error) { s.serial++; return "transaction-" + strconv.Itoa(s.serial), nil },
	}
	if s.bug == EarlyAnswer {
		options.Journal = eager{journal, s}
	}
	processor, err := payment.NewProcessor(options)
	if err != nil {
		panic(err)
	}
	p.payments = processor
	return p
}

func (p *processor) Current(ctx context.Context) (payment.Term, error) {
	s := p.simulation
	asked := s.now
	if p.known && asked-p.at < time.Second {
		return p.term, nil
	}
	term, err := payment.Term{}, error(control.ErrBusy)
	if !s.hostile() || s.harmed[leaseUnreadable][p.region] == 0 {
		term, err = p.source.Current(ctx)
	}
	if err == nil {
		p.term, p.at, p.known = term, asked, true
		return term, nil
	}
	if p.known && s.now-p.at < stale {
		return p.term, nil
	}
	return payment.Term{}, err
}

type unobserved struct{}

func (unobserved) Observe(context.Context, payment.Observation) {}

// pay sends one payment until it is acknowledged, in whichever Region, and sometimes once more.
func (s *simulation) pay(p planned) {
	a := s.current
	region := p.region
	for range 40 {
		result, err := s.attempt(a, region, p.number)
		pause := a.random.upTo(5 * time.Second)
		if err == nil {
			s.checker.acknowledge(paymentIDs[p.number], result)
			if p.again == 0 {
				return
			}
			pause, p.again = p.again, 0
		}
		s.wait(pause)
		region = int(a.random.below(regions))
	}
}

// attempt is one request. Where the Region is lost, nobody answers.
func (s *simulation) attempt(a *actor, region, number int) (result payment.Result, err error) {
	defer func() {
		a.region = nowhere
		if thrown := recover(); thrown != nil {
			if _, expected := thrown.(crashed); !expected || s.stopped {
				panic(thrown)
			}
			a.crashing, err = false, errNoAnswer
		}
	}()
	if s.hostile() && s.harmed[regionLost][region] > 0 {
		return payment.Result{}, errNoAnswer
	}
	a.region = region
	processor := s.processors[region][a.random.below(processors)]
	return processor.payments.Pay(context.Background(), payment.Payment{
		ID: paymentIDs[number], Money: payment.Money{MinorUnits: 500, Currency: "USD"},
	})
}
