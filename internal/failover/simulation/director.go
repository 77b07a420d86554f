package simulation

import (
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// director leads through a seed: harm, disaster, takeover, return, calm, end.
type director struct {
	*simulation
	random   source
	struck   int // the Region of the disaster under way, -1: none
	disaster harm
	home     string // where the lease was before the first disaster
	returned bool
	bornDead bool          // a term was begun by a database that died at once
	settled  time.Duration // since when all has been settled; 0: it is not
}

// direct plans what happens when.
func (d *director) direct() {
	d.struck = -1
	for i, h := range d.plan.harms {
		if !d.omit.harms[i] {
			d.after(h.at, func() { d.befalls(h) })
		}
	}
	if !d.omit.disaster {
		d.after(d.plan.disaster.at, func() { d.strike(d.plan.disaster.kind) })
	} else {
		d.after(d.plan.disaster.at, d.goHome)
	}
	d.after(hostility, d.calmDown)
}

// befalls is a harm from begin to end.
func (d *director) befalls(h harm) {
	if d.calmAt > 0 {
		return
	}
	d.begin(h)
	d.after(h.lasts, func() { d.finish(h) })
}

// overdue is when an undisturbed peer must have taken over: after the lease's time to live by a slow clock, a gap between
// two runs, and a promotion of 20 s. A holder bears a dead ledger for a minute, which a single run must have watched.
func overdue(kind harmKind) time.Duration {
	if kind == databaseDown {
		return 180 * time.Second
	}
	return 90 * time.Second
}

// strike is a disaster of the Region that holds the lease; it lasts until the peer has taken over.
func (d *director) strike(kind harmKind) {
	switch {
	case d.calmAt > 0:
		return
	case d.activeIn == "" || d.struck >= 0:
		d.after(time.Second, func() { d.strike(kind) })
		return
	}
	if d.home == "" {
		d.home = d.activeIn
	}
	d.befall(kind, regionOf(d.activeIn))
}

// befall is a disaster of a Region.
func (d *director) befall(kind harmKind, region int) {
	d.struck = region
	d.disaster = harm{kind: kind, region: region, at: d.now, lasts: overdue(kind)}
	d.begin(d.disaster)
	d.disturbed = d.disturbedNow()
	d.result.Disasters++
	struck := d.disaster
	d.after(struck.lasts, func() { d.overdue(struck) })
}

// begun: a term begins. Its Region's database may be lost before it is active, once in a seed.
func (d *director) begun(region string) {
	if !d.plan.stillborn || d.omit.stillborn || d.bornDead || d.calmAt > 0 || d.struck >= 0 || region != d.world.Global.Writer {
		return
	}
	d.bornDead, d.result.BornDead = true, true
	// Whoever is active next has taken over, also who was before.
	d.activeIn = ""
	d.befall(databaseDown, regionOf(region))
}

// disturbedNow tells which Regions have other trouble than the disaster that has just struck.
func (d *director) disturbedNow() (disturbed [regions]bool) {
	peer := regionNames[1-d.struck]
	disturbed[1-d.struck] = d.world.Global.Unusable[peer] != "" || d.world.Books[peer].Apart || d.world.Books[peer].Writable
	for i, h := range d.plan.harms {
		if !d.omit.harms[i] && h.kind.disturbs() && h.at <= d.now && h.at+h.lasts > d.now {
			disturbed[h.region] = true
		}
	}
	for region := range regions {
		disturbed[region] = disturbed[region] || d.frozenUntil[region] > d.now || d.pausedUntil[region] > d.now || !d.watched(region)
	}
	return disturbed
}

// watched tells whether a run of the Region lives.
func (d *director) watched(region int) bool {
	for _, a := range d.actors[:d.used] {
		if a.kind == run && a.region == region && !a.ended {
			return true
		}
	}
	return false
}

// overdue: nobody has taken over. That is a fault unless something disturbed the peer, too.
func (d *director) overdue(struck harm) {
	if d.struck < 0 || d.disaster != struck || d.calmAt > 0 {
		return
	}
	peer := 1 - struck.region
	// A Region that lives must see for itself that it is ill.
	alone := !d.disturbed[peer] && (struck.kind != databaseDown || !d.disturbed[struck.region])
	if alone {
		d.checker.broken(Goes, "%s did not take over within %s of the disaster: %s", regionNames[peer], struck.lasts, struck)
	}
	d.after(extension, func() {
		if d.disaster == struck {
			d.recover()
		}
	})
}

// extension is how much longer a disaster lasts when the takeover is disturbed.
const extension = time.Minute

// moved: the lease is active in another Region than before.
func (d *director) moved() {
	if d.home != "" && d.activeIn == d.home {
		d.returned = true
		d.result.Returned = true
		d.after(d.random.upTo(10*time.Second), d.calmDown)
	}
	if d.struck >= 0 && regionOf(d.activeIn) != d.struck {
		d.after(d.plan.disaster.lasts, d.recover)
	}
}

// recover ends the disaster, and leads home.
func (d *director) recover() {
	if d.struck < 0 || d.calmAt > 0 {
		return
	}
	d.struck = -1
	d.finish(d.disaster)
	// Home is known since the disaster that was planned, which may be still to come.
	if d.home != "" && !d.returned {
		d.after(d.plan.returnIn, d.goHome)
	}
}

// goHome brings the lease back to where it was.
func (d *director) goHome() {
	if d.calmAt > 0 || d.returned || d.omit.returning {
		return
	}
	if d.plan.returns == byDisaster && d.activeIn != d.home && d.result.Disasters < 2 {
		d.strike(disasters[d.random.below(uint64(len(disasters)))])
		return
	}
	d.start(other, operatorNumber, "operator", d.random.upTo(time.Second), d.operate)
}

// calmDown ends the hostile time; the end comes when everything has been settled for a while.
func (d *director) calmDown() {
	if d.calmAt > 0 {
		return
	}
	d.calm()
	d.after(0, d.watch)
}

// watch looks now and then whether everything is settled.
func (d *director) watch() {
	switch {
	case !d.isSettled():
		d.settled = 0
	case d.settled == 0:
		d.settled = d.now
	case d.now-d.settled >= rest:
		d.stopped = true
		d.checker.end(true)
		return
	}
	if d.now-d.calmAt > patience {
		d.stopped = true
		d.checker.end(false)
		return
	}
	d.after(time.Second, d.watch)
}

// isSettled: one Region is active with the writer, has settled its term, and nothing is under way.
func (d *director) isSettled() bool {
	lease, world := d.world.Lease, d.world
	if lease == nil || lease.State != payment.LeaseActive || lease.Region != world.Global.Writer || world.Global.Target != "" {
		return false
	}
	if _, pending := world.Recorded(); pending > 0 || d.paying > 0 {
		return false
	}
	for i := len(world.Events) - 1; i >= 0; i-- {
		if event := &world.Events[i]; event.Epoch == lease.Epoch && event.Kind == "settled" {
			return true
		}
	}
	return false
}
