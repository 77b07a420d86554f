package simulation

import (
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Invariant is one of the system's, or the promise that it goes on.
type Invariant string

// The invariants.
const (
	I1      Invariant = "I1" // acknowledged only after the journal has it
	I2      Invariant = "I2" // acknowledged is in the ledger, once, in the end
	I3      Invariant = "I3" // one id, one transaction, one outcome
	I4      Invariant = "I4" // one holder at a time, epochs grow, nobody else acts
	I5      Invariant = "I5" // no control plane but the own Region's
	Order   Invariant = "order"
	Goes    Invariant = "liveness"
	NoPanic Invariant = "panic"
)

// checker holds a simulation to the invariants. It looks at calls and stores alone, never into the program, and at
// each just when it changes.
type checker struct {
	*simulation
	transactions [len(paymentIDs)]string // what payers were told
	owner        map[int64]string        // by epoch
	promoting    int64                   // the newest epoch whose promotion is recorded
	seenEvents   int
	lease        control.Lease
	moved        time.Duration
}

func (c *checker) reset() {
	clear(c.owner)
	*c = checker{simulation: c.simulation, owner: c.owner}
}

func (c *checker) broken(invariant Invariant, format string, arguments ...any) {
	if c.result.Problem == "" {
		c.result.Invariant, c.result.Problem = invariant, fmt.Sprintf(format, arguments...)
		c.tell("BROKEN %s: %s", invariant, c.result.Problem)
	}
	c.stopped = true
}

// wrong is what a store noticed.
func (c *checker) wrong(err error) {
	if errors.Is(err, failovertest.ErrUnrecorded) {
		c.broken(I1, "%v", err)
		return
	}
	c.broken(I3, "%v", err)
}

// acknowledge checks I1 and I3 on an answer.
func (c *checker) acknowledge(id string, result payment.Result) {
	c.result.Answers++
	record, known := c.world.Record(id)
	if !known {
		c.broken(I1, "payment %s is acknowledged and not in the journal", id)
		return
	}
	before := &c.transactions[c.number(id)]
	if result.TransactionID != record.TransactionID || *before != "" && *before != result.TransactionID {
		c.broken(I3, "payment %s was answered with transaction %s, before with %q, the journal has %s", id, result.TransactionID, *before, record.TransactionID)
	}
	if result.Status == payment.StatusCompleted && record.Status != payment.StatusCompleted {
		c.broken(I3, "payment %s was answered as %s, the journal has it as %s", id, result.Status, record.Status)
	}
	if *before == "" {
		c.result.Acknowledged++
	}
	*before = result.TransactionID
	if c.telling {
		c.tell("%s is acknowledged as %s", id, result.Status)
	}
}

func (c *checker) number(id string) int {
	tens, ones := id[len(id)-2]-'0', id[len(id)-1]-'0'
	return int(tens)*10 + int(ones)
}

// called checks a call when it is made: only a run of the Region that holds the lease acts on the database (I4).
func (c *checker) called(call failovertest.Call) {
	c.result.Calls++
	switch call.Op {
	case failovertest.Promote, failovertest.ObserveDatabase, failovertest.SwitchOver:
		if c.current.kind != run || c.current.region != regionOf(call.Region) {
			c.broken(I5, "%s calls the control plane of %s", c.current.name, call.Region)
		}
	case failovertest.Fence, failovertest.PostMany:
	default:
		return
	}
	lease := c.world.Lease
	switch {
	case call.Op == failovertest.ObserveDatabase:
	case lease == nil || lease.Region != call.Region:
		c.broken(I4, "%s calls %s in %s and the lease is %+v", c.current.name, call.Op, call.Region, lease)
	case call.Op == failovertest.PostMany:
	case call.Op == failovertest.SwitchOver:
		if lease.State != payment.LeaseDraining {
			c.broken(I4, "%s switches the database over in a term that is %s", c.current.name, lease.State)
		}
	case lease.State != payment.LeasePromoting:
		c.broken(I4, "%s calls %s in a term that is %s", c.current.name, call.Op, lease.State)
	case call.Op == failovertest.Promote && !c.recorded(lease.Epoch):
		c.broken(Order, "%s promotes before the promotion of epoch %d is recorded", c.current.name, lease.Epoch)
	}
}

// recorded tells whether the history has the intent to promote in the epoch.
func (c *checker) recorded(epoch int64) bool {
	for ; c.seenEvents < len(c.world.Events); c.seenEvents++ {
		if event := &c.world.Events[c.seenEvents]; event.Kind == "promoting" {
			c.promoting = max(c.promoting, event.Epoch)
		}
	}
	return c.promoting >= epoch
}

// posted: once a term is active, the writer's ledger takes no posting of another (I4).
func (c *checker) posted(book *failovertest.Book, posted *ledger.Payment) {
	lease := c.world.Lease
	if lease == nil {
		return
	}
	if lease.State == payment.LeasePromoting && posted.Epoch == lease.Epoch {
		c.result.Replayed++
	}
	if book.Region() == c.world.Global.Writer && lease.Region == book.Region() && lease.State == payment.LeaseActive && posted.Epoch < lease.Epoch {
		c.broken(I4, "the writer's ledger took payment %s under epoch %d while epoch %d is active", posted.PaymentID, posted.Epoch, lease.Epoch)
	}
}

// saved follows the lease (I4).
func (c *checker) saved() {
	lease, before := *c.world.Lease, c.lease
	silent := c.now - c.moved
	c.lease = lease
	if lease.Epoch != before.Epoch || lease.Seq != before.Seq {
		c.moved = c.now
	}
	if owner, known := c.owner[lease.Epoch]; known && owner != lease.Region || lease.Epoch < before.Epoch || lease.Version != before.Version+1 {
		c.broken(I4, "epoch %d of %s, version %d, after epoch %d of %s, version %d", lease.Epoch, lease.Region, lease.Version, before.Epoch, before.Region, before.Version)
	}
	c.owner[lease.Epoch] = lease.Region
	if lease.State == payment.LeaseActive && before.State != payment.LeaseActive && lease.Region != c.activeIn {
		if c.activeIn != "" {
			c.result.Takeovers++
		}
		c.activeIn = lease.Region
		c.director.moved()
	}
	if lease.Epoch == before.Epoch {
		return
	}
	if lease.State == payment.LeasePromoting {
		c.director.begun(lease.Region)
	}
	if before.Epoch == 0 {
		return
	}
	c.result.Claims++
	// Silence as the claimant's clock measures it.
	measured := time.Duration(float64(silent) * c.plan.rate[regionOf(lease.Region)])
	if lease.Region != before.Region && before.State != payment.LeaseReleased && measured < ttl {
		c.broken(I4, "%s claimed epoch %d when %s had renewed %s before", lease.Region, lease.Epoch, before.Region, silent)
	}
}

// end checks I2 when the world has been whole for long enough.
func (c *checker) end(settled bool) {
	if !settled {
		all, pending := c.world.Recorded()
		c.broken(Goes, "nothing settled: lease %+v, the writer is in %s; %d of %d payments pending, %d not in its ledger",
			c.world.Lease, c.world.Global.Writer, pending, all, len(c.world.Lost()))
		return
	}
	for _, id := range c.world.Lost() {
		c.broken(I2, "payment %s is not in the ledger of %s in the end", id, c.world.Global.Writer)
		return
	}
}
