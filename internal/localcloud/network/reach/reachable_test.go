package reach_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
)

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

// generated are the rules of the generated files, both Regions.
func generated() reach.Rules {
	rules := reach.Rules{Groups: map[string]reach.Group{}, Peerings: map[string]reach.Peering{"pcx": {Requester: "vpc-east", Accepter: "vpc-west", Accepted: true}}}
	for _, side := range []struct{ here, region, other string }{{"east", "us-east-1", "10.1.0.0/24"}, {"west", "us-west-2", "10.0.0.0/24"}} {
		function, database, endpoint := "function-"+side.here, "database-"+side.here, "endpoint-"+side.here
		rules.Groups[function] = reach.Group{Name: function, Region: side.region, VPC: "vpc-" + side.here, Egress: []reach.Rule{
			{Protocol: "tcp", From: 5432, To: 5432, Group: database},
			{Protocol: "tcp", From: 5432, To: 5432, Prefix: prefix(side.other)},
			{Protocol: "tcp", From: 443, To: 443, PrefixList: "pl-dynamodb-" + side.here},
			{Protocol: "tcp", From: 443, To: 443, Group: endpoint},
		}}
		rules.Groups[database] = reach.Group{Name: database, Region: side.region, VPC: "vpc-" + side.here, Ingress: []reach.Rule{
			{Protocol: "tcp", From: 5432, To: 5432, Group: function},
			{Protocol: "tcp", From: 5432, To: 5432, Prefix: prefix(side.other)},
		}}
		rules.Groups[endpoint] = reach.Group{Name: endpoint, Region: side.region, VPC: "vpc-" + side.here, Ingress: []reach.Rule{
			{Protocol: "tcp", From: 443, To: 443, Group: function},
		}}
		rules.Endpoints = append(rules.Endpoints,
			reach.Endpoint{Name: "dynamodb", VPC: "vpc-" + side.here, Service: "com.amazonaws." + side.region + ".dynamodb", Type: reach.Gateway,
				Tables: []string{"private-" + side.here}, PrefixList: "pl-dynamodb-" + side.here},
			reach.Endpoint{Name: "rds", VPC: "vpc-" + side.here, Service: "com.amazonaws." + side.region + ".rds", Type: reach.Interface,
				Groups: []string{endpoint}, Addresses: []netip.Addr{prefix(side.other).Addr()}})
	}
	rules.Routes = []reach.Route{
		{Table: "private-east", Destination: prefix("10.1.0.0/16"), Peering: "pcx"},
		{Table: "private-west", Destination: prefix("10.0.0.0/16"), Peering: "pcx"},
	}
	return rules
}

func inVPC(what, here, address string) reach.Place {
	region := map[string]string{"east": "us-east-1", "west": "us-west-2"}[here]
	return reach.Place{Name: what + "-" + here, Region: region, VPC: "vpc-" + here, Table: "private-" + here,
		Address: netip.MustParseAddr(address), Groups: []string{what + "-" + here}}
}

func service(name string) reach.Place {
	return reach.Place{Name: name, Kind: reach.Service, Service: "com.amazonaws." + name}
}

