package reach

import (
	"fmt"
	"slices"
	"strings"
)

// Verdict says whether a connection can be made, and each step that lets it through, or the ones that do not.
type Verdict struct {
	Allowed bool
	Reasons []string
}

func (v Verdict) String() string {
	word := "not reachable: "
	if v.Allowed {
		word = "reachable: "
	}
	return word + strings.Join(v.Reasons, "; ")
}

func deny(format string, values ...any) Verdict {
	return Verdict{Reasons: []string{fmt.Sprintf(format, values...)}}
}

func allow(format string, values ...any) Verdict {
	return Verdict{Allowed: true, Reasons: []string{fmt.Sprintf(format, values...)}}
}

// and needs both. When both fail both are said, so that one look shows everything that is missing.
func (v Verdict) and(other Verdict) Verdict {
	switch {
	case v.Allowed && !other.Allowed:
		return other
	case !v.Allowed && other.Allowed:
		return v
	}
	return Verdict{Allowed: v.Allowed, Reasons: slices.Concat(v.Reasons, other.Reasons)}
}

// Reachable says whether from can open a TCP connection to the port at to.
func Reachable(from, to Place, port int, rules Rules) Verdict {
	switch {
	case from.Kind != InVPC && to.Kind == InVPC:
		return deny("%s is outside, and nothing in a VPC has a public address", from.Name)
	case from.Kind != InVPC:
		return allow("%s and %s are both outside the VPCs", from.Name, to.Name)
	case to.Kind == InVPC:
		return rules.path(from, to).and(rules.egress(from, to, port)).and(rules.ingress(from, to, port))
	case to.Kind == Service:
		return rules.service(from, to, port)
	}
	return rules.outside(from, to, port)
}

// path is the way between two interfaces: the local route, or a peering with a route on both sides.
func (r Rules) path(from, to Place) Verdict {
	if from.VPC == to.VPC {
		return allow("both are in %s", from.VPC)
	}
	return r.peered(from, to, "").and(r.peered(to, from, " back"))
}

func (r Rules) peered(from, to Place, way string) Verdict {
	route, found := r.route(from.Table, to)
	if !found {
		return deny("no route%s from %s (table %s) to %s (%s)", way, from.Name, from.Table, to.Name, to.Address)
	}
	peering, known := r.Peerings[route.Peering]
	joins := (peering.Requester == from.VPC && peering.Accepter == to.VPC) || (peering.Requester == to.VPC && peering.Accepter == from.VPC)
	switch {
	case !known || !joins:
		return deny("the route%s from %s to %s leads to no peering of %s and %s", way, from.Name, route.Destination, from.VPC, to.VPC)
	case !peering.Accepted:
		return deny("the peering %s is not accepted", route.Peering)
	}
	return allow("the route%s to %s leads through the peering %s", way, route.Destination, route.Peering)
}

// route is the most specific one that covers the place.
func (r Rules) route(table string, to Place) (best Route, found bool) {
	for _, each := range r.Routes {
		if each.Table == table && each.Destination.Contains(to.Address) && (!found || each.Destination.Bits() > best.Destination.Bits()) {
			best, found = each, true
		}
	}
	return best, found
}

// service is the way to an AWS API: the VPC's own endpoint for it, else the internet.
func (r Rules) service(from, to Place, port int) Verdict {
	for _, endpoint := range r.Endpoints {
		if endpoint.VPC != from.VPC || endpoint.Service != to.Service {
			continue
		}
		if endpoint.Type == Interface { // its private name hides the public one, so there is no other way
			return r.interfaces(from, endpoint, port)
		}
		if slices.Contains(endpoint.Tables, from.Table) {
			return allow("the gateway endpoint %s is in the route table %s", endpoint.Name, from.Table).
				and(r.some(from, "egress", Group.egress, port, "the prefix list of "+endpoint.Name, func(rule Rule) bool {
					return (rule.PrefixList != "" && rule.PrefixList == endpoint.PrefixList) || everywhere(rule)
				}))
		}
	}
	outside := r.outside(from, to, port)
	if !outside.Allowed {
		outside.Reasons = append([]string{fmt.Sprintf("no endpoint for %s in %s", to.Service, from.VPC)}, outside.Reasons...)
	}
	return outside
}

func (r Rules) interfaces(from Place, endpoint Endpoint, port int) Verdict {
	verdict := deny("the interface endpoint %s has no address", endpoint.Name)
	for _, address := range endpoint.Addresses {
		at := Place{Name: endpoint.Name, Region: from.Region, VPC: endpoint.VPC, Address: address, Groups: endpoint.Groups}
		verdict = allow("the interface endpoint %s is in %s", endpoint.Name, endpoint.VPC).and(r.egress(from, at, port)).and(r.ingress(from, at, port))
		if verdict.Allowed {
			return verdict
		}
	}
	return verdict
}

// outside is the way to the internet.
func (r Rules) outside(from, to Place, port int) Verdict {
	leaves := deny("no route from %s (table %s) to the internet", from.Name, from.Table)
	for _, each := range r.Routes {
		if each.Table == from.Table && each.Outside && each.Destination.Bits() == 0 {
			leaves = allow("the route to %s leads to the internet", each.Destination)
		}
	}
	return leaves.and(r.some(from, "egress", Group.egress, port, to.Name, everywhere))
}
