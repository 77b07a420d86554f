package failovertest

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/control"
)

// LoadIntent implements failover.Intents.
func (c Control) LoadIntent(ctx context.Context) (control.Intent, error) {
	if way := c.World.arrive(ctx, c.call(LoadIntent)); way.Err != nil {
		return control.Intent{}, way.Err
	}
	if c.World.Intent == nil {
		return control.Intent{}, control.ErrNoIntent
	}
	intent := *c.World.Intent
	return intent, c.World.answer(ctx, c.call(LoadIntent))
}

// SaveIntent implements failover.Intents.
func (c Control) SaveIntent(ctx context.Context, next control.Intent) (control.Intent, error) {
	way := c.World.arrive(ctx, c.call(SaveIntent))
	if way.Again > 0 {
		late := next
		c.World.Later(way.Again, func() { _, _ = c.World.saveIntent(c.Actor, late) })
	}
	if way.Err != nil {
		return control.Intent{}, way.Err
	}
	saved, err := c.World.saveIntent(c.Actor, next)
	if err == nil {
		err = c.World.answer(ctx, c.call(SaveIntent))
	}
	if err != nil {
		return control.Intent{}, err
	}
	return saved, nil
}

func (w *World) saveIntent(actor string, next control.Intent) (control.Intent, error) {
	latest := int64(0)
	if w.Intent != nil {
		latest = w.Intent.Version
	}
	if next.Version != latest {
		return control.Intent{}, control.ErrLost
	}
	if w.Trace != nil {
		w.Trace("%s: intent %s of epoch %d is %s", actor, next.Kind, next.Epoch, next.State)
	}
	next.Version++
	w.Intent = &next
	return next, nil
}
