package failovertest

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/control"
)

// LoadIntent implements failover.Intents.
func (c Control) LoadIntent(context.Context) (control.Intent, error) {
	return do(c.World, c.Region, c.Actor, "load-intent", func() (control.Intent, error) {
		if c.World.Intent == nil {
			return control.Intent{}, control.ErrNoIntent
		}
		return *c.World.Intent, nil
	})
}

// SaveIntent implements failover.Intents.
func (c Control) SaveIntent(_ context.Context, next control.Intent) (control.Intent, error) {
	return do(c.World, c.Region, c.Actor, "save-intent", func() (control.Intent, error) {
		latest := int64(0)
		if c.World.Intent != nil {
			latest = c.World.Intent.Version
		}
		if next.Version != latest {
			return control.Intent{}, control.ErrLost
		}
		c.World.trace("%s: intent %s of epoch %d is %s", c.Actor, next.Kind, next.Epoch, next.State)
		next.Version++
		c.World.Intent = &next
		return next, nil
	})
}
