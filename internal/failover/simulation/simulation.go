package simulation

import (
	"fmt"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Simulator plays seeds, one after the other, in the same memory. It is used by one goroutine.
type Simulator struct{ s *simulation }

// simulation is one run of a seed.
type simulation struct {
	schedule
	seed     uint64
	bug      Bug
	telling  bool
	omit     omission
	plan     plan
	result   Result
	checker  checker
	director director

	harmed      [everyHarm][regions]int
	frozenUntil [regions]time.Duration
	pausedUntil [regions]time.Duration
	skew        [regions]time.Duration
	rebuilding  [regions]bool
	// disturbed: something else than the disaster befell the Region since it struck.
	disturbed [regions]bool
	// befell are the surprises so far.
	befell   []key
	activeIn string
	// calmAt is when nothing bad happens any more; 0: not yet.
	calmAt time.Duration
	paying int
	serial int
	// told is the lease as last told, renewals how often it was written since.
	told     term
	renewals int

	// slabs are the memory of contexts, bounds how many this seed has used.
	slabs  []*[slab]deadline
	bounds int

	environments []*environment
	processors   [regions][processors]*processor
}

// New makes a simulator; Close ends it.
func New() *Simulator {
	s := &simulation{}
	s.world = failovertest.New(regionNames[east], regionNames[west])
	s.world.Before, s.world.After = s.before, s.back
	s.world.Later = func(after time.Duration, do func()) { s.after(after, do) }
	s.world.IndexLag = func() time.Duration { return s.indexLag() }
	s.world.Global.Ending = s.replicate
	s.checker = checker{simulation: s, owner: map[int64]string{}}
	s.world.Saved, s.world.Posted = s.checker.saved, s.checker.posted
	s.world.Wrong = s.checker.wrong
	s.paniced = func(what string) { s.checker.broken(NoPanic, "%s", what) }
	return &Simulator{s}
}

// Close ends the simulator's coroutines.
func (m *Simulator) Close() { m.s.close() }

// Run plays one seed.
func (m *Simulator) Run(seed uint64, bug Bug) Result { return m.s.play(seed, bug, omission{}, false) }

// Tell plays one seed and tells its story.
func (m *Simulator) Tell(seed uint64, bug Bug) Result { return m.s.play(seed, bug, omission{}, true) }

func (s *simulation) play(seed uint64, bug Bug, omit omission, telling bool) Result {
	s.reset(seed, bug, omit, telling)
	for region := range regions {
		s.start(other, launcherNumber+uint32(region), "launcher", s.director.random.upTo(time.Second), func() { s.launch(region) })
	}
	for _, p := range s.plan.payments {
		if omit.payments[p.number] {
			continue
		}
		s.result.Payments++
		s.paying++
		s.start(payer, uint32(p.number), paymentIDs[p.number], p.at, func() { s.pay(p); s.paying-- })
	}
	s.director.direct()
	s.run(hostility + 2*patience)
	s.stopped = true
	s.result.Steps, s.result.Lasted = s.steps, s.now
	s.end()
	return s.result
}

func (s *simulation) reset(seed uint64, bug Bug, omit omission, telling bool) {
	s.schedule.reset(seed)
	s.world.Reset(regionNames[east])
	s.seed, s.bug, s.omit, s.telling = seed, bug, omit, telling
	s.plan.draw(seed)
	s.result = Result{Seed: seed}
	s.checker.reset()
	s.director = director{simulation: s}
	s.director.random.seed(seed, 1)
	s.harmed, s.frozenUntil, s.skew = [everyHarm][regions]int{}, [regions]time.Duration{}, [regions]time.Duration{}
	s.pausedUntil, s.rebuilding, s.disturbed = [regions]time.Duration{}, [regions]bool{}, [regions]bool{}
	s.befell, s.activeIn, s.calmAt, s.paying, s.serial, s.bounds = s.befell[:0], "", 0, 0, 0, 0
	clear(s.environments)
	s.environments = s.environments[:0]
	for region := range regions {
		for i := range processors {
			s.processors[region][i] = s.newProcessor(region)
		}
	}
	if omit.clocks {
		s.plan.rate, s.plan.skew, s.plan.stands = [regions]float64{1, 1}, 0, false
	}
	if omit.prompt {
		s.plan.indexLag, s.plan.takes = 0, time.Second
	}
	s.world.Global.Takes = s.plan.takes
	s.world.Trace = nil
	if s.renewals, s.told = 0, (term{}); telling {
		s.world.Trace = s.trace
	}
	s.plant()
	if s.plan.established {
		s.world.Establish(regionNames[east], earlier[:]...)
		s.checker.lease, s.activeIn = *s.world.Lease, regionNames[east]
	}
}

// earlier are the payments of a system that has run for a while.
var earlier = func() (paid [3]payment.Record) {
	for i := range paid {
		asked := payment.Payment{ID: fmt.Sprintf("earlier-%02d", i), Money: payment.Money{MinorUnits: 500, Currency: "USD"}}
		paid[i] = payment.Record{
			Payment: asked, TransactionID: asked.ID, Fingerprint: asked.Fingerprint(), Region: regionNames[i%regions], Epoch: 1,
			CreatedAt: failovertest.Start.Add(time.Duration(i-len(paid)) * time.Minute),
		}
	}
	return paid
}()

// hostile tells whether harm may still come.
func (s *simulation) hostile() bool { return s.calmAt == 0 }

// indexLag is how far an index is behind what is written now.
func (s *simulation) indexLag() time.Duration {
	if s.plan.indexLag == 0 {
		return 0
	}
	return time.Duration(mixed(uint64(s.now)) % uint64(s.plan.indexLag))
}

// trace tells what the world does, but counts renewals only.
func (s *simulation) trace(format string, arguments ...any) {
	if strings.HasSuffix(format, "if version %d: ok") {
		written := term{s.world.Lease.Region, s.world.Lease.Epoch, s.world.Lease.State}
		if written == s.told {
			s.renewals++
			return
		}
		s.told = written
	}
	s.tell(format, arguments...)
}

// term is what of a lease is worth telling.
type term struct {
	region string
	epoch  int64
	state  payment.LeaseState
}

func (s *simulation) tell(format string, arguments ...any) {
	if !s.telling {
		return
	}
	if renewals := s.renewals; renewals > 0 {
		s.renewals = 0
		s.tell("(the lease was written %d times more)", renewals)
	}
	who := ""
	if s.current != nil {
		who = s.current.name
	}
	s.result.Story = append(s.result.Story, fmt.Sprintf("%9.3fs %-10s ", s.now.Seconds(), who)+fmt.Sprintf(format, arguments...))
}

func regionOf(name string) int {
	if name == regionNames[east] {
		return east
	}
	return west
}

// launcherNumber is the first launcher's among the others.
const launcherNumber = 10
