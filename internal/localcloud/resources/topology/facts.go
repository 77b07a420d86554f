package topology

import (
	"net/netip"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/reach"
)

// Fact is one resource of the files that decides who reaches whom.
type Fact interface{ add(f *Facts) }

// VPC has a main route table and a default group of its own from the start.
type VPC struct {
	ID, Name, Region        string
	MainTable, DefaultGroup string
}

// Subnet is a part of a VPC.
type Subnet struct {
	ID, Name, VPC, Region string
	Prefix                netip.Prefix
}

// Association gives a subnet its route table; one without has the main table of its VPC.
type Association struct{ Subnet, Table string }

// Route is a line of a route table. One of Peering, NAT and Gateway is set; a route to anything else leads nowhere.
type Route struct {
	Table                 string
	Destination           netip.Prefix
	Peering, NAT, Gateway string
}

// InternetGateway joins a VPC to the internet.
type InternetGateway struct{ ID, VPC string }

// NAT lets a VPC's private addresses out, if its own subnet has a way to an internet gateway.
type NAT struct{ ID, Subnet string }

// Peering is a request to join two VPCs.
type Peering struct {
	ID, Requester, Accepter string
	Accepted                bool
}

// Acceptance accepts a peering.
type Acceptance struct{ Peering string }

// Group is a security group with the rules that stand in it.
type Group struct {
	ID, Name, Region, VPC string
	Egress, Ingress       []reach.Rule
}

// GroupRule is a rule that stands outside its group.
type GroupRule struct {
	Group  string
	Egress bool
	Rule   reach.Rule
}

// Endpoint is a VPC endpoint of an AWS API.
type Endpoint struct {
	ID, Name, VPC, Service string
	Type                   reach.EndpointType
	// Tables and PrefixList are a gateway's.
	Tables     []string
	PrefixList string
	// Subnets and Groups are an interface's. Without PrivateDNS nobody finds it by the API's own name.
	Subnets, Groups []string
	PrivateDNS      bool
}

// SubnetGroup is where the instances of a database may be.
type SubnetGroup struct {
	Region, Name string
	Subnets      []string
}

// Cluster is a database cluster. Its writer may be in any subnet of its group.
type Cluster struct {
	Region, Name string
	SubnetGroup  string
	Groups       []string
	Port         int
}

// Function is a Lambda function. It runs in any of its subnets; without subnets it is outside of all VPCs.
type Function struct {
	ARN, Name, Region string
	Subnets, Groups   []string
}

// Facts are all resources that decide who reaches whom, each kind by its id.
type Facts struct {
	VPCs         map[string]VPC
	Subnets      map[string]Subnet
	Associations []Association
	Routes       []Route
	Gateways     map[string]InternetGateway
	NATs         map[string]NAT
	Peerings     map[string]Peering
	Acceptances  []Acceptance
	Groups       map[string]Group
	GroupRules   []GroupRule
	Endpoints    map[string]Endpoint
	SubnetGroups map[[2]string]SubnetGroup // Region and name
	Clusters     map[[2]string]Cluster     // Region and name
	Functions    map[string]Function       // by ARN
}

// Collect sorts facts by kind.
func Collect(facts ...Fact) Facts {
	collected := Facts{
		VPCs: map[string]VPC{}, Subnets: map[string]Subnet{}, Gateways: map[string]InternetGateway{}, NATs: map[string]NAT{},
		Peerings: map[string]Peering{}, Groups: map[string]Group{}, Endpoints: map[string]Endpoint{},
		SubnetGroups: map[[2]string]SubnetGroup{}, Clusters: map[[2]string]Cluster{}, Functions: map[string]Function{},
	}
	for _, fact := range facts {
		fact.add(&collected)
	}
	return collected
}

func (v VPC) add(f *Facts)             { f.VPCs[v.ID] = v }
func (s Subnet) add(f *Facts)          { f.Subnets[s.ID] = s }
func (a Association) add(f *Facts)     { f.Associations = append(f.Associations, a) }
func (r Route) add(f *Facts)           { f.Routes = append(f.Routes, r) }
func (g InternetGateway) add(f *Facts) { f.Gateways[g.ID] = g }
func (n NAT) add(f *Facts)             { f.NATs[n.ID] = n }
func (p Peering) add(f *Facts)         { f.Peerings[p.ID] = p }
func (a Acceptance) add(f *Facts)      { f.Acceptances = append(f.Acceptances, a) }
func (g Group) add(f *Facts)           { f.Groups[g.ID] = g }
func (r GroupRule) add(f *Facts)       { f.GroupRules = append(f.GroupRules, r) }
func (e Endpoint) add(f *Facts)        { f.Endpoints[e.ID] = e }
func (g SubnetGroup) add(f *Facts)     { f.SubnetGroups[[2]string{g.Region, g.Name}] = g }
func (c Cluster) add(f *Facts)         { f.Clusters[[2]string{c.Region, c.Name}] = c }
func (l Function) add(f *Facts)        { f.Functions[l.ARN] = l }
