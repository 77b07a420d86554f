package simulation

import (
	"fmt"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover/failovertest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// checker holds a simulation to the invariants. It looks at the stores alone, never into the program.
type checker struct {
	*simulation
	transactions map[string]string // by payment: what payers were told
	acknowledged map[string]bool
	owner        map[int64]string // by epoch
	lease        control.Lease
	moved        time.Duration
}

func (c *checker) broken(format string, arguments ...any) {
	if c.result.Problem == "" {
		c.result.Problem = fmt.Sprintf(format, arguments...)
		c.tell("BROKEN %s", c.result.Problem)
	}
}

// acknowledge checks I1 and I3 on an answer.
func (c *checker) acknowledge(id string, result payment.Result) {
	record, known := c.world.Records[id]
	if !known {
		c.broken("I1: payment %s is acknowledged and not in the journal", id)
	}
	before, seen := c.transactions[id]
	if result.TransactionID != record.TransactionID || seen && before != result.TransactionID {
		c.broken("I3: payment %s was answered with transaction %s, then %s, the journal has %s", id, before, result.TransactionID, record.TransactionID)
	}
	c.transactions[id], c.acknowledged[id] = result.TransactionID, true
	c.result.Accepted = len(c.acknowledged)
}

// called checks a call when it is made. Only a run of the Region that holds the lease may promote.
func (c *checker) called(call failovertest.Call) {
	if call.Name != "promote" {
		return
	}
	lease := c.world.Lease
	switch {
	case lease == nil || lease.Region != call.Region || lease.State != payment.LeasePromoting:
		c.broken("I4: %s promotes without a promoting lease of %s", call.Actor, call.Region)
	case !slices.ContainsFunc(c.world.Events, func(event control.Event) bool {
		return event.Epoch == lease.Epoch && event.Kind == "promoting"
	}):
		c.broken("%s promotes before the promotion of epoch %d is recorded", call.Actor, lease.Epoch)
	}
}

// carried checks what a call has changed.
func (c *checker) carried(call failovertest.Call) {
	switch call.Name {
	case "save":
		c.saved()
	case "post":
		c.posted()
	}
}

// posted: once a term is active, the writer's ledger takes no posting of an older one.
func (c *checker) posted() {
	newest, ok := c.world.Books[c.world.Global.Writer].Last()
	if ok && newest.PostedAt.Equal(c.world.Now) && c.lease.State == payment.LeaseActive &&
		c.lease.Region == c.world.Global.Writer && newest.Epoch < c.lease.Epoch {
		c.broken("I4: the writer's ledger took payment %s under epoch %d while epoch %d is active", newest.PaymentID, newest.Epoch, c.lease.Epoch)
	}
}

// saved follows the lease: I4.
func (c *checker) saved() {
	lease, before := *c.world.Lease, c.lease
	silent := c.now - c.moved
	c.lease, c.moved = lease, c.now
	if owner, known := c.owner[lease.Epoch]; known && owner != lease.Region || lease.Epoch < before.Epoch {
		c.broken("I4: epoch %d of %s after epoch %d of %s", lease.Epoch, lease.Region, before.Epoch, before.Region)
	}
	c.owner[lease.Epoch] = lease.Region
	if lease.Epoch == before.Epoch || before.Epoch == 0 {
		return
	}
	c.result.Claims++
	// The standby's clock may be 3 % fast.
	if lease.Region != before.Region && before.State != payment.LeaseReleased && silent < ttl*9/10 {
		c.broken("I4: %s claimed epoch %d when %s had renewed %s before", lease.Region, lease.Epoch, before.Region, silent)
	}
}

// check looks at the ledgers now and then: they have nothing that the journal denies.
func (c *checker) check() {
	if c.result.Steps%64 == 0 {
		if err := c.world.Check(); err != nil {
			c.broken("I3: %v", err)
		}
	}
}

// end checks I2 when the world has been whole for long enough.
func (c *checker) end() {
	if err := c.world.Check(); err != nil {
		c.broken("I3: %v", err)
	}
	if lease := c.world.Lease; lease == nil || lease.State != payment.LeaseActive || lease.Region != c.world.Global.Writer {
		c.broken("the lease did not settle: %+v, the writer is in %s", lease, c.world.Global.Writer)
	}
	lost := c.world.Lost()
	slices.Sort(lost)
	for _, id := range lost {
		c.broken("I2: payment %s is not in the ledger of %s in the end", id, c.world.Global.Writer)
	}
}
