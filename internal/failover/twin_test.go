package failover_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// row is a row of the state table, written without regard to the order of others: exactly one must apply.
type row struct {
	name    string
	applies bool
	action  failover.Action
	work    failover.Work
	state   payment.LeaseState // that is written
}

// table is the slow, obvious twin of Decide.
func table(o failover.Observation, now time.Time) []row {
	const ttl, tick = 15 * time.Second, 2 * time.Second
	still := now.Sub(o.Moved)
	read, absent := o.Reading == failover.LeaseRead, o.Reading == failover.LeaseAbsent
	lease := o.Lease
	known := lease.Region == "east" || lease.Region == "west"
	mine, peers := read && known && lease.Region == o.Self.Region, read && known && lease.Region != o.Self.Region
	released := lease.State == payment.LeaseReleased
	capable := o.Journal.Good && o.Database.Usable
	otherRun := lease.Holder != o.Self.Run && still < tick*3/2
	journalGone := o.Journal.Known && !o.Journal.Good && now.Sub(o.Journal.Since) >= ttl
	firstWait := map[[2]bool]time.Duration{{true, true}: 0, {true, false}: 4 * ttl, {false, true}: ttl, {false, false}: 4 * ttl}[[2]bool{o.Self.Place == payment.PlacePrimary, o.Database.Writer}]
	abandoned := released || still >= ttl
	ledgerBack := !o.Database.Writer || o.Ledger.Good
	none, nothing := failover.NoWork, payment.LeaseState("")
	promoting, active := lease.State == payment.LeasePromoting, lease.State == payment.LeaseActive
	draining, releasedState := lease.State == payment.LeaseDraining, payment.LeaseReleased

	standing := read && o.IntentRead && o.Intent.State == control.IntentOpen && o.Intent.Epoch == lease.Epoch && lease.Seq < o.Intent.Until
	asks := func(kind control.IntentKind) bool { return standing && o.Intent.Kind == kind }
	toPeer := o.Intent.To == o.Self.Peer
	overruled := asks(control.IntentFailover) && !toPeer && now.Sub(o.Asked) >= ttl

	ledgerBad := o.Ledger.Known && !o.Ledger.Good && now.Sub(o.Ledger.Since) >= 2*ttl
	patience := map[int64]int64{0: 0, 1: 15, 2: 45, 3: 105, 5: 465, 9: 465}[lease.InVain]
	arrived := promoting && o.Database.Writer && !o.Database.Promoting && lease.Seq >= patience
	gone := journalGone || ledgerBad && active || ledgerBad && arrived && !asks(control.IntentDrain)
	holds := mine && !released && !otherRun && !gone
	stepDown := holds && asks(control.IntentFailover) && toPeer
	handedOver := holds && !stepDown && draining && o.Database.Usable && !o.Database.Writer
	stays := holds && !stepDown && !handedOver && !promoting
	handOver := stays && asks(control.IntentSwitchover) && toPeer
	drain := stays && asks(control.IntentDrain)
	free := stays && !handOver && !drain
	back := free && draining && o.IntentRead && (o.Ledger.Good || o.Database.Usable && o.Database.Writer)
	inVain := free && draining && o.IntentRead && !back && ledgerBad
	return []row{
		{"unread", o.Reading == failover.LeaseUnread, failover.Wait, none, nothing},
		{"corrupt", o.Reading == failover.LeaseCorrupt, failover.Wait, none, nothing},
		{"newer", o.Reading == failover.LeaseNewer, failover.Wait, none, nothing},
		{"neither Region", read && !known, failover.Wait, none, nothing},
		{"absent, the peer's turn", absent && still < firstWait, failover.Wait, none, nothing},
		{"absent, incapable", absent && still >= firstWait && !capable, failover.Wait, none, nothing},
		{"absent, mine to make", absent && still >= firstWait && capable, failover.Create, failover.Promote, payment.LeasePromoting},
		{"peer holds", peers && !abandoned && !overruled, failover.Wait, none, nothing},
		{"peer is gone, incapable", peers && (abandoned || overruled) && !capable, failover.Wait, none, nothing},
		{"peer is gone", peers && abandoned && capable, failover.Claim, failover.Promote, payment.LeasePromoting},
		{"peer was asked to step down", peers && !abandoned && overruled && capable, failover.Claim, failover.Promote, payment.LeasePromoting},
		{"I released, the peer's turn", mine && released && still < 2*ttl, failover.Wait, none, nothing},
		{"I released, not well", mine && released && still >= 2*ttl && !(capable && ledgerBack), failover.Wait, none, nothing},
		{"I released, well again", mine && released && still >= 2*ttl && capable && ledgerBack, failover.Claim, failover.Promote, payment.LeasePromoting},
		{"another run holds", mine && !released && otherRun, failover.Wait, none, nothing},
		{"I am ill", mine && !released && !otherRun && gone, failover.Release, none, releasedState},
		{"I am asked to step down", stepDown, failover.Release, none, releasedState},
		{"I promote", holds && !stepDown && promoting, failover.Renew, failover.Promote, payment.LeasePromoting},
		{"I have handed over", handedOver, failover.Release, none, releasedState},
		{"I hand over", handOver, failover.Renew, failover.HandOver, payment.LeaseDraining},
		{"I am asked to drain", drain, failover.Renew, failover.Sweep, payment.LeaseDraining},
		{"nobody asks any more", back, failover.Renew, failover.Sweep, payment.LeaseActive},
		{"drained in vain", inVain, failover.Release, none, releasedState},
		{"I drain", free && draining && !back && !inVain, failover.Renew, failover.Sweep, payment.LeaseDraining},
		{"I replay", free && active && asks(control.IntentReplay), failover.Renew, failover.Replay, payment.LeaseActive},
		{"I am active", free && active && !asks(control.IntentReplay), failover.Renew, failover.Sweep, payment.LeaseActive},
	}
}

