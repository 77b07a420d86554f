package failovertest

import (
	"context"
	"errors"

	"github.com/paymentdr/paymentdr/internal/failover"
)

// Database is a Region's member of the global cluster, as its own control plane tells it.
type Database struct {
	World         *World
	Region, Actor string
}

// Observe implements failover.Promoter.
func (d Database) Observe(context.Context) (failover.Database, error) {
	return do(d.World, d.Region, d.Actor, "observe-database", func() (failover.Database, error) {
		global := d.World.Global
		problem := global.Unusable[d.Region]
		if global.Writer == d.Region && global.Target != "" {
			problem = "being demoted"
		}
		return failover.Database{
			Writer: global.Writer == d.Region, Promoting: global.Target == d.Region, Usable: problem == "", Problem: problem,
		}, nil
	})
}

// Promote implements failover.Promoter.
func (d Database) Promote(context.Context) error {
	_, err := do(d.World, d.Region, d.Actor, "promote", func() (struct{}, error) {
		global := &d.World.Global
		global.Calls++
		if global.Writer == d.Region || global.Target == d.Region {
			return struct{}{}, nil
		}
		global.Target, global.Ends = d.Region, d.World.Now.Add(global.Takes)
		d.World.trace("%s: promotion of %s's database begins", d.Actor, d.Region)
		d.World.Settle()
		return struct{}{}, nil
	})
	return err
}

// SwitchOver implements failover.Switcher: the writer takes no more writes, its replica gets all that it has, and is
// the writer when the change ends.
func (d Database) SwitchOver(_ context.Context, region string) error {
	_, err := do(d.World, d.Region, d.Actor, "switch-over", func() (struct{}, error) {
		global := &d.World.Global
		switch {
		case global.Writer == region || global.Target == region:
			return struct{}{}, nil
		case global.Writer != d.Region || global.Target != "" || global.Severed || global.Unusable[region] != "":
			return struct{}{}, errNotSwitchable
		}
		global.Switches++
		d.World.Replicate(-1)
		d.World.Books[d.Region].Writable = false
		global.Target, global.Ends = region, d.World.Now.Add(global.Takes)
		d.World.trace("%s: switchover to %s's database begins", d.Actor, region)
		d.World.Settle()
		return struct{}{}, nil
	})
	return err
}

var errNotSwitchable = errors.New("target does not replicate from the primary now")
