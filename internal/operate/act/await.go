package act

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Await watches an intent until it has ended, well or not, and tells of every event meanwhile. The error is ctx's.
func (o *Operator) Await(ctx context.Context, intent control.Intent) (plan.Progress, error) {
	told := map[string]bool{}
	lost := false
	for {
		seen := o.Items(ctx)
		if ctx.Err() != nil {
			return plan.Progress{}, ctx.Err()
		}
		readable := seen.Lease.Reading == failover.LeaseRead && seen.Intent.Reading == failover.LeaseRead
		switch {
		case readable:
			lost = false
			o.tell(ctx, intent, told)
			progress := o.judge(intent, seen.Intent.Control(), seen.Lease.Control())
			if !progress.Running() {
				return progress, nil
			}
		case !lost:
			lost = true
			o.Say("the control table cannot be read now, the controllers go on: %s%s", seen.Lease.Problem, seen.Intent.Problem)
		}
		if err := o.Sleep(ctx, max(o.Tick/2, 100*time.Millisecond)); err != nil {
			return plan.Progress{}, err
		}
	}
}

// AwaitActive watches until a term is active, and returns what is seen then.
func (o *Operator) AwaitActive(ctx context.Context) (status.Lease, error) {
	for {
		seen := o.Items(ctx)
		if seen.Lease.Reading == failover.LeaseRead && seen.Lease.State == payment.LeaseActive {
			return seen.Lease, nil
		}
		if err := o.Sleep(ctx, max(o.Tick/2, 100*time.Millisecond)); err != nil {
			return status.Lease{}, err
		}
	}
}

// Posted is how many payments a replay has posted, by the history.
func (o *Operator) Posted(ctx context.Context, intent control.Intent) (string, error) {
	for event, err := range o.Tables[0].Events(ctx, intent.At.Add(-time.Minute), o.Now().Add(time.Hour)) {
		if err != nil {
			return "", err
		}
		if event.Kind == "replayed" && event.Detail["intent"] == intent.ID {
			return event.Detail["posted"], nil
		}
	}
	return "", nil
}

// judge compares the intent with the lease. That another one has been written over it means that it had ended.
func (o *Operator) judge(asked, now control.Intent, lease control.Lease) plan.Progress {
	if now.ID != asked.ID {
		now = asked
		if now.Kind == control.IntentReplay {
			now.State = control.IntentDone
		}
	}
	return plan.Judge(now, lease)
}

// tell says the events since the intent was asked for that were not said yet. It is for people: what cannot be read is
// said by the next look.
func (o *Operator) tell(ctx context.Context, intent control.Intent, told map[string]bool) {
	for event, err := range o.Tables[0].Events(ctx, intent.At, o.Now().Add(time.Hour)) {
		if err != nil {
			return
		}
		if !told[event.ID] && event.Epoch >= intent.Epoch {
			told[event.ID] = true
			o.Say("%s %s %s, epoch %d%s", event.At.UTC().Format("15:04:05"), event.Region, event.Kind, event.Epoch, reasonOf(event))
		}
	}
}

// reasonOf is what an event says beyond its kind, if anything.
func reasonOf(event control.Event) string {
	for _, name := range []string{"reason", "problem", "posted"} {
		if text := event.Detail[name]; text != "" {
			return ", " + name + ": " + text
		}
	}
	return ""
}
