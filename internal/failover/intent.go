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

// handOver lets the posts under way end, and then starts the switchover of the database: at most one request at a time.
// Decide releases the lease once the peer's database is the writer; until the intent ends, a switchover that is refused
// is tried again. Payers are answered 202 all the while, so it uses its tick to the end and does not wait for the next.
func (c *Controller) handOver(ctx context.Context) error {
	intent := c.asked.id
	if c.handing.intent != intent {
		c.handing = handing{intent: intent, since: c.clock.Now()}
	}
	if drained, err := c.drained(ctx); err != nil || !drained {
		return err
	}
	if asked := c.handing.asked; !asked.IsZero() && c.clock.Now().Sub(asked) < c.options.Limits.PromoteEvery {
		return c.watchHandOver(ctx)
	}
	if err := c.lookAgain(ctx); err != nil || !c.database.Usable || !c.database.Writer {
		return err
	}
	if err := c.switchOver(ctx, intent); err != nil {
		return err
	}
	return c.watchHandOver(ctx)
}

// drained waits until the term has drained for long enough, if that is within this tick.
func (c *Controller) drained(ctx context.Context) (bool, error) {
	rest := c.options.Limits.DrainFor - c.clock.Now().Sub(c.handing.since)
	if rest > c.restOfTick() {
		return false, nil
	}
	if rest > 0 {
		if err := c.clock.Sleep(ctx, rest); err != nil {
			return false, err
		}
	}
	return true, c.hold(ctx)
}

// watchHandOver looks at the database until it is not the writer any more, or the tick is over.
func (c *Controller) watchHandOver(ctx context.Context) error {
	for c.restOfTick() > c.hurry() {
		if err := c.clock.Sleep(ctx, c.hurry()); err != nil {
			return err
		}
		if err := c.lookAgain(ctx); err != nil {
			return err
		}
		if c.handedOver() {
			c.hurried = true
			return nil
		}
	}
	return nil
}

func (c *Controller) lookAgain(ctx context.Context) error {
	ctx, cancel := c.clock.WithTimeout(ctx, c.options.Settings.TTL/4)
	defer cancel()
	c.lookAtDatabase(ctx, c.hurry())
	return c.hold(ctx)
}

func (c *Controller) restOfTick() time.Duration {
	return c.options.Settings.Tick - c.clock.Now().Sub(c.ticked)
}

// hurry is the pause between two looks while payers wait for a switchover.
func (c *Controller) hurry() time.Duration { return c.options.Settings.Tick / 8 }

// switchOver asks the database for it.
func (c *Controller) switchOver(ctx context.Context, intent string) error {
	if err := c.renew(ctx); err != nil {
		return fmt.Errorf("switch database over: %w", err)
	}
	c.handing.asked = c.clock.Now()
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