func TestReachable(t *testing.T) {
	function, database := inVPC("function", "east", "10.0.0.10"), inVPC("database", "east", "10.0.1.20")
	peer, far := inVPC("database", "west", "10.1.0.20"), inVPC("database", "west", "10.1.7.20")
	internet := reach.Place{Name: "internet", Kind: reach.Internet}
	bare := function
	bare.Groups = nil
	lost := function
	lost.Groups = []string{"nobody"}
	with := func(change func(*reach.Rules)) reach.Rules {
		rules := generated()
		change(&rules)
		return rules
	}
	everywhere := reach.Rule{Protocol: "-1", Prefix: prefix("0.0.0.0/0")}
	nat := with(func(r *reach.Rules) {
		r.Routes = append(r.Routes, reach.Route{Table: "private-east", Destination: prefix("0.0.0.0/0"), Outside: true})
		group := r.Groups["function-east"]
		group.Egress = append(group.Egress, everywhere)
		r.Groups["function-east"] = group
	})
	tests := map[string]struct {
		from, to reach.Place
		port     int
		rules    reach.Rules
		allowed  bool
		reason   string
	}{
		"function to its database":      {function, database, 5432, generated(), true, "both are in vpc-east"},
		"another port":                  {function, database, 5433, generated(), false, "no egress rule of function-east allows port 5433"},
		"database calls nobody":         {database, function, 443, generated(), false, "no egress rule of database-east"},
		"function to the peer database": {function, peer, 5432, generated(), true, "through the peering pcx"},
		"outside the peer's subnets":    {function, far, 5432, generated(), false, "no egress rule of function-east allows port 5432, database-west"},
		"peering not accepted":          {function, peer, 5432, with(func(r *reach.Rules) { r.Peerings["pcx"] = reach.Peering{Requester: "vpc-east", Accepter: "vpc-west"} }), false, "pcx is not accepted"},
		"no peering":                    {function, peer, 5432, with(func(r *reach.Rules) { r.Peerings = nil }), false, "leads to no peering"},
		"peering of other VPCs":         {function, peer, 5432, with(func(r *reach.Rules) { r.Peerings["pcx"] = reach.Peering{Requester: "a", Accepter: "b", Accepted: true} }), false, "leads to no peering"},
		"no route":                      {function, peer, 5432, with(func(r *reach.Rules) { r.Routes = r.Routes[1:] }), false, "no route from function-east"},
		"no route back":                 {function, peer, 5432, with(func(r *reach.Rules) { r.Routes = r.Routes[:1] }), false, "no route back from database-west"},
		"the narrower route wins": {function, peer, 5432, with(func(r *reach.Rules) {
			r.Routes = append(r.Routes, reach.Route{Table: "private-east", Destination: prefix("10.1.0.0/24"), Peering: "other"})
		}), false, "leads to no peering"},
		"a group of another Region": {inVPC("function", "west", "10.1.9.9"), database, 5432, with(func(r *reach.Rules) {
			r.Groups["database-east"] = reach.Group{Name: "database-east", Ingress: []reach.Rule{{Protocol: "tcp", From: 5432, To: 5432, Group: "function-west"}}}
		}), false, "no ingress rule of database-east"},
		"no ingress rule": {function, database, 5432, with(func(r *reach.Rules) { r.Groups["database-east"] = reach.Group{Name: "database-east"} }), false, "no ingress rule of database-east allows port 5432, function-east"},
		"a rule for UDP": {function, database, 5432, with(func(r *reach.Rules) {
			r.Groups["database-east"] = reach.Group{Name: "database-east", Ingress: []reach.Rule{{Protocol: "udp", From: 0, To: 65535, Prefix: prefix("0.0.0.0/0")}}}
		}), false, "no ingress rule"},
		"no group at all":                {bare, database, 5432, generated(), false, "function-east has no security group"},
		"a group that does not exist":    {lost, database, 5432, generated(), false, "nobody (no such group)"},
		"DynamoDB by the gateway":        {function, service("us-east-1.dynamodb"), 443, generated(), true, "prefix list of dynamodb"},
		"DynamoDB of the other Region":   {function, service("us-west-2.dynamodb"), 443, generated(), false, "no endpoint for com.amazonaws.us-west-2.dynamodb in vpc-east"},
		"gateway not in the route table": {function, service("us-east-1.dynamodb"), 443, with(func(r *reach.Rules) { r.Endpoints[0].Tables = nil }), false, "no endpoint for"},
		"no rule for the prefix list":    {function, service("us-east-1.dynamodb"), 443, with(func(r *reach.Rules) { r.Endpoints[0].PrefixList = "pl-other" }), false, "no egress rule of function-east"},
		"the interface endpoint":         {function, service("us-east-1.rds"), 443, generated(), true, "interface endpoint rds"},
		"endpoint lets nobody in":        {function, service("us-east-1.rds"), 443, with(func(r *reach.Rules) { r.Groups["endpoint-east"] = reach.Group{Name: "endpoint-east"} }), false, "no ingress rule of endpoint-east"},
		"interface hides the NAT":        {database, service("us-east-1.rds"), 443, nat, false, "no egress rule of database-east"},
		"an API without an endpoint":     {function, service("us-east-1.sns"), 443, generated(), false, "no endpoint for com.amazonaws.us-east-1.sns"},
		"the same by NAT":                {function, service("us-east-1.sns"), 443, nat, true, "leads to the internet"},
		"no way to the internet":         {function, internet, 443, generated(), false, "no route from function-east (table private-east) to the internet"},
		"the internet by NAT":            {function, internet, 443, nat, true, "leads to the internet"},
		"route, but no egress rule":      {database, internet, 443, nat, false, "no egress rule of database-east"},
		"the internet to an API":         {internet, service("us-east-1.execute-api"), 443, generated(), true, "both outside"},
		"the internet into a VPC":        {internet, database, 5432, generated(), false, "nothing in a VPC has a public address"},
		"an API into a VPC":              {service("us-east-1.lambda"), database, 5432, generated(), false, "nothing in a VPC has a public address"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			verdict := reach.Reachable(test.from, test.to, test.port, test.rules)
			if verdict.Allowed != test.allowed || !strings.Contains(verdict.String(), test.reason) {
				t.Errorf("%s\nwant allowed %v because %q", verdict, test.allowed, test.reason)
			}
		})
	}
}

