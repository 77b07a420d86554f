// Package act asks the controllers for what an operator wants, and watches what becomes of it.
//
// All that is ever written is one intent and events. An operator who is interrupted between any two steps leaves either
// nothing or an intent that the controllers follow; running the same command again goes on from there.
package act

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// Table is the control table; *control.Store is one.
type Table interface {
	LoadIntent(context.Context) (control.Intent, error)
	SaveIntent(context.Context, control.Intent) (control.Intent, error)
	AppendEvent(context.Context, control.Event) error
	Events(ctx context.Context, from, to time.Time) iter.Seq2[control.Event, error]
}

// Operator is one command's way to the system.
type Operator struct {
	// Look sees everything, Items the control items alone.
	Look, Items func(context.Context) status.Snapshot
	// Tables are the Regions' control tables, to be tried in this order.
	Tables []Table
	// Tick is the lease's.
	Tick time.Duration
	// Confirm asks a person, who sees what is decided on; an error ends the command before anything is written.
	Confirm func(context.Context, status.Snapshot) error
	// Say tells of progress.
	Say func(format string, arguments ...any)
	// Now is the wall clock; Sleep waits, or returns ctx's error.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Order is what is asked for beyond what decides whether it may be.
type Order struct {
	plan.Want
	Why string
	// For is how long the intent stands.
	For time.Duration
	// Since is where a replay begins.
	Since time.Time
}

// Refused is every reason why nothing was done.
type Refused []plan.Reason

// Error lists the reasons.
func (r Refused) Error() string {
	text := "refused:"
	for _, reason := range r {
		text += fmt.Sprintf("\n\n  %s: %s", reason.Code, reason.Text)
	}
	return text
}

// Refused implements what the command line asks.
func (Refused) Refused() bool { return true }

// tries bounds the attempts of one write that the table refuses for now, or does not answer.
const tries = 5

// Begin asks for what is wanted, or finds that it is being done. Everything is checked before the first write, and once
// more between the confirmation and it; should the lease move after that, the intent is of a term that is over and
// nobody follows it.
func (o *Operator) Begin(ctx context.Context, order Order) (control.Intent, error) {
	seen := o.Look(ctx)
	if ctx.Err() != nil {
		return control.Intent{}, ctx.Err()
	}
	if plan.Continues(seen, order.Want) {
		intent := seen.Intent.Control()
		o.Say("continues: %s to %s, asked for by %s at %s", intent.Kind, intent.To, intent.By, intent.At.UTC().Format(time.RFC3339))
		return intent, o.record(ctx, intent, seen)
	}
	if reasons := plan.Check(seen, order.Want); len(reasons) > 0 {
		return control.Intent{}, Refused(reasons)
	}
	if err := o.Confirm(ctx, seen); err != nil {
		return control.Intent{}, err
	}
	now := o.Items(ctx)
	if reasons := plan.Confirmed(seen, now); len(reasons) > 0 {
		return control.Intent{}, Refused(reasons)
	}
	if order.To == "" {
		order.To = now.Lease.Region // a drain and a replay are about the Region that is active
	}
	intent := control.Intent{
		ID: uuid.NewString(), Kind: order.Kind, To: order.To, Epoch: now.Lease.Epoch, Until: plan.Until(now.Lease.Control(), order.For, o.Tick),
		Since: order.Since, By: order.By, Why: order.Why, At: o.Now().Truncate(time.Microsecond), State: control.IntentOpen, Version: now.Intent.Version,
	}
	saved, err := o.save(ctx, intent)
	if err != nil {
		return control.Intent{}, err
	}
	return saved, o.record(ctx, saved, seen)
}

// save writes an intent on the version that it names. A write whose answer was lost is settled by a reading.
func (o *Operator) save(ctx context.Context, intent control.Intent) (control.Intent, error) {
	for attempt := 0; ; attempt++ {
		table := o.Tables[attempt%len(o.Tables)]
		saved, err := table.SaveIntent(ctx, intent)
		if err == nil {
			return saved, nil
		}
		found, readErr := o.find(ctx)
		switch {
		case readErr == nil && found.ID == intent.ID && found.State == intent.State:
			return found, nil
		case errors.Is(err, control.ErrLost) && readErr == nil:
			return control.Intent{}, Refused{plan.Because(plan.IntentRunning, "%s was faster and asked for a %s to %s: look again (paymentdr status)",
				found.By, found.Kind, found.To)}
		case attempt >= tries-1 || !errors.Is(err, control.ErrBusy) && !errors.Is(err, control.ErrAmbiguous) && !errors.Is(err, control.ErrLost):
			return control.Intent{}, fmt.Errorf("ask for %s: %w", intent.Kind, err)
		}
		if err := o.Sleep(ctx, o.Tick); err != nil {
			return control.Intent{}, err
		}
	}
}

// find reads the intent where it can be read.
func (o *Operator) find(ctx context.Context) (control.Intent, error) {
	var last error
	for _, table := range o.Tables {
		intent, err := table.LoadIntent(ctx)
		if err == nil {
			return intent, nil
		}
		last = err
	}
	return control.Intent{}, last
}

// record writes into the history who asked for what on which observation, once. The intent stands whether or not that
// succeeds, so a failure is told and is no error.
func (o *Operator) record(ctx context.Context, intent control.Intent, seen status.Snapshot) error {
	target, _ := seen.Of(intent.To)
	o.append(ctx, control.Event{
		ID: "asked-" + intent.ID, At: intent.At, Kind: "asked", Region: intent.To, Epoch: intent.Epoch, Detail: map[string]string{
			"intent": intent.ID, "kind": string(intent.Kind), "by": intent.By, "why": intent.Why,
			"leaseRegion": seen.Lease.Region, "leaseState": string(seen.Lease.State), "leaseSeq": strconv.FormatInt(seen.Lease.Seq, 10),
			"lag": lagText(target.Lag), "pending": strconv.Itoa(seen.Journal.Pending),
		},
	})
	return ctx.Err()
}

func lagText(lag status.Lag) string {
	if !lag.Known {
		return "unknown"
	}
	return strconv.FormatFloat(max(lag.ReplicationSeconds, lag.RPOSeconds), 'f', 3, 64) + "s"
}

// append records an event that is not there yet.
func (o *Operator) append(ctx context.Context, event control.Event) {
	var last error
	for _, table := range o.Tables {
		known, err := has(ctx, table, event)
		if err == nil && !known {
			err = table.AppendEvent(ctx, event)
		}
		if err == nil {
			return
		}
		last = err
	}
	o.Say("the history could not be written, the intent stands: %v", last)
}

func has(ctx context.Context, table Table, event control.Event) (bool, error) {
	for known, err := range table.Events(ctx, event.At, event.At.Add(time.Microsecond)) {
		if err != nil {
			return false, err
		}
		if known.ID == event.ID {
			return true, nil
		}
	}
	return false, nil
}

// Withdraw takes an intent of a kind back; to may be empty.
func (o *Operator) Withdraw(ctx context.Context, kind control.IntentKind, to, by string) (control.Intent, error) {
	seen := o.Items(ctx)
	if reasons := plan.TakeBack(seen, kind, to); len(reasons) > 0 {
		return control.Intent{}, Refused(reasons)
	}
	intent := seen.Intent.Control()
	intent.State = control.IntentWithdrawn
	saved, err := o.save(ctx, intent)
	if err != nil {
		return control.Intent{}, err
	}
	o.append(ctx, control.Event{
		ID: "withdrawn-" + saved.ID, At: o.Now().Truncate(time.Microsecond), Kind: "withdrawn", Region: saved.To, Epoch: saved.Epoch,
		Detail: map[string]string{"intent": saved.ID, "kind": string(saved.Kind), "by": by},
	})
	return saved, nil
}
