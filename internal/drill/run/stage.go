package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
	"github.com/paymentdr/paymentdr/internal/journal"
	cloud "github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Places implements scenario.Stage.
func (d *drill) Places() scenario.Places { return d.places }

// Order implements scenario.Stage.
func (d *drill) Order(ctx context.Context, order cloud.Order) error {
	return d.target.Order(ctx, order)
}

// Operate implements scenario.Stage.
func (d *drill) Operate(ctx context.Context, words ...string) error {
	if d.target.Operate == nil {
		return fmt.Errorf("operate %v: this system takes no operator's commands", words)
	}
	return d.target.Operate(ctx, words...)
}

// AWS implements scenario.Stage.
func (d *drill) AWS(region string) aws.Config { return d.target.Config(region) }

// Function implements scenario.Stage.
func (d *drill) Function(region, role string) (string, error) { return d.target.Function(region, role) }

// Secret implements scenario.Stage.
func (d *drill) Secret(region string) (string, error) { return d.target.Secret(region) }

// Await implements scenario.Stage.
func (d *drill) Await(ctx context.Context, what event.Kind, region string, within time.Duration) error {
	return d.await(ctx, verdict.Happening{Kind: what, Region: region}, time.Now(), within)
}

// await waits for what the verdict would count, within a time from the given one on.
func (d *drill) await(ctx context.Context, what verdict.Happening, from time.Time, within time.Duration) error {
	const every = 250 * time.Millisecond
	for deadline := from.Add(within); ; {
		events, err := d.events(ctx)
		for _, each := range events {
			if what.Matches(each) && !each.At.Before(d.fault) {
				return nil
			}
		}
		if d.options.Broken != nil {
			if broken := d.options.Broken(); broken != nil {
				return broken
			}
		}
		if time.Now().After(deadline) {
			return errors.Join(fmt.Errorf("%s did not happen within %s", what, within), err)
		}
		if err := pause.For(ctx, every); err != nil {
			return err
		}
	}
}

// awaitAll waits for what must happen; what does not is for the verdict as well.
func (d *drill) awaitAll(ctx context.Context, must []verdict.Happening) error {
	const unbounded = 2 * time.Minute
	var missed []error
	for _, each := range must {
		from, within := time.Now(), unbounded
		if each.Within > 0 {
			from, within = d.fault, each.Within
		}
		d.options.Progress("waiting for: %s", each)
		missed = append(missed, d.await(ctx, each, from, within))
	}
	return errors.Join(missed...)
}

func (d *drill) note(kind event.Kind, region, detail string) {
	d.own = append(d.own, event.Event{At: time.Now(), Kind: kind, Region: region, Detail: detail})
}

// events are all that are known now.
func (d *drill) events(ctx context.Context) ([]event.Event, error) {
	const ahead = time.Second
	own := func(context.Context, time.Time, time.Time) ([]event.Event, error) { return d.own, nil }
	return event.Collect(ctx, d.began, time.Now().Add(ahead), own, d.target.Events, d.history)
}

// controlTimeout bounds one Region's answer about the control table: a Region that is gone must not hold up the other.
const controlTimeout = 2 * time.Second

// anywhere asks the Regions in turn, the standby first, as the fault is in the active one most of the time.
func (d *drill) anywhere(ctx context.Context, ask func(ctx context.Context, store *control.Store) error) error {
	regions := []string{d.target.Secondary, d.target.Primary}
	if d.places.Standby != "" {
		regions = []string{d.places.Standby, d.places.Active}
	}
	var failures []error
	for _, region := range regions {
		ctx, cancel := context.WithTimeout(ctx, controlTimeout)
		err := ask(ctx, control.New(journal.NewClient(d.target.Config(region)), d.target.ControlTable, controlTimeout))
		cancel()
		if err == nil {
			return nil
		}
		failures = append(failures, fmt.Errorf("%s: %w", region, err))
	}
	return errors.Join(failures...)
}

// history is a source of the events that controllers recorded.
func (d *drill) history(ctx context.Context, from, to time.Time) ([]event.Event, error) {
	var found []event.Event
	err := d.anywhere(ctx, func(ctx context.Context, store *control.Store) error {
		found = nil
		for recorded, err := range store.Events(ctx, from, to) {
			if err != nil {
				return err
			}
			found = append(found, event.FromHistory(recorded))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return found, nil
}

// lease is who acts now.
func (d *drill) lease(ctx context.Context) (control.Lease, error) {
	var found control.Lease
	err := d.anywhere(ctx, func(ctx context.Context, store *control.Store) (err error) {
		found, err = store.Load(ctx)
		return err
	})
	if err != nil {
		return control.Lease{}, fmt.Errorf("read lease: %w", err)
	}
	return found, nil
}

// termTimeout bounds the wait for a term that is active: a young one replays first.
const termTimeout = 90 * time.Second

// AwaitTerm waits until a Region of the target is active.
func AwaitTerm(ctx context.Context, target Target) (control.Lease, error) {
	return (&drill{target: target}).awaitTerm(ctx)
}

// awaitTerm waits until a Region is active, so that what is measured is the fault and not the start.
func (d *drill) awaitTerm(ctx context.Context) (control.Lease, error) {
	const every = 250 * time.Millisecond
	var lease control.Lease
	err := pause.Until(ctx, every, termTimeout, func() (err error) {
		if lease, err = d.lease(ctx); err == nil && lease.State != payment.LeaseActive {
			err = fmt.Errorf("epoch %d in %q is %q", lease.Epoch, lease.Region, lease.State)
		}
		return err
	})
	if err != nil {
		return control.Lease{}, fmt.Errorf("wait for an active term: %w", err)
	}
	return lease, nil
}
