package topology_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

const (
	east, west = "us-east-1", "us-west-2"
	payARN     = "arn:aws:lambda:us-east-1:1:function:pay"
	freeARN    = "arn:aws:lambda:us-east-1:1:function:free"
)

func prefix(text string) netip.Prefix { return netip.MustParsePrefix(text) }

func tcp(port int) reach.Rule { return reach.Rule{Protocol: "tcp", From: port, To: port} }

func toPrefix(rule reach.Rule, text string) reach.Rule {
	rule.Prefix = prefix(text)
	return rule
}

func toGroup(rule reach.Rule, group string) reach.Rule {
	rule.Group = group
	return rule
}

// pair are two Regions as the generated files have them, with two subnets each.
func pair() []topology.Fact {
	var facts []topology.Fact
	for i, region := range []string{east, west} {
		peer := 1 - i
		list := toPrefix(tcp(443), "0.0.0.0/32")
		list.Prefix, list.PrefixList = netip.Prefix{}, "pl-"+region
		facts = append(facts,
			topology.VPC{ID: "vpc-" + region, Name: "vpc of " + region, Region: region, MainTable: "main-" + region, DefaultGroup: "default-" + region},
			topology.SubnetGroup{Region: region, Name: "databases", Subnets: []string{"a-" + region, "b-" + region}},
			topology.Group{ID: "function-" + region, Name: "function of " + region, Region: region, VPC: "vpc-" + region},
			topology.Group{ID: "database-" + region, Name: "database of " + region, Region: region, VPC: "vpc-" + region},
			topology.Group{ID: "endpoint-" + region, Name: "endpoint of " + region, Region: region, VPC: "vpc-" + region,
				Ingress: []reach.Rule{toGroup(tcp(443), "function-"+region)}},
			topology.GroupRule{Group: "function-" + region, Egress: true, Rule: toGroup(tcp(5432), "database-"+region)},
			topology.GroupRule{Group: "function-" + region, Egress: true, Rule: toGroup(tcp(443), "endpoint-"+region)},
			topology.GroupRule{Group: "function-" + region, Egress: true, Rule: list},
			topology.GroupRule{Group: "database-" + region, Rule: toGroup(tcp(5432), "function-"+region)},
			topology.Endpoint{ID: "vpce-d-" + region, Name: "dynamodb", VPC: "vpc-" + region, Service: "com.amazonaws." + region + ".dynamodb", Type: reach.Gateway,
				Tables: []string{"private-" + region}, PrefixList: "pl-" + region},
			topology.Endpoint{ID: "vpce-r-" + region, Name: "rds", VPC: "vpc-" + region, Service: "com.amazonaws." + region + ".rds", Type: reach.Interface,
				Subnets: []string{"a-" + region, "b-" + region}, Groups: []string{"endpoint-" + region}, PrivateDNS: true},
			topology.Cluster{Region: region, Name: "db-" + region, SubnetGroup: "databases", Groups: []string{"database-" + region}, Port: 5432},
			topology.Function{ARN: "arn:aws:lambda:" + region + ":1:function:pay", Name: "pay", Region: region,
				Subnets: []string{"a-" + region, "b-" + region}, Groups: []string{"function-" + region}},
			topology.Route{Table: "private-" + region, Destination: prefix(fmt.Sprintf("10.%d.0.0/16", peer)), Peering: "pcx"})
		for j, letter := range []string{"a", "b"} {
			subnet, network := letter+"-"+region, fmt.Sprintf("10.%d.%d.0/24", i, j)
			facts = append(facts,
				topology.Subnet{ID: subnet, Name: subnet, VPC: "vpc-" + region, Region: region, Prefix: prefix(network)},
				topology.Association{Subnet: subnet, Table: "private-" + region},
				topology.GroupRule{Group: "function-" + []string{west, east}[i], Egress: true, Rule: toPrefix(tcp(5432), network)},
				topology.GroupRule{Group: "database-" + []string{west, east}[i], Rule: toPrefix(tcp(5432), network)})
		}
	}
	return append(facts, topology.Function{ARN: freeARN, Name: "free", Region: east},
		topology.Peering{ID: "pcx", Requester: "vpc-" + east, Accepter: "vpc-" + west}, topology.Acceptance{Peering: "pcx"})
}

