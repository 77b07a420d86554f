package simulation

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Bug is a fault of the program, planted to see that it is found.
type Bug string

// The planted bugs.
const (
	NoBug              Bug = ""
	UnconditionalClaim Bug = "unconditional claim"
	NoFence            Bug = "no fence"
	NoRecord           Bug = "promote before record"
	ShortWindow        Bug = "replay window too short"
	LostWriteTaken     Bug = "memory changed after a lost write"
	WallClock          Bug = "wall clock used for the lease"
)

// Bugs lists the planted bugs.
func Bugs() []Bug {
	return []Bug{UnconditionalClaim, NoFence, NoRecord, ShortWindow, LostWriteTaken, WallClock}
}

// The shape of a simulation: the adversary has its time, then the world is whole until everything must have settled.
const (
	adversity = 4 * time.Minute
	calm      = 4 * time.Minute
	ttl       = 15 * time.Second
	tick      = 2 * time.Second
	runEvery  = 60 * time.Second
	runFor    = 75 * time.Second
	payments  = 60
)

// Result is what a simulation came to. Problem is the first invariant that was broken, "" if none.
type Result struct {
	Seed     uint64
	Problem  string
	Story    []string
	Claims   int
	Accepted int
	Steps    int
}

// simulation is one run of a seed.
type simulation struct {
	schedule
	bug    Bug
	random *rand.Rand
	world  *failovertest.World
	result Result

	leases  map[string]*oldLease
	cut     map[string]bool    // Regions that do not reach the tables
	blind   map[string]bool    // Regions whose processors cannot read the lease
	rate    map[string]float64 // speed of each Region's monotonic clock
	serial  int
	checker checker
}

// Run plays one seed.
func Run(seed uint64, bug Bug) Result {
	s := &simulation{
		bug: bug, random: rand.New(rand.NewPCG(seed, 1)), world: failovertest.New("east", "west"),
		leases: map[string]*oldLease{}, cut: map[string]bool{}, blind: map[string]bool{}, rate: map[string]float64{}, result: Result{Seed: seed},
	}
	s.live = map[*actor]bool{}
	s.world.Global.Takes = time.Duration(1+s.random.IntN(20)) * time.Second
	s.world.Before, s.world.After = s.before, s.after
	s.world.Trace = s.tell
	s.checker = checker{simulation: s, transactions: map[string]string{}, acknowledged: map[string]bool{}, owner: map[int64]string{}}
	for _, region := range []string{"east", "west"} {
		// Clocks differ by up to 3 %; the margin allows 20 %.
		s.leases[region] = &oldLease{simulation: s, source: failovertest.Control{World: s.world, Region: region, Actor: "processor"}}
		s.rate[region] = 0.97 + 0.06*s.random.Float64()
		s.start("launcher "+region, s.upTo(time.Second), func() { s.launch(region) })
	}
	s.start("payers", 5*time.Second, s.payers)
	s.start("replication", 0, s.replication)
	s.start("adversary", 10*time.Second, s.adversary)
	for s.result.Problem == "" && s.step(adversity+calm) {
		s.world.Now = failovertest.Start.Add(s.now)
		s.result.Steps++
		s.checker.check()
	}
	if s.result.Problem == "" {
		s.checker.end()
	}
	for _, a := range s.alive() {
		s.crash(a)
	}
	return s.result
}

// alive lists the actors in a stable order; order does not matter once a simulation has ended.
func (s *simulation) alive() []*actor {
	var all []*actor
	for a := range s.live {
		all = append(all, a)
	}
	return all
}

func (s *simulation) upTo(most time.Duration) time.Duration {
	return time.Duration(s.random.Int64N(int64(most) + 1))
}

func (s *simulation) chance(percent float64) bool { return s.random.Float64()*100 < percent }

func (s *simulation) tell(format string, arguments ...any) {
	s.result.Story = append(s.result.Story, fmt.Sprintf("%8.3fs ", s.now.Seconds())+fmt.Sprintf(format, arguments...))
}

func (s *simulation) hostile() bool { return s.now < adversity }

// wait is pass for whole stretches of time; the world's clock follows.
func (s *simulation) wait(duration time.Duration) {
	s.pass(duration)
	s.world.Now = failovertest.Start.Add(s.now)
}

// launch starts a Region's runs like a schedule does, sometimes late; runs overlap.
func (s *simulation) launch(region string) {
	for number := 1; ; number++ {
		run := fmt.Sprintf("%c%d", region[0], number)
		s.start(run, 0, func() { s.run(region, run) })
		late := time.Duration(0)
		if s.hostile() && s.chance(15) {
			late = s.upTo(20 * time.Second)
		}
		s.wait(runEvery + late)
	}
}

// run is one run of the real controller.
func (s *simulation) run(region, run string) {
	place, peer := payment.PlacePrimary, "west"
	if region == "west" {
		place, peer = payment.PlaceSecondary, "east"
	}
	limits := failover.Limits{Workers: 1}
	if s.bug == ShortWindow {
		limits.Window = time.Nanosecond
	}
	clock := failover.Clock{
		Now:   func() time.Time { return failovertest.Start.Add(time.Duration(float64(s.now) * s.rate[region])) },
		Wall:  func() time.Time { return s.world.WallTime(region) },
		Sleep: func(_ context.Context, duration time.Duration) error { s.wait(duration); return nil },
	}
	if s.bug == WallClock {
		clock.Now = clock.Wall
	}
	controller, err := failover.New(failover.Options{
		Settings: failover.Settings{Region: region, Peer: peer, Place: place, Run: run, TTL: ttl, Tick: tick},
		Control:  &planted{Control: failovertest.Control{World: s.world, Region: region, Actor: run}, bug: s.bug},
		Journal:  failovertest.Journal{World: s.world, Region: region, Actor: run},
		Ledger:   plantedLedger{failovertest.Ledger{World: s.world, Region: region, Actor: run}, s.bug},
		Database: failovertest.Database{World: s.world, Region: region, Actor: run},
		Metrics:  silent{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: clock, Limits: limits,
	})
	if err != nil {
		panic(err)
	}
	controller.Run(context.Background(), clock.Now().Add(runFor))
}

type silent struct{}

func (silent) Emit(time.Time, []telemetry.Metric, map[string]string, map[string]any) error {
	return nil
}

// planted is the control table with a bug of its user.
type planted struct {
	failovertest.Control
	bug Bug
}

func (p *planted) Save(ctx context.Context, next control.Lease) (control.Lease, error) {
	if p.bug == UnconditionalClaim && p.World.Lease != nil {
		// The version is read just before the write instead of being the one that was decided on.
		if latest, err := p.Control.Load(ctx); err == nil {
			next.Version = latest.Version
		}
	}
	saved, err := p.Control.Save(ctx, next)
	if err != nil && p.bug == LostWriteTaken {
		next.Version++
		return next, nil
	}
	return saved, err
}

func (p *planted) AppendEvent(ctx context.Context, event control.Event) error {
	if p.bug == NoRecord && event.Kind == "promoting" {
		return nil
	}
	return p.Control.AppendEvent(ctx, event)
}

// plantedLedger is the ledger with a bug of its user.
type plantedLedger struct {
	failovertest.Ledger
	bug Bug
}

func (p plantedLedger) Fence(ctx context.Context, epoch int64, region string) error {
	if p.bug == NoFence {
		p.World.Unfenced = true
		return nil
	}
	return p.Ledger.Fence(ctx, epoch, region)
}
