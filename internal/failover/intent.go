package failover

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// PostedLate is the kind of event by which others than a controller, too, write down that they have posted payments long
// after their acceptance; its detail "from" is the oldest acceptance, in RFC 3339. A replay after it begins no later.
const PostedLate = postedLate

// asked is what a run remembers of an intent.
type asked struct {
	id    string
	since time.Time
}

// readIntent looks whether an operator asks for something. What cannot be read changes nothing.
func (c *Controller) readIntent(ctx context.Context, seen *Observation) {
	if c.options.Intents == nil || seen.Reading != LeaseRead {
		return
	}
	intent, err := c.options.Intents.LoadIntent(ctx)
	if err != nil && !errors.Is(err, control.ErrNoIntent) {
		c.options.Log.WarnContext(ctx, "intent not read", "error", err)
		return
	}
	seen.Intent, seen.IntentRead = intent, true
	if c.asked.id != intent.ID {
		c.asked = asked{id: intent.ID, since: c.clock.Now()}
	}
	seen.Asked = c.asked.since
}

// lookWhileDraining finds out whether the database was handed over. It is bounded like the look at the ledger: the
// lease must be renewed meanwhile.
func (c *Controller) lookWhileDraining(ctx context.Context) {
	ctx, cancel := c.clock.WithTimeout(ctx, c.options.Settings.TTL/4)
	defer cancel()
	c.lookAtDatabase(ctx, c.options.Settings.Tick)
}

// noteDrain records that a term began or ceased to drain. A ledger that was away while it drained gets its whole grace.
func (c *Controller) noteDrain(decision Decision, before control.Lease) {
	detail := map[string]string{"reason": decision.Reason}
	switch {
	case decision.Next.State == before.State:
		return
	case decision.Next.State == payment.LeaseDraining:
		c.note("draining", detail)
	case before.State == payment.LeaseDraining:
		c.ledger = Health{}
		c.note("undrained", detail)
	}
}

// handing is how far this run has come in handing the database over.
type handing struct {
	intent string
	since  time.Time // when it first drained for it
	asked  time.Time // when the database was asked to switch over
	fault  string    // of the last request, once recorded
}

var errNoSwitcher = errors.New("this controller cannot switch databases over")

// handOver lets the posts under way end, and then starts the switchover of the database: one look and at most one
// request at a time. Decide releases the lease once the peer's database is the writer; until the intent ends, a
// switchover that is refused is tried again.
func (c *Controller) handOver(ctx context.Context) error {
	now, intent := c.clock.Now(), c.asked.id
	if c.handing.intent != intent {
		c.handing = handing{intent: intent, since: now}
	}
	asked := !c.handing.asked.IsZero() && now.Sub(c.handing.asked) < c.options.Limits.PromoteEvery
	if asked || now.Sub(c.handing.since) < c.options.Limits.DrainFor || !c.database.Usable || !c.database.Writer {
		return nil
	}
	if err := c.renew(ctx); err != nil {
		return fmt.Errorf("switch database over: %w", err)
	}
	c.handing.asked = now
	err := errNoSwitcher
	if c.options.Switcher != nil {
		err = c.options.Switcher.SwitchOver(ctx, c.options.Settings.Peer)
	}
	switch {
	case err == nil:
		c.note("switchover-called", map[string]string{"intent": intent})
	case c.handing.fault != err.Error():
		c.handing.fault = err.Error()
		c.note("switchover-refused", map[string]string{"intent": intent, "problem": err.Error()})
	}
	return errors.Join(err, c.flush(ctx))
}

// replayAsked compares journal and ledger from where the operator said, posts what is missing, and ends the intent.
// Another run that goes on with it begins anew, which posts nothing twice.
func (c *Controller) replayAsked(ctx context.Context) error {
	intent, err := c.options.Intents.LoadIntent(ctx)
	if err != nil || intent.ID != c.asked.id || !intent.Standing(c.memory.lease) || intent.Kind != control.IntentReplay {
		return err
	}
	done, err := c.pass(ctx, intent.Since, c.clock.Wall().Add(c.options.Limits.ClockSkew))
	if err != nil {
		return err
	}
	// Payments that were completed already would not be looked for by a takeover that finds their posting not replicated.
	// A run before this one may have posted them, so this is noted whatever this pass has found.
	c.note(postedLate, map[string]string{"from": intent.Since.Format(time.RFC3339Nano)})
	c.note("replayed", map[string]string{
		"intent": intent.ID, "from": intent.Since.Format(time.RFC3339Nano), "posted": strconv.Itoa(done.posted),
	})
	if err := c.flush(ctx); err != nil {
		return err
	}
	intent.State = control.IntentDone
	_, err = c.options.Intents.SaveIntent(ctx, intent)
	return err
}
