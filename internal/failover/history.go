package failover

import (
	"context"
	"fmt"
	"maps"
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

// The kinds of event by which a replay finds its way after a crash.
const (
	replayStarted = "replay-started" // detail "from" is where it begins; written before anything is posted
	termActive    = "active"
	termSettled   = "settled" // everything accepted until some time after activation is in the ledger
)

// replays is what the history says of replays that are not settled.
type replays struct {
	// from is where each begins, by epoch.
	from map[int64]time.Time
	// active is when an epoch became active, as far as recorded.
	active map[int64]time.Time
}

// unsettled reads the history as far back as a replay can reach.
func (c *Controller) unsettled(ctx context.Context) (replays, error) {
	found := replays{from: map[int64]time.Time{}, active: map[int64]time.Time{}}
	settled := int64(0)
	now := c.clock.Wall()
	for event, err := range c.options.Control.Events(ctx, now.Add(-c.options.Limits.Reach), now.Add(time.Hour)) {
		if err != nil {
			return replays{}, fmt.Errorf("read history: %w", err)
		}
		switch event.Kind {
		case replayStarted:
			from, err := time.Parse(time.RFC3339Nano, event.Detail["from"])
			if err != nil {
				return replays{}, fmt.Errorf("read history: event %s of epoch %d: %w", event.Kind, event.Epoch, err)
			}
			if known, ok := found.from[event.Epoch]; !ok || from.Before(known) {
				found.from[event.Epoch] = from
			}
		case termActive:
			found.active[event.Epoch] = event.At
		case termSettled:
			settled = max(settled, event.Epoch)
		}
	}
	// A settled term's replay began no later than those of the terms before it that were not.
	maps.DeleteFunc(found.from, func(epoch int64, _ time.Time) bool { return epoch <= settled })
	return found, nil
}

// earliest is the earliest of the times; false when there is none.
func (r replays) earliest() (time.Time, bool) {
	var earliest time.Time
	for _, from := range r.from {
		if earliest.IsZero() || from.Before(earliest) {
			earliest = from
		}
	}
	return earliest, !earliest.IsZero()
}
