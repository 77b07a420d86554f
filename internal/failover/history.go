package failover

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
)

// note keeps an event of the current term for the history. Its key is fixed here, so that writing it again after an
// answer was lost records it once.
func (c *Controller) note(kind string, detail map[string]string) {
	if detail == nil {
		detail = map[string]string{}
	}
	self := c.options.Settings
	detail["run"] = self.Run
	c.outbox = append(c.outbox, control.Event{
		ID: fmt.Sprintf("%d-%s-%s-%d", c.memory.lease.Epoch, kind, self.Run, len(c.outbox)),
		At: c.clock.Wall(), Kind: kind, Region: self.Region, Epoch: c.memory.lease.Epoch, Detail: detail,
	})
}

// outboxLimit bounds what is kept while the control table takes no writes; then the oldest are given up.
const outboxLimit = 100

// flush records the events in their order.
func (c *Controller) flush(ctx context.Context) error {
	if over := len(c.outbox) - outboxLimit; over > 0 {
		c.outbox = c.outbox[over:]
	}
	for len(c.outbox) > 0 {
		if err := c.options.Control.AppendEvent(ctx, c.outbox[0]); err != nil {
			return fmt.Errorf("record event %s: %w", c.outbox[0].Kind, err)
		}
		c.outbox = c.outbox[1:]
	}
	return nil
}

// claimDetail says what a claim was decided on.
func (c *Controller) claimDetail(decision Decision, before control.Lease) map[string]string {
	return map[string]string{
		"reason": decision.Reason, "fromRegion": before.Region, "fromEpoch": strconv.FormatInt(before.Epoch, 10),
		"fromSeq": strconv.FormatInt(before.Seq, 10), "fromState": string(before.State), "fromHolder": before.Holder,
		"fromUpdatedAt": before.UpdatedAt.Format(time.RFC3339Nano), "databaseWriter": strconv.FormatBool(c.database.Writer),
	}
}

// The kinds of event by which a replay finds its way.
const (
	termPromoting = "promoting"      // written before the database is touched
	replayStarted = "replay-started" // detail "from" is where it begins; written before anything is posted
	termActive    = "active"
	termSettled   = "settled" // everything accepted until some time after activation is in the ledger
	postedLate    = "late"    // detail "from" is the oldest acceptance; written before the payments are completed
)

// debt is a span of acceptance, from some time on, whose payments may be missing in a ledger that does not have what
// was posted until paid. A zero paid means that nobody has posted them all.
type debt struct {
	epoch      int64
	from, paid time.Time
}

// past is what the history says to a replay.
type past struct {
	// from is where the replay of each epoch begins, if that is recorded.
	from map[int64]time.Time
	// active is when an epoch became active, as far as recorded.
	active map[int64]time.Time
	debts  []debt
	// intents are those to promote a Region's database; reached is each Region's newest active term.
	intents []promise
	reached map[string]int64
}

// promise is a Region's intent to promote its database in an epoch.
type promise struct {
	region string
	epoch  int64
	at     time.Time
}

// recall reads the history as far back as a replay can reach.
func (c *Controller) recall(ctx context.Context) (past, error) {
	found := past{from: map[int64]time.Time{}, active: map[int64]time.Time{}, reached: map[string]int64{}}
	now := c.clock.Wall()
	for event, err := range c.options.Control.Events(ctx, now.Add(-c.options.Limits.Reach), now.Add(time.Hour)) {
		if err != nil {
			return past{}, fmt.Errorf("read history: %w", err)
		}
		if err := found.add(event); err != nil {
			return past{}, fmt.Errorf("read history: event %s of epoch %d: %w", event.Kind, event.Epoch, err)
		}
	}
	return found, nil
}

// add takes in the next event of the history.
func (p *past) add(event control.Event) error {
	switch event.Kind {
	case termPromoting:
		p.intents = append(p.intents, promise{event.Region, event.Epoch, event.At})
	case replayStarted, postedLate:
		from, err := time.Parse(time.RFC3339Nano, event.Detail["from"])
		if err != nil {
			return err
		}
		next := debt{epoch: event.Epoch, from: from}
		if event.Kind == postedLate {
			next.paid = event.At
		} else if known, ok := p.from[event.Epoch]; !ok || from.Before(known) {
			p.from[event.Epoch] = from
		}
		p.debts = append(p.debts, next)
	case termActive:
		p.active[event.Epoch] = event.At
		p.reached[event.Region] = max(p.reached[event.Region], event.Epoch)
	case termSettled:
		// Its replay began no later than those of the terms before it that were not settled.
		for i := range p.debts {
			if owed := &p.debts[i]; owed.epoch <= event.Epoch && owed.paid.IsZero() {
				owed.paid = event.At
			}
		}
	}
	return nil
}

// openSince is the oldest intent that has not come to an active term of its Region: since then, that Region's database may
// have become the writer at any time, with nobody to replay what it lacked. It is now when there is none.
func (p past) openSince(now time.Time) time.Time {
	for _, promised := range p.intents {
		if promised.epoch > p.reached[promised.region] {
			now = earlier(now, promised.at)
		}
	}
	return now
}

// settled tells whether the term's replay has been paid.
func (p past) settled(epoch int64) bool {
	for _, owed := range p.debts {
		if owed.epoch == epoch && owed.paid.IsZero() {
			return false
		}
	}
	return true
}

// owing is the earliest acceptance that a ledger owes which has everything that was posted until has, less what two
// clocks may differ.
func (p past) owing(has time.Time, skew time.Duration) (time.Time, bool) {
	var earliest time.Time
	for _, owed := range p.debts {
		if paid := !owed.paid.IsZero() && has.After(owed.paid.Add(skew)); !paid && (earliest.IsZero() || owed.from.Before(earliest)) {
			earliest = owed.from
		}
	}
	return earliest, !earliest.IsZero()
}
