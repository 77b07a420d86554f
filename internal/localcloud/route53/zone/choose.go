package zone

// Choose is Route 53's failover rule: the primary while it is healthy, else the secondary if that is healthy, else the
// primary. A record without a health check counts as healthy, so a secondary without one always takes over.
func Choose(primaryHealthy, secondaryHealthy bool) Failover {
	if !primaryHealthy && secondaryHealthy {
		return Secondary
	}
	return Primary
}

// choose picks the member that answers. A group of one answers whatever its health: when every record is unhealthy
// Route 53 treats all of them as healthy.
func (z *Zone) choose(members group, view View) member {
	if len(members) == 1 {
		return members[0]
	}
	primary, secondary := members[0], members[1]
	if primary.Failover == Secondary {
		primary, secondary = secondary, primary
	}
	if Choose(z.healthy(primary, view, maxChain), z.healthy(secondary, view, maxChain)) == Secondary {
		return secondary
	}
	return primary
}

// healthy is the health of one record set. An alias with EvaluateTargetHealth needs its target healthy, and a health
// check of its own, too, if it has one.
func (z *Zone) healthy(set member, view View, left int) bool {
	if !view.healthy(set.HealthCheckID) {
		return false
	}
	if set.Alias == nil || !set.Alias.EvaluateTargetHealth || left == 0 {
		return true
	}
	name := normal(set.Alias.Name)
	if !z.Owns(name) {
		target, known := view.Targets[name]
		return known && !target.Unavailable
	}
	members := z.groupAt(name, set.Type)
	for _, candidate := range members {
		if z.healthy(candidate, view, left-1) {
			return true
		}
	}
	return len(members) == 0
}
