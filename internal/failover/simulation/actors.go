package simulation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

var errCut = errors.New("no answer")

// before is the way of a call to its store: latency, a pause, a cut.
func (s *simulation) before(call failovertest.Call) error {
	s.checker.called(call)
	delay := time.Millisecond + s.upTo(20*time.Millisecond)
	if s.hostile() && s.chance(1) {
		delay += s.upTo(s.longest(call))
	}
	s.wait(delay)
	if s.cut[call.Region] && tables[call.Name] {
		return s.unanswered(call)
	}
	return nil
}

// after is the way back: the answer may be lost.
func (s *simulation) after(call failovertest.Call) error {
	s.checker.carried(call)
	s.wait(s.upTo(10 * time.Millisecond))
	if s.hostile() && s.chance(0.5) || s.cut[call.Region] && tables[call.Name] {
		return s.unanswered(call)
	}
	return nil
}

// longest is how long an actor may stand still: a controller's environment may be paused, a request has its deadline.
func (s *simulation) longest(call failovertest.Call) time.Duration {
	if call.Actor[0] == 'p' {
		return 4 * time.Second
	}
	return 40 * time.Second
}

// tables are the calls that a cut between a Region and the tables stops.
var tables = map[string]bool{
	"load": true, "save": true, "append": true, "events": true, "begin": true, "get": true, "complete": true, "probe": true,
	"pending": true, "list-created": true,
}

// unanswered is the error of each store when no answer came.
func (s *simulation) unanswered(call failovertest.Call) error {
	switch call.Name {
	case "begin", "get", "complete", "probe", "pending", "list-created":
		return payment.ErrJournalAmbiguous
	case "load", "save", "append", "events":
		return control.ErrAmbiguous
	case "observe-database", "promote":
		return errCut
	}
	return payment.ErrLedgerUnavailable
}

// payers start payments now and then.
func (s *simulation) payers() {
	for i := range payments {
		id := fmt.Sprintf("payment-%02d", i)
		s.start("payer "+id, 0, func() { s.payer(id) })
		s.wait(s.upTo(2 * adversity / payments))
	}
}

// payer sends one payment until it is acknowledged, in whichever Region, and sometimes once more.
func (s *simulation) payer(id string) {
	for range 20 {
		region := []string{"east", "west"}[s.random.IntN(2)]
		processor, err := payment.NewProcessor(payment.Options{
			Journal: failovertest.Journal{World: s.world, Region: region, Actor: "processor"},
			Ledger:  failovertest.Ledger{World: s.world, Region: region, Actor: "processor", Follow: true},
			Lease:   s.leases[region],
			Region:  region, Observer: ignore{}, Random: func() float64 { return 0 },
			Now: func() time.Time { return s.world.WallTime(region) },
			NewID: func() (string, error) {
				s.serial++
				return fmt.Sprintf("transaction-%d", s.serial), nil
			},
		})
		if err != nil {
			panic(err)
		}
		result, err := processor.Pay(context.Background(), payment.Payment{ID: id, Money: payment.Money{MinorUnits: 500, Currency: "USD"}})
		if err == nil {
			s.checker.acknowledge(id, result)
			if !s.chance(20) {
				return
			}
		}
		s.wait(s.upTo(5 * time.Second))
	}
}

// oldLease is the lease as a Region's processors see it: read when the reading is a second old, and the old reading for
// up to half a minute when no newer one can be had (package function/processor).
type oldLease struct {
	simulation *simulation
	source     failovertest.Control
	term       payment.Term
	at         time.Duration
	known      bool
}

func (o *oldLease) Current(ctx context.Context) (payment.Term, error) {
	asked := o.simulation.now
	if o.known && asked-o.at < time.Second {
		return o.term, nil
	}
	term, err := o.source.Current(ctx)
	if o.simulation.blind[o.source.Region] || o.simulation.hostile() && o.simulation.chance(20) {
		err = control.ErrBusy
	}
	if err != nil && o.known && o.simulation.now-o.at < 30*time.Second {
		return o.term, nil
	}
	if err == nil {
		o.term, o.at, o.known = term, asked, true
	}
	return term, err
}

type ignore struct{}

func (ignore) Observe(context.Context, payment.Observation) {}

// replication carries commits in bursts, and stands still at times.
func (s *simulation) replication() {
	for {
		if !s.world.Global.Severed {
			s.world.Replicate(s.random.IntN(4))
		}
		pause := s.upTo(500 * time.Millisecond)
		if s.hostile() && s.chance(2) {
			pause = s.upTo(20 * time.Second)
		}
		s.wait(pause)
		if !s.hostile() && !s.world.Global.Severed {
			s.world.Replicate(-1)
		}
	}
}

// adversary does one harm after another, and undoes them all at the end of its time.
func (s *simulation) adversary() {
	for s.hostile() {
		region := []string{"east", "west"}[s.random.IntN(2)]
		lasts := s.upTo(45 * time.Second)
		switch s.random.IntN(7) {
		case 0:
			s.tell("%s is cut from the tables for %s", region, lasts)
			s.cut[region] = true
			s.wait(lasts)
			delete(s.cut, region)
		case 1:
			s.tell("the databases are severed for %s", lasts)
			s.world.Global.Severed = true
			s.wait(lasts)
			s.rejoin()
		case 2:
			s.tell("the database of %s is down for %s", region, 2*lasts)
			s.world.Books[region].Down = true
			s.wait(2 * lasts)
			s.world.Books[region].Down = false
		case 3:
			s.tell("the runs of %s crash", region)
			s.crashRuns(region)
		case 4:
			s.tell("%s is lost for %s", region, lasts)
			s.cut[region], s.world.Books[region].Down, s.world.Global.Severed = true, true, true
			s.crashRuns(region)
			s.wait(lasts)
			delete(s.cut, region)
			s.world.Books[region].Down = false
			s.rejoin()
		case 5:
			s.world.Wall[region] = time.Duration(s.random.IntN(61)-30) * time.Second
			s.tell("the wall clock of %s is off by %s", region, s.world.Wall[region])
		case 6:
			s.tell("%s loses its runs, its processors the lease, and the databases each other for %s", region, lasts)
			s.blind[region], s.world.Global.Severed = true, true
			s.crashRuns(region)
			s.wait(lasts)
			delete(s.blind, region)
			s.rejoin()
		}
		s.wait(s.upTo(20 * time.Second))
	}
	s.tell("calm")
	clear(s.cut)
	clear(s.world.Wall)
	s.rejoin()
	for _, book := range s.world.Books {
		book.Down = false
	}
}

// rejoin ends a severing: whoever is not the writer becomes its replica.
func (s *simulation) rejoin() {
	s.world.Global.Severed = false
	s.world.Settle()
	for region, book := range s.world.Books {
		if region != s.world.Global.Writer && book.Writable {
			s.tell("%s rejoins as a replica", region)
			s.world.Rejoin(region)
		}
	}
}

// crashRuns ends the Region's runs wherever they are.
func (s *simulation) crashRuns(region string) {
	byName := map[string]*actor{}
	for a := range s.live {
		if a.name[0] == region[0] {
			byName[a.name] = a
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		s.crash(byName[name])
	}
}
