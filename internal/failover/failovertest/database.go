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

func (d Database) call(op Op) Call { return Call{d.Region, d.Actor, op} }

// Observe implements failover.Promoter.
func (d Database) Observe(ctx context.Context) (failover.Database, error) {
	if way := d.World.arrive(ctx, d.call(ObserveDatabase)); way.Err != nil {
		return failover.Database{}, way.Err
	}
	global := &d.World.Global
	problem := global.Unusable[d.Region]
	if global.Writer == d.Region && global.Target != "" {
		problem = "being demoted"
	}
	seen := failover.Database{
		Writer: global.Writer == d.Region, Promoting: global.Target == d.Region, Usable: problem == "", Problem: problem,
	}
	return seen, d.World.answer(ctx, d.call(ObserveDatabase))
}

// Promote implements failover.Promoter.
func (d Database) Promote(ctx context.Context) error {
	way := d.World.arrive(ctx, d.call(Promote))
	if way.Again > 0 {
		d.World.Later(way.Again, func() { d.World.promote(d.Actor, d.Region) })
	}
	if way.Err != nil {
		return way.Err
	}
	d.World.promote(d.Actor, d.Region)
	return d.World.answer(ctx, d.call(Promote))
}

func (w *World) promote(actor, region string) {
	global := &w.Global
	global.Calls++
	if global.Writer == region || global.Target == region || global.Unusable[region] != "" {
		return
	}
	global.Target, global.Ends = region, w.Now.Add(global.Takes)
	if w.Trace != nil {
		w.Trace("%s: promotion of %s's database begins", actor, region)
	}
	w.Settle()
}

// SwitchOver implements failover.Switcher.
func (d Database) SwitchOver(ctx context.Context, region string) error {
	way := d.World.arrive(ctx, d.call(SwitchOver))
	if way.Again > 0 {
		d.World.Later(way.Again, func() { _ = d.World.switchOver(d.Actor, d.Region, region) })
	}
	if way.Err != nil {
		return way.Err
	}
	if err := d.World.switchOver(d.Actor, d.Region, region); err != nil {
		return err
	}
	return d.World.answer(ctx, d.call(SwitchOver))
}

var errNotSwitchable = errors.New("target does not replicate from the primary now")

// switchOver begins a change of writers without loss: the writer takes no more writes, its replica gets all that it has,
// and is the writer when the change ends.
func (w *World) switchOver(actor, from, to string) error {
	global := &w.Global
	switch {
	case global.Writer == to || global.Target == to:
		return nil
	case global.Writer != from || !w.switchable(to):
		return errNotSwitchable
	}
	global.Switches++
	w.Replicate(0)
	w.Books[from].Writable = false
	global.Target, global.Ends = to, w.Now.Add(global.Takes)
	if w.Trace != nil {
		w.Trace("%s: switchover to %s's database begins", actor, to)
	}
	w.Settle()
	return nil
}