// without leaves out the facts that the text of one of the words is part of.
func without(facts []topology.Fact, words ...string) []topology.Fact {
	return slices.DeleteFunc(slices.Clone(facts), func(fact topology.Fact) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(fmt.Sprintf("%T%+v", fact, fact), word) })
	})
}

// verdict is the one for a target: "dynamodb us-east-1", "db-us-west-2", "internet".
func verdict(t *testing.T, facts []topology.Fact, function, target string) topology.Verdict {
	t.Helper()
	all, err := topology.Collect(facts...).Reach(function)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		name := one.Cluster
		if one.Service != "" {
			name = one.Service + " " + one.Region
		}
		if name == target || (name == "" && target == "internet") {
			return one
		}
	}
	t.Fatalf("no verdict about %s in %+v", target, all)
	return topology.Verdict{}
}

func TestReach(t *testing.T) {
	nat := append(pair(), topology.InternetGateway{ID: "igw", VPC: "vpc-" + east}, topology.NAT{ID: "nat", Subnet: "public"},
		topology.Subnet{ID: "public", VPC: "vpc-" + east, Region: east, Prefix: prefix("10.0.9.0/24")}, topology.Association{Subnet: "public", Table: "public"},
		topology.Route{Table: "public", Destination: prefix("0.0.0.0/0"), Gateway: "igw"},
		topology.Route{Table: "private-" + east, Destination: prefix("0.0.0.0/0"), NAT: "nat"},
		topology.GroupRule{Group: "function-" + east, Egress: true, Rule: toPrefix(tcp(443), "0.0.0.0/0")})
	gateway := append(pair(), topology.InternetGateway{ID: "igw", VPC: "vpc-" + east},
		topology.Route{Table: "private-" + east, Destination: prefix("0.0.0.0/0"), Gateway: "igw"},
		topology.GroupRule{Group: "function-" + east, Egress: true, Rule: toPrefix(tcp(443), "0.0.0.0/0")})
	public := topology.Endpoint{ID: "vpce-r-" + east, Name: "rds", VPC: "vpc-" + east, Service: "com.amazonaws." + east + ".rds", Type: reach.Interface,
		Subnets: []string{"a-" + east}, Groups: []string{"endpoint-" + east}}
	for name, test := range map[string]struct {
		facts            []topology.Fact
		function, target string
		allowed          bool
		reason           string
	}{
		"own database":                      {pair(), payARN, "db-us-east-1", true, "both are in vpc-us-east-1"},
		"peer database":                     {pair(), payARN, "db-us-west-2", true, "through the peering pcx"},
		"DynamoDB":                          {pair(), payARN, "dynamodb us-east-1", true, "gateway endpoint dynamodb"},
		"DynamoDB of the peer":              {pair(), payARN, "dynamodb us-west-2", false, "no endpoint for com.amazonaws.us-west-2.dynamodb"},
		"RDS":                               {pair(), payARN, "rds us-east-1", true, "interface endpoint rds"},
		"SNS":                               {pair(), payARN, "sns us-east-1", false, "no endpoint for com.amazonaws.us-east-1.sns"},
		"internet":                          {pair(), payARN, "internet", false, "to the internet"},
		"peering not accepted":              {without(pair(), "Acceptance"), payARN, "db-us-west-2", false, "pcx is not accepted"},
		"no route back":                     {without(pair(), "Route{Table:private-us-west-2"), payARN, "db-us-west-2", false, "no route back"},
		"one subnet without a table":        {without(pair(), "Association{Subnet:b-us-east-1"), payARN, "dynamodb us-east-1", false, "no route from pay in b-us-east-1 (table main-us-east-1)"},
		"one subnet that may not":           {without(pair(), "Prefix:10.1.1.0/24 Group: PrefixList:}"), payARN, "db-us-west-2", false, "db-us-west-2 in b-us-west-2"},
		"subnet group gone":                 {without(pair(), "SubnetGroup{Region:us-west-2"), payARN, "db-us-west-2", false, `subnet group "databases"`},
		"endpoint without private DNS":      {append(pair(), public), payARN, "rds us-east-1", false, "no endpoint for com.amazonaws.us-east-1.rds"},
		"NAT":                               {nat, payARN, "internet", true, "leads to the internet"},
		"NAT to an API":                     {nat, payARN, "sns us-west-2", true, "leads to the internet"},
		"NAT in a subnet without a way":     {without(nat, "Table:public Destination"), payARN, "internet", false, "no route from pay"},
		"internet gateway alone":            {gateway, payARN, "internet", false, "no route from pay"},
		"no VPC: API":                       {pair(), freeARN, "dynamodb us-west-2", true, "both outside"},
		"no VPC: internet":                  {pair(), freeARN, "internet", true, "both outside"},
		"no VPC: database":                  {pair(), freeARN, "db-us-east-1", false, "nothing in a VPC has a public address"},
		"the VPC's group when it has none":  {append(pair(), topology.Function{ARN: payARN, Name: "pay", Region: east, Subnets: []string{"a-" + east}, Groups: []string{"default-" + east}}), payARN, "dynamodb us-east-1", true, "prefix list"},
		"the VPC's group after it is taken": {append(pair(), topology.Group{ID: "default-" + east, Name: "closed", Region: east, VPC: "vpc-" + east}, topology.Function{ARN: payARN, Name: "pay", Region: east, Subnets: []string{"a-" + east}, Groups: []string{"default-" + east}}), payARN, "dynamodb us-east-1", false, "no egress rule of closed"},
	} {
		t.Run(name, func(t *testing.T) {
			got := verdict(t, test.facts, test.function, test.target)
			if got.Allowed != test.allowed || !strings.Contains(got.String(), test.reason) {
				t.Errorf("%s to %s: %s, want %v with %q", test.function, test.target, got, test.allowed, test.reason)
			}
		})
	}
}

