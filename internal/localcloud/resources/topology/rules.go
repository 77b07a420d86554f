package topology

import (
	"hash/fnv"
	"maps"
	"net/netip"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
)

// Rules are the facts in the form that reach decides on.
func (f Facts) Rules() reach.Rules {
	rules := reach.Rules{Groups: f.groups(), Peerings: map[string]reach.Peering{}}
	for _, route := range f.Routes {
		rules.Routes = append(rules.Routes, reach.Route{Table: route.Table, Destination: route.Destination, Peering: route.Peering, Outside: f.leaves(route)})
	}
	for id, peering := range f.Peerings {
		accepted := peering.Accepted || slices.Contains(f.Acceptances, Acceptance{Peering: id})
		rules.Peerings[id] = reach.Peering{Requester: peering.Requester, Accepter: peering.Accepter, Accepted: accepted}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Endpoints)) {
		endpoint := f.Endpoints[id]
		if endpoint.Type == reach.Interface && !endpoint.PrivateDNS {
			continue // SDKs call the API's public name, which does not lead there
		}
		made := reach.Endpoint{Name: endpoint.Name, VPC: endpoint.VPC, Service: endpoint.Service, Type: endpoint.Type,
			Tables: endpoint.Tables, PrefixList: endpoint.PrefixList, Groups: endpoint.Groups}
		for _, subnet := range endpoint.Subnets {
			made.Addresses = append(made.Addresses, f.address(subnet, id))
		}
		rules.Endpoints = append(rules.Endpoints, made)
	}
	return rules
}

// groups are all security groups with all their rules.
func (f Facts) groups() map[string]reach.Group {
	groups := map[string]reach.Group{}
	for _, vpc := range f.VPCs {
		groups[vpc.DefaultGroup] = reach.Group{Name: "the default group of " + vpc.Name, Region: vpc.Region, VPC: vpc.ID,
			Egress:  []reach.Rule{{Protocol: "-1", Prefix: netip.PrefixFrom(netip.IPv4Unspecified(), 0)}},
			Ingress: []reach.Rule{{Protocol: "-1", Group: vpc.DefaultGroup}}}
	}
	for id, group := range f.Groups {
		groups[id] = reach.Group{Name: group.Name, Region: group.Region, VPC: group.VPC,
			Egress: slices.Clone(group.Egress), Ingress: slices.Clone(group.Ingress)}
	}
	for _, rule := range f.GroupRules {
		group, known := groups[rule.Group]
		if !known {
			continue
		}
		if rule.Egress {
			group.Egress = append(group.Egress, rule.Rule)
		} else {
			group.Ingress = append(group.Ingress, rule.Rule)
		}
		groups[rule.Group] = group
	}
	return groups
}

// leaves says whether a route leads to the internet: by a NAT whose own subnet has a route to an internet gateway. By an
// internet gateway alone nothing gets out, because nothing here has a public address.
func (f Facts) leaves(route Route) bool {
	nat, known := f.NATs[route.NAT]
	if !known {
		return false
	}
	subnet := f.Subnets[nat.Subnet]
	table := f.table(subnet)
	return slices.ContainsFunc(f.Routes, func(r Route) bool {
		return r.Table == table && r.Destination.Bits() == 0 && f.Gateways[r.Gateway].VPC == subnet.VPC && subnet.VPC != ""
	})
}

// table is a subnet's route table.
func (f Facts) table(subnet Subnet) string {
	for _, association := range f.Associations {
		if association.Subnet == subnet.ID {
			return association.Table
		}
	}
	return f.VPCs[subnet.VPC].MainTable
}

// address is that of a network interface in a subnet, the same for the same owner. AWS keeps the first four and the last.
func (f Facts) address(subnetID, owner string) netip.Addr {
	prefix := f.Subnets[subnetID].Prefix
	if !prefix.IsValid() || !prefix.Addr().Is4() || prefix.Bits() > 28 {
		return netip.Addr{}
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(owner)) // a hash never fails
	free := uint32(1)<<(32-prefix.Bits()) - 5
	offset := 4 + sum.Sum32()%free
	bytes := prefix.Masked().Addr().As4()
	for i := 3; i >= 0; i-- {
		offset += uint32(bytes[i])
		bytes[i] = byte(offset)
		offset >>= 8
	}
	return netip.AddrFrom4(bytes)
}

// places are the interfaces that something of the name has, one in each of its subnets.
func (f Facts) places(name string, subnets, groups []string) []reach.Place {
	var found []reach.Place
	for _, id := range slices.Sorted(slices.Values(subnets)) {
		subnet, known := f.Subnets[id]
		if !known {
			subnet = Subnet{ID: id, Name: id, VPC: "the unknown VPC of " + id}
		}
		found = append(found, reach.Place{Name: name + " in " + subnet.Name, Kind: reach.InVPC, Region: subnet.Region, VPC: subnet.VPC,
			Table: f.table(subnet), Address: f.address(id, name), Groups: slices.Sorted(slices.Values(groups))})
	}
	return found
}
