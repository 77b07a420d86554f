package simulation

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// environment is a function's: it serves one run after the other, and is frozen between them.
type environment struct {
	region     int
	controller *failover.Controller
	now        func() time.Time
	busy       bool
	// idle is when its last run ended; stood is how long its clock has stood still.
	idle, stood time.Duration
}

// launch starts a Region's runs like a schedule does, sometimes late; runs overlap.
func (s *simulation) launch(region int) {
	r := &s.current.random
	for number := 1; ; number++ {
		late := time.Duration(0)
		if r.chance(15) && s.hostile() {
			late = r.upTo(20 * time.Second)
		}
		for s.hostile() && s.harmed[runsLate][region] > 0 {
			s.wait(2 * time.Second)
		}
		s.launchRun(region, number)
		s.wait(runEvery + late)
	}
}

func (s *simulation) launchRun(region, number int) {
	name := regionNames[region][:1] + strconv.Itoa(number)
	a := s.start(run, uint32(region)<<20|uint32(number), name, 0, func() { s.serve(region, name) })
	a.region = region
}

// serve is one run of the real controller, in an environment that is free, or in a new one.
func (s *simulation) serve(region int, name string) {
	e := s.environment(region, name)
	e.busy = true
	if s.plan.stands {
		e.stood += s.now - e.idle
	}
	e.controller.Resume(name)
	e.controller.Run(context.Background(), e.now().Add(s.plan.runFor))
	e.busy, e.idle = false, s.now
}

func (s *simulation) environment(region int, name string) *environment {
	for _, e := range s.environments {
		if e.region == region && !e.busy {
			return e
		}
	}
	// One that crashed stays busy, and is never used again.
	e := &environment{region: region, idle: s.now}
	clock := s.clock(e)
	e.now, e.controller = clock.Now, s.controller(e, name, clock)
	s.environments = append(s.environments, e)
	return e
}

func (s *simulation) controller(e *environment, name string, clock failover.Clock) *failover.Controller {
	region, place, peer := regionNames[e.region], payment.PlacePrimary, regionNames[west]
	if e.region == west {
		place, peer = payment.PlaceSecondary, regionNames[east]
	}
	stores := s.planted(region)
	controller, err := failover.New(failover.Options{
		Settings: failover.Settings{Region: region, Peer: peer, Place: place, Run: name, TTL: ttl, Tick: s.plan.tick},
		Control:  stores.control, Journal: stores.journal, Ledger: stores.ledger,
		Database: stores.database,
		Intents:  failovertest.Control{World: s.world, Region: region, Actor: region},
		Switcher: failovertest.Database{World: s.world, Region: region, Actor: region},
		Metrics:  silent{}, Log: discard, Clock: clock, Limits: s.plan.limits,
	})
	if err != nil {
		panic(err)
	}
	return controller
}

var discard = slog.New(slog.DiscardHandler)

type silent struct{}

func (silent) Emit(time.Time, []telemetry.Metric, map[string]string, map[string]any) error {
	return nil
}
