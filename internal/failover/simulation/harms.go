package simulation

import (
	"fmt"
	"time"
)

// harm is something bad that lasts.
type harm struct {
	kind      harmKind
	region    int
	at, lasts time.Duration
}

func (h harm) String() string {
	return fmt.Sprintf("%s: %s", regionNames[h.region], h.kind)
}

type harmKind int

// The harms. All may overlap, with themselves, too.
const (
	tablesCut          harmKind = iota // the Region and the tables do not reach each other
	tableRequestsLost                  // one way: what the Region asks does not arrive
	tableAnswersLost                   // the other way: it is carried out, and the answer is lost
	replicationStalls                  // between the databases
	databasesSevered                   // the Regions' databases and functions do not reach the other Region's
	databaseDown                       // it answers nothing
	diskSlow                           // every call of the Region's ledger takes seconds
	tablesSlow                         // every call of the tables from the Region does
	runsCrash                          // the controller's runs end wherever they are
	runsFrozen                         // and stand still
	runsLate                           // the schedule starts none
	leaseUnreadable                    // for the processors
	wallJumps                          // the wall clock
	controlPlaneErrors                 // the Region's database control plane refuses
	harmKinds

	// The disasters.
	regionLost     // all of it, at once
	regionCutOff   // it lives, and reaches nobody
	controllerLost // no run of it works
	leftBehind     // that, and its processors and its database go on without knowing
	everyHarm
)

var harmNames = map[harmKind]string{
	tablesCut: "cut from the tables", tableRequestsLost: "requests to the tables are lost", tableAnswersLost: "answers of the tables are lost",
	replicationStalls: "replication stalls", databasesSevered: "databases are severed", databaseDown: "database is down",
	diskSlow: "disk is slow", tablesSlow: "tables are slow", runsCrash: "runs crash", runsFrozen: "runs are frozen", runsLate: "no runs are started",
	leaseUnreadable: "processors cannot read the lease", wallJumps: "wall clock jumps", controlPlaneErrors: "control plane refuses",
	regionLost: "region is lost", regionCutOff: "region is cut off", controllerLost: "controller is lost", leftBehind: "region is left behind",
}

// disturbs tells whether it may keep a Region's controller from its work.
func (k harmKind) disturbs() bool {
	return k != replicationStalls && k != leaseUnreadable && k != wallJumps
}

func (k harmKind) String() string { return harmNames[k] }

// disasters are the harms after which the peer must take over.
var disasters = [...]harmKind{regionLost, regionLost, regionCutOff, databaseDown, controllerLost, leftBehind, tablesCut}

// parts are the harms that a disaster consists of.
func (k harmKind) parts() []harmKind {
	switch k {
	case regionLost:
		return regionLostParts
	case regionCutOff:
		return regionCutOffParts
	case controllerLost:
		return controllerLostParts
	case leftBehind:
		return leftBehindParts
	}
	return nil
}

var (
	regionLostParts     = []harmKind{databasesSevered, databaseDown, tablesCut, runsLate, runsCrash}
	regionCutOffParts   = []harmKind{databasesSevered, tablesCut}
	controllerLostParts = []harmKind{runsLate, runsCrash}
	leftBehindParts     = []harmKind{databasesSevered, leaseUnreadable, runsLate, runsCrash}
)

// begin does harm; the way out is finish.
func (s *simulation) begin(h harm) {
	s.result.Harms++
	if h.kind.disturbs() {
		s.disturbed[h.region] = true
	}
	if s.telling {
		s.tell("%s (for %s)", h, h.lasts)
	}
	s.inflict(h.kind, h.region)
	if h.kind == runsFrozen {
		s.frozenUntil[h.region] = max(s.frozenUntil[h.region], s.now+h.lasts)
	}
}

func (s *simulation) inflict(kind harmKind, region int) {
	for _, part := range kind.parts() {
		s.inflict(part, region)
	}
	switch kind {
	case regionLost:
		s.interruptAll(payer, region)
	case replicationStalls, databasesSevered:
		s.replicate()
	case runsCrash:
		s.interruptAll(run, region)
	case wallJumps:
		if s.plan.skew > 0 {
			s.skew[region] = s.director.random.upTo(2*s.plan.skew) - s.plan.skew
			s.world.Wall[regionNames[region]] = s.skew[region]
		}
	}
	s.harmed[kind][region]++
	s.world.Global.Severed = s.any(databasesSevered)
	s.world.Books[regionNames[region]].Down = s.harmed[databaseDown][region] > 0
}

// finish undoes it.
func (s *simulation) finish(h harm) {
	if s.calmAt > 0 {
		return
	}
	if s.telling && h.kind != runsCrash && h.kind != wallJumps {
		s.tell("%s: no more", h)
	}
	s.relieve(h.kind, h.region)
	s.mend()
}

func (s *simulation) relieve(kind harmKind, region int) {
	for _, part := range kind.parts() {
		s.relieve(part, region)
	}
	s.harmed[kind][region]--
	s.world.Global.Severed = s.any(databasesSevered)
	s.world.Books[regionNames[region]].Down = s.harmed[databaseDown][region] > 0
}

// any tells whether a harm is done in either Region.
func (s *simulation) any(kind harmKind) bool { return s.harmed[kind][east]+s.harmed[kind][west] > 0 }

// replicate carries what replication would have carried by now.
func (s *simulation) replicate() {
	if !s.any(replicationStalls) && !s.any(databasesSevered) {
		s.world.Replicate(time.Duration(mixed(uint64(s.now)) % uint64(500*time.Millisecond)))
	}
}

// mend rebuilds a database that is the writer no more, or never again will be what it was.
func (s *simulation) mend() {
	s.world.Settle()
	if s.world.Global.Severed {
		return
	}
	for region, name := range regionNames {
		book := s.world.Books[name]
		if name == s.world.Global.Writer || !book.Writable || book.Down || s.rebuilding[region] {
			continue
		}
		s.rebuilding[region] = true
		book.Writable, book.Apart = false, true
		s.world.Global.Unusable[name] = "cluster is being rebuilt"
		s.after(s.director.random.between(time.Second, 15*time.Second), func() { s.rebuilt(region) })
	}
}

// rebuilt makes it a replica, if the writer can be copied.
func (s *simulation) rebuilt(region int) {
	name := regionNames[region]
	if s.world.Global.Severed || s.world.Books[s.world.Global.Writer].Down {
		s.after(time.Second, func() { s.rebuilt(region) })
		return
	}
	s.rebuilding[region] = false
	if name == s.world.Global.Writer {
		return
	}
	if s.telling {
		s.tell("%s rejoins as a replica", name)
	}
	s.world.Rejoin(name)
}

// calm undoes everything.
func (s *simulation) calm() {
	s.calmAt = s.now
	if s.telling {
		s.tell("calm")
	}
	s.harmed = [everyHarm][regions]int{}
	clear(s.world.Wall)
	s.skew, s.frozenUntil = [regions]time.Duration{}, [regions]time.Duration{}
	s.world.Global.Severed = false
	for _, book := range s.world.Books {
		book.Down = false
	}
	s.mend()
}