func TestDecideIsTheTable(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	met := map[string]int{}
	for i := range 200_000 {
		o := randomObservation(random)
		var match []row
		for _, r := range table(o, noon) {
			if r.applies {
				match = append(match, r)
			}
		}
		if len(match) != 1 {
			t.Fatalf("seed %d, case %d: rows %v apply, want one: %+v", seed, i, match, o)
		}
		met[match[0].name]++
		decision := failover.Decide(o, noon)
		if decision.Action != match[0].action || decision.Work != match[0].work || decision.Next.State != match[0].state {
			t.Fatalf("seed %d, case %d: decided %s %s %s, row %q says %s %s %s: %+v", seed, i, decision.Action, decision.Work, decision.Next.State,
				match[0].name, match[0].action, match[0].work, match[0].state, o)
		}
		checkWrite(t, o, decision)
		fenced := o.Reading == failover.LeaseUnread && !o.Held.IsZero() && noon.Sub(o.Held) >= 12*time.Second
		if decision.Fenced != fenced || decision.Reason == "" {
			t.Fatalf("seed %d, case %d: fenced %t, want %t, reason %q: %+v", seed, i, decision.Fenced, fenced, decision.Reason, o)
		}
	}
	for _, r := range table(failover.Observation{}, noon) {
		if met[r.name] == 0 {
			t.Errorf("no case met row %q", r.name)
		}
	}
}

// checkWrite: a write is always for this Region and run, on exactly the version read, and an epoch never falls.
func checkWrite(t *testing.T, o failover.Observation, decision failover.Decision) {
	t.Helper()
	next, read := decision.Next, o.Lease
	if decision.Action == failover.Wait {
		if next != (control.Lease{}) {
			t.Fatalf("waits, and would write %+v", next)
		}
		return
	}
	epoch := read.Epoch
	if decision.Action == failover.Create || decision.Action == failover.Claim {
		epoch++
	} else if next.Seq != read.Seq+1 {
		t.Fatalf("seq %d after %d", next.Seq, read.Seq)
	}
	if next.Region != o.Self.Region || next.Holder != o.Self.Run || next.Version != read.Version || next.Epoch != epoch {
		t.Fatalf("would write %+v after %+v", next, read)
	}
}

func randomObservation(random *rand.Rand) failover.Observation {
	ago := func() time.Time {
		ages := []time.Duration{0, 1, 2, 3, 11, 12, 14, 15, 29, 30, 59, 60, 3600}
		return noon.Add(-ages[random.IntN(len(ages))]*time.Second + time.Duration(random.IntN(3)-1))
	}
	condition := func() failover.Health {
		h := failover.Health{Known: random.IntN(5) > 0, Since: ago(), Problem: "no answer"}
		h.Good = h.Known && random.IntN(2) == 0
		return h
	}
	self := settings([]string{"east", "west"}[random.IntN(2)], "e1")
	o := failover.Observation{
		Self: self, Moved: ago(), Journal: condition(), Ledger: condition(),
		Database: failover.Database{Writer: random.IntN(2) == 0, Promoting: random.IntN(4) == 0, Usable: random.IntN(4) > 0, Problem: "stopped"},
		Reading:  failover.LeaseRead,
	}
	if random.IntN(3) == 0 {
		o.Held = ago()
	}
	switch random.IntN(8) {
	case 0:
		o.Reading = failover.LeaseUnread
	case 1:
		o.Reading = failover.LeaseAbsent
	case 2:
		o.Reading = []failover.Reading{failover.LeaseCorrupt, failover.LeaseNewer}[random.IntN(2)]
	}
	if o.Reading != failover.LeaseRead {
		o.ReadError = "no answer"
		return o
	}
	regions := []string{"east", "west", "east", "west", "east", "west", "north"}
	states := []payment.LeaseState{payment.LeaseActive, payment.LeasePromoting, payment.LeaseDraining, payment.LeaseReleased}
	o.Lease = control.Lease{
		Region: regions[random.IntN(len(regions))], Epoch: 1 + random.Int64N(9), Seq: random.Int64N(99) * random.Int64N(9), InVain: []int64{0, 0, 1, 2, 3, 5, 9}[random.IntN(7)],
		State: states[random.IntN(4)], Holder: []string{"e1", "e2"}[random.IntN(2)], Version: 1 + random.Int64N(99),
	}
	o.Intent, o.IntentRead, o.Asked = randomIntent(random, o.Lease), random.IntN(4) > 0, ago()
	return o
}

// randomIntent is one that stands, more often than not.
func randomIntent(random *rand.Rand, lease control.Lease) control.Intent {
	kinds := []control.IntentKind{control.IntentFailover, control.IntentSwitchover, control.IntentDrain, control.IntentReplay}
	states := []control.IntentState{control.IntentOpen, control.IntentOpen, control.IntentOpen, control.IntentWithdrawn, control.IntentDone}
	if random.IntN(3) == 0 {
		return control.Intent{}
	}
	return control.Intent{
		ID: "asked", By: "ann", Kind: kinds[random.IntN(4)], To: []string{"east", "west"}[random.IntN(2)], State: states[random.IntN(5)],
		Epoch: lease.Epoch - random.Int64N(5)/4, Until: lease.Seq + random.Int64N(4),
	}
}
