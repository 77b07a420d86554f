package failover

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Options are what a Controller is made of; all but Intents, Switcher and Limits are required.
type Options struct {
	Settings Settings
	Control  Control
	Journal  Journal
	// Ledger must reach this Region's own writer only.
	Ledger   Ledger
	Database Promoter
	// Intents: nil means that nobody can ask for anything. Switcher: nil refuses switchovers.
	Intents  Intents
	Switcher Switcher
	Metrics  Metrics
	Log      *slog.Logger
	Clock    Clock
	Limits   Limits
}

// Controller is one run of a Region's controller. It is used by one goroutine at a time.
type Controller struct {
	options Options
	clock   Clock
	memory  memory

	journal, ledger Health
	journalAt       time.Time
	// ledgerEpoch is the term that the ledger's health is of, ledgerTerm what the ledger told last.
	ledgerEpoch int64
	ledgerTerm  ledger.Term
	database    Database
	databaseAt  time.Time
	// looked: this tick has looked at the database of a promoting term.
	looked bool

	// holding: this Region held the lease when last seen, in the state heldState.
	holding   bool
	heldState payment.LeaseState
	// outbox are events that happened and are not recorded yet.
	outbox    []control.Event
	promotion promotion
	settling  settling
	sweeping  sweeping
	asked     asked
	handing   handing
	// handed is the epoch of this run that began with a database handed over without loss.
	handed int64
	// ticked is when the tick began, hurried that the next one shall begin soon after it.
	ticked  time.Time
	hurried bool
	said    saying
	emitted time.Time
	// properties go with every metric.
	properties map[string]any
	// posted is memory of passes.
	posted map[string]struct{}
}

// New checks the options.
func New(options Options) (*Controller, error) {
	if err := options.Settings.Validate(); err != nil {
		return nil, fmt.Errorf("make failover controller: %w", err)
	}
	for name, missing := range map[string]bool{
		"Control": options.Control == nil, "Journal": options.Journal == nil, "Ledger": options.Ledger == nil,
		"Database": options.Database == nil, "Metrics": options.Metrics == nil, "Log": options.Log == nil,
		"Clock": options.Clock.Now == nil || options.Clock.Wall == nil || options.Clock.Sleep == nil || options.Clock.WithTimeout == nil,
	} {
		if missing {
			return nil, fmt.Errorf("make failover controller: %s is not set", name)
		}
	}
	options.Limits = options.Limits.withDefaults()
	c := &Controller{options: options, clock: options.Clock, posted: map[string]struct{}{}}
	c.properties = properties(options.Settings.Run)
	return c, nil
}

// properties are a new map for each run, as whoever takes metrics may keep it.
func properties(run string) map[string]any { return map[string]any{"run": run} }

// Resume starts another run with this controller, after a pause in which nothing is known to have happened. What was
// held is forgotten, and so is what was under way: its steps are found out again.
func (c *Controller) Resume(run string) {
	c.options.Settings.Run, c.properties = run, properties(run)
	c.memory = c.memory.resumed()
	c.journal, c.ledger, c.holding = Health{}, Health{}, false
	c.journalAt, c.hurried = time.Time{}, false
	c.database, c.databaseAt = Database{}, time.Time{}
	c.promotion, c.settling, c.sweeping = promotion{}, settling{}, sweeping{}
	c.asked, c.handing, c.handed = asked{}, handing{}, 0
	c.said = saying{}
}

// Run ticks until ctx ends or the clock reaches until, and ends between two ticks. What fails is logged here and tried
// again by the next tick.
func (c *Controller) Run(ctx context.Context, until time.Time) {
	for {
		started := c.clock.Now()
		if ctx.Err() != nil || !started.Before(until) {
			return
		}
		if _, err := c.Tick(ctx); err != nil {
			c.options.Log.WarnContext(ctx, "tick", "error", err)
		}
		rest := c.options.Settings.Tick - c.clock.Now().Sub(started)
		if c.hurried {
			rest = min(rest, c.hurry())
		}
		if rest > 0 && c.clock.Sleep(ctx, rest) != nil {
			return
		}
	}
}

// Tick observes, decides, writes, and works on what it then holds. The decision is returned whatever becomes of it; an
// error says what was not done, and memory is as if it had not been tried.
func (c *Controller) Tick(ctx context.Context) (Decision, error) {
	c.ticked = c.clock.Now()
	seen := c.observe(ctx)
	c.hurried = moving(seen) && seen.Intent.To == seen.Self.Region
	decision := Decide(seen, c.clock.Now())
	c.say(ctx, seen, decision)
	metrics := c.follow(decision)
	err := c.apply(ctx, decision, &metrics)
	return decision, errors.Join(err, c.emit(metrics))
}

