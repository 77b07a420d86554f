package simulation

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Bug is a fault of the program, planted in what it stands on to see that it is found.
type Bug string

// The planted bugs.
const (
	NoBug              Bug = ""
	UnconditionalClaim Bug = "unconditional claim"
	LostWriteTaken     Bug = "memory changed after a lost write"
	EarlyAnswer        Bug = "acknowledge before the journal"
	NoFence            Bug = "no fence"
	NoRecord           Bug = "promote before record"
	ShortWindow        Bug = "replay window too short"
	BlindHealth        Bug = "health that never fails"
	WallClock          Bug = "wall clock used for the lease"
	EndlessPromotion   Bug = "promotion that never gives up"
)

// Bugs lists the planted bugs.
func Bugs() []Bug {
	return []Bug{UnconditionalClaim, LostWriteTaken, EarlyAnswer, NoFence, NoRecord, ShortWindow, BlindHealth, WallClock, EndlessPromotion}
}

// plant prepares a seed for the bug.
func (s *simulation) plant() {
	s.world.Unfenced = s.bug == NoFence
	if s.bug == ShortWindow {
		s.plan.limits.Window = time.Nanosecond
	}
}

// stores are what a controller stands on.
type stores struct {
	control failover.Control
	journal failover.Journal
	ledger  failover.Ledger
	// database is the Region's, as its control plane tells it.
	database failover.Promoter
}

// planted are a Region's stores with the bug, if there is one.
func (s *simulation) planted(region string) stores {
	table := failovertest.Control{World: s.world, Region: region, Actor: region}
	journal := failovertest.Journal{World: s.world, Region: region, Actor: region}
	books := failovertest.Ledger{World: s.world, Region: region, Actor: region}
	database := failovertest.Database{World: s.world, Region: region, Actor: region}
	planted := stores{table, journal, books, database}
	switch s.bug {
	case UnconditionalClaim:
		planted.control = overwriting{table}
	case LostWriteTaken:
		planted.control = believing{table}
	case NoRecord:
		planted.control = unrecorded{table}
	case NoFence:
		planted.ledger = unfenced{books}
	case BlindHealth:
		planted.journal, planted.ledger = blindJournal{journal}, blindLedger{books}
	case EndlessPromotion:
		planted.database = arriving{database}
	}
	return planted
}

// overwriting writes the lease on whatever version is there.
type overwriting struct{ failovertest.Control }

func (o overwriting) Save(ctx context.Context, next control.Lease) (control.Lease, error) {
	if o.World.Lease != nil {
		next.Version = o.World.Lease.Version
	}
	return o.Control.Save(ctx, next)
}

// believing takes a write for done that was not.
type believing struct{ failovertest.Control }

func (b believing) Save(ctx context.Context, next control.Lease) (control.Lease, error) {
	saved, err := b.Control.Save(ctx, next)
	if err != nil {
		next.Version++
		return next, nil
	}
	return saved, nil
}

// unrecorded does not write down what it is about to do.
type unrecorded struct{ failovertest.Control }

func (u unrecorded) AppendEvent(ctx context.Context, event control.Event) error {
	if event.Kind == "promoting" {
		return nil
	}
	return u.Control.AppendEvent(ctx, event)
}

// unfenced raises no epoch; the ledgers take postings of any.
type unfenced struct{ failovertest.Ledger }

func (unfenced) Fence(context.Context, int64, string) error { return nil }

// blindJournal and blindLedger are always well.
type blindJournal struct{ failovertest.Journal }

func (blindJournal) Probe(context.Context, string, time.Time) error { return nil }

type blindLedger struct{ failovertest.Ledger }

func (b blindLedger) Health(context.Context) (ledger.Health, error) {
	return ledger.Health{Writable: true, Term: b.World.Books[b.Region].Term()}, nil
}

// arriving is a database that is on its way to be the writer for ever, so that its ledger is held against nobody.
type arriving struct{ failovertest.Database }

func (a arriving) Observe(ctx context.Context) (failover.Database, error) {
	seen, err := a.Database.Observe(ctx)
	seen.Promoting = seen.Promoting || seen.Writer
	return seen, err
}

// eager is a journal that answers before it has written.
type eager struct {
	failovertest.Journal
	simulation *simulation
}

func (e eager) Begin(_ context.Context, record payment.Record) error {
	if _, known := e.World.Record(record.ID); known {
		return payment.ErrRecordExists
	}
	s := e.simulation
	s.serial++
	s.start(other, eagerNumber+uint32(s.serial), "write behind", 0, func() { _ = e.Journal.Begin(context.Background(), record) })
	return nil
}

// eagerNumber is the first of its writers among the others.
const eagerNumber = 1000
