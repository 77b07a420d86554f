package failovertest

import (
	"context"

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