// apply writes the decision and does its work.
func (c *Controller) apply(ctx context.Context, decision Decision, metrics *[]telemetry.Metric) error {
	if decision.Action == Wait {
		return c.flush(ctx)
	}
	before := c.memory.lease
	if err := c.save(ctx, decision.Next); err != nil {
		return fmt.Errorf("%s lease: %w", decision.Action, err)
	}
	switch decision.Action {
	case Create, Claim:
		if decision.Action == Claim {
			*metrics = append(*metrics, telemetry.Value(telemetry.FailoverStarted, 1))
		}
		if decision.Lossless {
			c.handed = c.memory.lease.Epoch
		}
		c.note(decision.Action.event(), c.claimDetail(decision, before))
	case Release:
		c.holding = false
		c.note("released", map[string]string{"reason": decision.Reason})
	case Renew:
		c.noteDrain(decision, before)
	}
	// What this tick claimed or released must be told now, not when the work has ended.
	if err := c.emitNow(metrics); err != nil {
		return err
	}
	switch decision.Work {
	case Promote:
		return c.promote(ctx)
	case Sweep:
		return errors.Join(c.flush(ctx), c.settle(ctx), c.sweep(ctx))
	case HandOver:
		return errors.Join(c.flush(ctx), c.handOver(ctx))
	case Replay:
		return errors.Join(c.flush(ctx), c.replayAsked(ctx))
	}
	return c.flush(ctx)
}

// event is the kind under which the history keeps an action.
func (a Action) event() string {
	if a == Create {
		return "created"
	}
	return "claimed"
}

// save writes the lease; memory follows only when that has succeeded.
func (c *Controller) save(ctx context.Context, next control.Lease) error {
	next.UpdatedAt = c.clock.Wall()
	started := c.clock.Now()
	saved, err := c.options.Control.Save(ctx, next)
	if err != nil {
		return err
	}
	c.memory = c.memory.wrote(saved, started, c.clock.Now())
	return nil
}

// errNotHeld ends work whose lease is no longer certain; the next tick finds out.
var errNotHeld = errors.New("lease is no longer held for certain")

// hold is called between any two steps of work: it renews the lease when a tick has passed. An error means that the
// work must stop here. A renewal that the store could not take just now is borne as long as the term is certain.
func (c *Controller) hold(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.clock.Now().Sub(c.memory.held) < c.options.Settings.Tick {
		return nil
	}
	err := c.renew(ctx)
	switch {
	case err == nil, errors.Is(err, errNotHeld):
		return err
	case c.clock.Now().Sub(c.memory.held) >= c.options.Settings.TTL-c.options.Settings.Margin():
		return errors.Join(errNotHeld, err)
	case errors.Is(err, control.ErrBusy), errors.Is(err, control.ErrAmbiguous):
		return nil
	}
	return err
}

// renew is for steps that nothing but the lease guards: nil means that nobody has written the lease since this run did,
// so whoever takes over does so later, and sees what has been recorded until now.
func (c *Controller) renew(ctx context.Context) error {
	err := c.save(ctx, renewed(c.options.Settings, c.memory.lease))
	switch {
	case err == nil:
		return c.heartbeat()
	case errors.Is(err, control.ErrLost):
		return fmt.Errorf("%w: %w", errNotHeld, err)
	}
	return err
}

// saying is what makes a decision worth another line of the log.
type saying struct {
	reading Reading
	action  Action
	work    Work
	fenced  bool
	region  string
	epoch   int64
	state   payment.LeaseState
}

// say logs a decision when it is another than the last.
func (c *Controller) say(ctx context.Context, seen Observation, decision Decision) {
	lease := seen.Lease
	next := saying{seen.Reading, decision.Action, decision.Work, decision.Fenced, lease.Region, lease.Epoch, lease.State}
	if next == c.said {
		return
	}
	c.said = next
	if !c.options.Log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	c.options.Log.InfoContext(ctx, "decided", "action", decision.Action, "work", decision.Work, "reason", decision.Reason,
		"reading", seen.Reading, "leaseRegion", lease.Region, "epoch", lease.Epoch, "state", lease.State,
		"run", c.options.Settings.Run)
}