func TestReachCluster(t *testing.T) {
	facts := topology.Collect(pair()...)
	restored := topology.Cluster{Region: east, Name: "restore-test", SubnetGroup: "databases", Groups: []string{"database-" + east}, Port: 5432}
	if got, err := facts.ReachCluster(payARN, restored); err != nil || !got.Allowed {
		t.Errorf("a restored cluster with the same groups: %s, %v", got, err)
	}
	restored.Groups = nil
	if got, err := facts.ReachCluster(payARN, restored); err != nil || got.Allowed || !strings.Contains(got.String(), "no egress rule") {
		t.Errorf("a restored cluster without groups: %s, %v", got, err)
	}
	if _, err := facts.ReachCluster("arn:nobody", restored); err == nil {
		t.Error("an unknown function reaches something")
	}
	if _, err := facts.Reach("arn:nobody"); err == nil {
		t.Error("an unknown function reaches something")
	}
	if places, err := facts.Places(payARN); err != nil || len(places) != 2 || places[0].Table != "private-"+east || !prefix("10.0.0.0/24").Contains(places[0].Address) {
		t.Errorf("places of the function: %+v, %v", places, err)
	}
}

// TestNetwork: what is deleted counts no more, whatever else was put.
func TestNetwork(t *testing.T) {
	var network topology.Network
	for i, fact := range pair() {
		network.Put(fmt.Sprint(i), fact)
	}
	network.Put("again", topology.Acceptance{Peering: "pcx"})
	if rules := network.Rules(); !rules.Peerings["pcx"].Accepted || len(rules.Groups) != 8 {
		t.Errorf("rules = %+v", rules)
	}
	network.Delete(fmt.Sprint(len(pair()) - 1))
	network.Delete("again")
	network.Delete("again")
	if network.Rules().Peerings["pcx"].Accepted {
		t.Error("a deleted acceptance still accepts")
	}
	if _, err := network.Reach(payARN); err != nil {
		t.Error(err)
	}
}

// TestAddresses: every interface is inside its subnet, neither its first four addresses nor its last.
func TestAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(16, 28).Draw(t, "bits")
		network := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(rapid.IntRange(0, 255).Draw(t, "second")), 0, 0}), bits).Masked()
		id := rapid.StringN(1, 20, 40).Draw(t, "id")
		rules := topology.Collect(topology.Subnet{ID: "s", Prefix: network},
			topology.Endpoint{ID: id, Type: reach.Interface, PrivateDNS: true, Subnets: []string{"s"}}).Rules()
		got := rules.Endpoints[0].Addresses[0]
		reserved := network.Addr()
		for range 4 {
			if got == reserved {
				t.Fatalf("%s is one of the first four of %s", got, network)
			}
			reserved = reserved.Next()
		}
		if !network.Contains(got) || !network.Contains(got.Next()) {
			t.Fatalf("%s is not inside %s, or its last", got, network)
		}
	})
}
