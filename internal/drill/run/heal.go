package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/pause"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// healTimeout bounds how long a system may take to be whole again: a database that was left behind copies the writer.
const healTimeout = 2 * time.Minute

// Heal makes the system that was drilled as it was before, so that it can be drilled again, and waits until it is.
func Heal(ctx context.Context, options Options) error {
	d := &drill{options: options, target: options.Target}
	if d.options.Progress == nil {
		d.options.Progress = func(string, ...any) {}
	}
	lease, err := d.awaitTerm(ctx)
	if err != nil {
		return fmt.Errorf("heal after %s: %w", options.Scenario.Name, err)
	}
	d.places = d.target.places(lease.Region)
	if heal := options.Scenario.Heal; heal != nil {
		if err := heal(ctx, d); err != nil {
			return fmt.Errorf("heal after %s: %w", options.Scenario.Name, err)
		}
	}
	d.options.Progress("waiting until the system is whole again")
	const every = 500 * time.Millisecond
	if err := pause.Until(ctx, every, healTimeout, func() error { return d.whole(ctx) }); err != nil {
		return fmt.Errorf("heal after %s: not whole: %w", options.Scenario.Name, err)
	}
	return nil
}

// whole says what is still missing: every Region must see the same active term, and the target be whole around it.
func (d *drill) whole(ctx context.Context) error {
	var active []string
	for _, region := range []string{d.target.Primary, d.target.Secondary} {
		asked, cancel := context.WithTimeout(ctx, controlTimeout)
		lease, err := control.New(journal.NewClient(d.target.Config(region)), d.target.ControlTable, controlTimeout).Load(asked)
		cancel()
		if err != nil {
			return fmt.Errorf("read lease in %s: %w", region, err)
		}
		if lease.State != payment.LeaseActive {
			return fmt.Errorf("epoch %d of %s is %s", lease.Epoch, lease.Region, lease.State)
		}
		active = append(active, lease.Region)
	}
	if active[0] != active[1] {
		return errors.New("the lease is changing hands")
	}
	return d.target.Whole(ctx, active[0])
}
