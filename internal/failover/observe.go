package failover

import (
	"context"
	"errors"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Bounds of one look at a dependency. All looks of a tick together stay below the holder's time to renew.
const (
	probeTimeout  = payment.ProbeTimeout
	ledgerTimeout = 2500 * time.Millisecond
)

var errNotWritable = errors.New("ledger does not accept writes")

// observe looks at everything that the decision needs, and remembers the lease.
func (c *Controller) observe(ctx context.Context) Observation {
	seen, started := Observation{Self: c.options.Settings}, c.clock.Now()
	c.readLease(ctx, &seen)
	c.readIntent(ctx, &seen)
	// What is looked at more often than once a tick is not the journal.
	if !c.hurried || started.Sub(c.journalAt) >= c.options.Settings.Tick {
		c.journalAt = started
		c.probeJournal(ctx)
	}
	if c.looked = false; c.promoting() {
		// What fails is told by the observation, and promote looks again.
		_ = c.lookWhilePromoting(ctx)
	} else {
		c.lookAtLedger(ctx)
		c.lookAtDatabaseFor(ctx, seen)
	}
	seen.Moved, seen.Held = c.memory.moved, c.memory.held
	seen.Journal, seen.Ledger, seen.Database = c.journal, c.ledger, c.database
	return seen
}

// lookAtLedger probes the ledger if it should take writes.
func (c *Controller) lookAtLedger(ctx context.Context) {
	c.forgetTerms()
	if c.worksOnLedger() {
		c.probeLedger(ctx)
	} else {
		c.ledger = Health{}
	}
}

// lookAtDatabaseFor looks at the database if a decision may depend on it. That of an active term is its ledger's matter.
func (c *Controller) lookAtDatabaseFor(ctx context.Context, seen Observation) {
	if !c.memory.holds(seen.Self, c.clock.Now()) {
		c.lookAtDatabase(ctx, c.databaseAge(seen))
	} else if c.memory.lease.State == payment.LeaseDraining {
		c.lookWhileDraining(ctx)
	}
}

// forgetTerms: how a ledger was in one term says nothing of it in the next.
func (c *Controller) forgetTerms() {
	if epoch := c.memory.lease.Epoch; c.ledgerEpoch != epoch {
		c.ledger, c.ledgerEpoch = Health{}, epoch
	}
}

// own tells whether the term is this Region's.
func (c *Controller) own() bool {
	return c.memory.known && !c.memory.none && c.memory.lease.Region == c.options.Settings.Region
}

// promoting tells whether this Region is taking over.
func (c *Controller) promoting() bool {
	return c.own() && c.memory.lease.State == payment.LeasePromoting
}

// worksOnLedger tells whether this Region's ledger should be writable, in a term that has begun. One that was handed over just now is not, and may
// take long to say so.
func (c *Controller) worksOnLedger() bool {
	return c.own() && (c.memory.lease.State != payment.LeaseDraining || !c.handedOver())
}

// handedOver tells whether the database was seen not to be the writer, within this tick or the last.
func (c *Controller) handedOver() bool {
	return c.database.Usable && !c.database.Writer && c.clock.Now().Sub(c.databaseAt) < c.options.Settings.Tick
}

func (c *Controller) readLease(ctx context.Context, seen *Observation) {
	started := c.clock.Now()
	lease, err := c.options.Control.Load(ctx)
	ended := c.clock.Now()
	if err != nil {
		seen.ReadError = err.Error()
	}
	switch {
	case err == nil:
		c.memory = c.memory.read(lease, started, ended)
		seen.Reading, seen.Lease = LeaseRead, lease
	case errors.Is(err, control.ErrNoLease):
		c.memory = c.memory.absent(started, ended)
		seen.Reading = LeaseAbsent
	case errors.Is(err, control.ErrNewerSchema):
		seen.Reading = LeaseNewer
	case errors.Is(err, control.ErrCorrupt):
		seen.Reading = LeaseCorrupt
	default:
		seen.Reading = LeaseUnread
	}
}

func (c *Controller) probeJournal(ctx context.Context) {
	ctx, cancel := c.clock.WithTimeout(ctx, probeTimeout)
	defer cancel()
	err := c.options.Journal.Probe(ctx, c.options.Settings.Region, c.clock.Wall())
	c.journal = c.journal.Next(c.clock.Now(), err)
}

func (c *Controller) probeLedger(ctx context.Context) {
	ctx, cancel := c.clock.WithTimeout(ctx, min(ledgerTimeout, c.options.Settings.TTL/4))
	defer cancel()
	health, err := c.options.Ledger.Health(ctx)
	if err == nil && !health.Writable {
		err = errNotWritable
	}
	c.ledger, c.ledgerTerm = c.ledger.Next(c.clock.Now(), err), health.Term
}

// lookWhilePromoting looks at the database, and at the ledger once that is the writer. How long it has been bad counts from
// then on. A look at the database that fails begins no such time and ends none, as the writer does not come and go within
// a term; but only a tick in which it was seen may decide by it.
func (c *Controller) lookWhilePromoting(ctx context.Context) error {
	looking, cancel := c.clock.WithTimeout(ctx, c.options.Settings.TTL/4)
	database, err := c.options.Database.Observe(looking)
	cancel()
	c.databaseSeen(database, err)
	c.forgetTerms()
	c.looked = err == nil
	if c.looked && !database.settledWriter() {
		c.ledger = Health{}
	}
	if c.database.Writer || !c.looked && c.ledger.Known {
		c.probeLedger(ctx)
	}
	return err
}

// databaseAge is how old the knowledge of the database may be: while the peer holds a lease that moves, nothing depends
// on it and the control plane's rate is limited; else a decision may need it now.
func (c *Controller) databaseAge(seen Observation) time.Duration {
	if moving(seen) && seen.Intent.To == seen.Self.Region && seen.Lease.State == payment.LeaseReleased {
		return c.hurry()
	}
	still := c.clock.Now().Sub(c.memory.moved)
	asked := seen.standing().ID != ""
	if seen.Reading == LeaseRead && seen.Lease.Region == seen.Self.Peer && seen.Lease.State != payment.LeaseReleased && still < seen.Self.TTL/2 && !asked {
		return c.options.Limits.DatabaseEvery
	}
	return seen.Self.Tick
}

// lookAtDatabase asks the control plane unless it did so within age.
func (c *Controller) lookAtDatabase(ctx context.Context, age time.Duration) {
	if !c.databaseAt.IsZero() && c.clock.Now().Sub(c.databaseAt) < age {
		return
	}
	database, err := c.options.Database.Observe(ctx)
	c.databaseSeen(database, err)
}

// databaseSeen remembers the database; one that cannot be looked at is not usable, and is looked at again.
func (c *Controller) databaseSeen(database Database, err error) {
	if c.database, c.databaseAt = database, c.clock.Now(); err != nil {
		c.database, c.databaseAt = Database{Problem: err.Error()}, time.Time{}
	}
}
