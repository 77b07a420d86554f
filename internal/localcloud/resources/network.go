package resources

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

// facts handles a type that decides who reaches whom, and nothing else.
func (c *Cloud) facts(of func(full attributes, r apply.Resource) ([]topology.Fact, error), better ...func(full attributes, r apply.Resource) map[string]cty.Value) handler {
	return handler{cloud: c,
		put: func(_ context.Context, full attributes, r apply.Resource) (attributes, error) {
			for _, give := range better {
				full = full.with(give(full, r))
			}
			facts, err := of(full, r)
			if err != nil {
				return full, err
			}
			c.network.Put(key(r), facts...)
			return full, nil
		},
		delete: func(_ context.Context, _ object, r apply.Resource) error {
			c.network.Delete(key(r))
			return nil
		},
	}
}

// named is what reasons call a resource: its tag Name, or its address.
func named(full attributes, r apply.Resource) string {
	if name := full.table("tags")["Name"]; name != "" {
		return name
	}
	return r.Address
}

func (c *Cloud) vpc() handler {
	return c.facts(func(full attributes, r apply.Resource) ([]topology.Fact, error) {
		return []topology.Fact{topology.VPC{ID: full.text("id"), Name: named(full, r), Region: r.Region,
			MainTable: full.text("main_route_table_id"), DefaultGroup: full.text("default_security_group_id")}}, nil
	}, func(full attributes, _ apply.Resource) map[string]cty.Value {
		table := cty.StringVal("rtb-" + hexWord("main table of "+full.text("id"), 17))
		return map[string]cty.Value{"main_route_table_id": table, "default_route_table_id": table,
			"default_security_group_id": cty.StringVal(defaultGroup(full.text("id")))}
	})
}

// defaultGroup is the id of the group that every VPC has.
func defaultGroup(vpc string) string { return "sg-" + hexWord("default group of "+vpc, 17) }

func (c *Cloud) subnet() handler {
	return c.facts(func(full attributes, r apply.Resource) ([]topology.Fact, error) {
		prefix, err := netip.ParsePrefix(full.text("cidr_block"))
		if err != nil {
			return nil, fmt.Errorf("cidr_block: %w", err)
		}
		return []topology.Fact{topology.Subnet{ID: full.text("id"), Name: named(full, r), VPC: full.text("vpc_id"), Region: r.Region, Prefix: prefix}}, nil
	})
}

// table handles aws_route_table with the routes that stand in it.
func (c *Cloud) table() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		var facts []topology.Fact
		for _, route := range full.blocks("route") {
			found, err := routeFacts(full.text("id"), route.text("cidr_block"), route)
			if err != nil {
				return nil, err
			}
			facts = append(facts, found...)
		}
		return facts, nil
	})
}

func (c *Cloud) route() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		return routeFacts(full.text("route_table_id"), full.text("destination_cidr_block"), full.object)
	})
}

// routeFacts is a route by IPv4; others are none here.
func routeFacts(table, destination string, from object) ([]topology.Fact, error) {
	if destination == "" {
		return nil, nil
	}
	prefix, err := netip.ParsePrefix(destination)
	if err != nil {
		return nil, fmt.Errorf("route to %q: %w", destination, err)
	}
	return []topology.Fact{topology.Route{Table: table, Destination: prefix, Peering: from.text("vpc_peering_connection_id"),
		NAT: from.text("nat_gateway_id"), Gateway: from.text("gateway_id")}}, nil
}

func (c *Cloud) association() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		return []topology.Fact{topology.Association{Subnet: full.text("subnet_id"), Table: full.text("route_table_id")}}, nil
	})
}

func (c *Cloud) internetGateway() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		return []topology.Fact{topology.InternetGateway{ID: full.text("id"), VPC: full.text("vpc_id")}}, nil
	})
}

func (c *Cloud) nat() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		if full.text("connectivity_type") == "private" {
			return nil, nil // leads to other private networks only
		}
		return []topology.Fact{topology.NAT{ID: full.text("id"), Subnet: full.text("subnet_id")}}, nil
	})
}

func (c *Cloud) peering() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		return []topology.Fact{topology.Peering{ID: full.text("id"), Requester: full.text("vpc_id"), Accepter: full.text("peer_vpc_id"), Accepted: full.yes("auto_accept")}}, nil
	})
}

func (c *Cloud) accepter() handler {
	return c.facts(func(full attributes, _ apply.Resource) ([]topology.Fact, error) {
		if !full.yes("auto_accept") {
			return nil, nil
		}
		return []topology.Fact{topology.Acceptance{Peering: full.text("vpc_peering_connection_id")}}, nil
	})
}

// endpoint handles aws_vpc_endpoint. All gateways of a service in a Region share one prefix list, as at AWS.
func (c *Cloud) endpoint() handler {
	return c.facts(func(full attributes, r apply.Resource) ([]topology.Fact, error) {
		kind := reach.EndpointType(full.text("vpc_endpoint_type"))
		switch kind {
		case "":
			kind = reach.Gateway
		case reach.Gateway, reach.Interface:
		default:
			return nil, fmt.Errorf("vpc_endpoint_type %s is not modelled here", kind)
		}
		return []topology.Fact{topology.Endpoint{ID: full.text("id"), Name: named(full, r), VPC: full.text("vpc_id"), Service: full.text("service_name"), Type: kind,
			Tables: full.texts("route_table_ids"), PrefixList: full.text("prefix_list_id"), Subnets: full.texts("subnet_ids"),
			Groups: full.texts("security_group_ids"), PrivateDNS: full.yes("private_dns_enabled")}}, nil
	}, func(full attributes, _ apply.Resource) map[string]cty.Value {
		known := map[string]cty.Value{"prefix_list_id": cty.NullVal(cty.String)}
		if kind := full.text("vpc_endpoint_type"); kind == "" || kind == string(reach.Gateway) {
			known["prefix_list_id"] = cty.StringVal("pl-" + hexWord("prefix list of "+full.text("service_name"), 8))
		}
		var interfaces []cty.Value
		for _, subnet := range full.texts("subnet_ids") {
			interfaces = append(interfaces, cty.StringVal("eni-"+hexWord(full.text("id")+" in "+subnet, 17)))
		}
		if len(interfaces) > 0 {
			known["network_interface_ids"] = cty.SetVal(interfaces)
		}
		return known
	})
}