// Everything that is missing is said at once.
func TestEveryReasonIsSaid(t *testing.T) {
	rules := generated()
	rules.Routes = nil
	verdict := reach.Reachable(inVPC("function", "east", "10.0.0.10"), inVPC("database", "west", "10.1.0.20"), 22, rules)
	if verdict.Allowed || len(verdict.Reasons) != 4 {
		t.Errorf("%d reasons, want no route there, none back, no egress, no ingress: %s", len(verdict.Reasons), verdict)
	}
}

// slowRule judges one rule address by address: ports and prefixes as lists of what they contain.
func slowRule(rule reach.Rule, other reach.Place, port int) bool {
	var ports []int
	for each := rule.From; each <= rule.To; each++ {
		ports = append(ports, each)
	}
	var addresses []netip.Addr
	if rule.Prefix.IsValid() {
		for each := rule.Prefix.Masked().Addr(); rule.Prefix.Contains(each); each = each.Next() {
			addresses = append(addresses, each)
		}
	}
	portMatches := rule.Protocol == "-1" || rule.Protocol == "tcp" && slices.Contains(ports, port)
	return portMatches && (slices.Contains(other.Groups, rule.Group) || slices.Contains(addresses, other.Address))
}

func TestGroupsAgreeWithSlowTwin(t *testing.T) {
	address := rapid.Custom(func(t *rapid.T) netip.Addr {
		return netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 15).Draw(t, "address"))})
	})
	rule := rapid.Custom(func(t *rapid.T) reach.Rule {
		from := rapid.IntRange(1, 5).Draw(t, "from")
		made := reach.Rule{Protocol: rapid.SampledFrom([]string{"tcp", "udp", "-1"}).Draw(t, "protocol"), From: from, To: from + rapid.IntRange(0, 2).Draw(t, "more")}
		if rapid.Bool().Draw(t, "group") {
			made.Group = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "named")
		} else {
			made.Prefix = netip.PrefixFrom(address.Draw(t, "prefix"), rapid.IntRange(28, 32).Draw(t, "bits"))
		}
		return made
	})
	rapid.Check(t, func(t *rapid.T) {
		rules := reach.Rules{Groups: map[string]reach.Group{}}
		for _, id := range []string{"a", "b", "c"} {
			rules.Groups[id] = reach.Group{Name: id, Egress: rapid.SliceOfN(rule, 0, 3).Draw(t, "egress"), Ingress: rapid.SliceOfN(rule, 0, 3).Draw(t, "ingress")}
		}
		place := func(name string) reach.Place {
			return reach.Place{Name: name, Region: "r", VPC: "v", Address: address.Draw(t, name),
				Groups: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, func(id string) string { return id }).Draw(t, name+" groups")}
		}
		from, to, port := place("from"), place("to"), rapid.IntRange(1, 7).Draw(t, "port")
		out, in := false, false
		for _, id := range from.Groups {
			for _, each := range rules.Groups[id].Egress {
				out = out || slowRule(each, to, port)
			}
		}
		for _, id := range to.Groups {
			for _, each := range rules.Groups[id].Ingress {
				in = in || slowRule(each, from, port)
			}
		}
		if verdict := reach.Reachable(from, to, port, rules); verdict.Allowed != (out && in) {
			t.Errorf("%s; egress %v, ingress %v", verdict, out, in)
		}
	})
}
