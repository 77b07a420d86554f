// Package reach decides what may talk to what: security groups, routes,
// peerings and VPC endpoints, as the files have them. Reachable is a pure
// function, and says why.
//
// The rules are those of https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html,
// https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-ddb.html and
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html.
package reach

import "net/netip"

// Kind is where a place is.
type Kind int

// A place is a network interface in a VPC, the public side of an AWS API, or the internet.
const (
	InVPC Kind = iota
	Service
	Internet
)

// Place is one end of a connection.
type Place struct {
	// Name is what reasons call it.
	Name string
	Kind Kind
	// Region, VPC, Table (the route table of its subnet), Address and Groups belong to an interface in a VPC.
	Region, VPC, Table string
	Address            netip.Addr
	Groups             []string
	// Service is the endpoint service name of an AWS API, such as com.amazonaws.us-east-1.dynamodb.
	Service string
}

// Rules is what the files say, by ids.
type Rules struct {
	Groups    map[string]Group
	Routes    []Route
	Peerings  map[string]Peering
	Endpoints []Endpoint
}

// Group is a security group. It allows what a rule allows, and answers to what was allowed.
type Group struct {
	Name, Region, VPC string
	Egress, Ingress   []Rule
}

// Rule allows TCP to (egress) or from (ingress) one of a prefix, a group or a prefix list.
type Rule struct {
	// Protocol is "tcp" or "-1" for all; rules of other protocols allow no TCP.
	Protocol string
	// From and To are the ports, both included; without meaning for "-1".
	From, To   int
	Prefix     netip.Prefix
	Group      string
	PrefixList string
}

// Route is a line of a route table. The local route of a VPC needs none.
type Route struct {
	Table       string
	Destination netip.Prefix
	// Peering is a peering's id; Outside says that it leads to the internet, by a NAT or an internet gateway.
	Peering string
	Outside bool
}

// Peering joins two VPCs. Traffic needs it accepted, and a route on both sides.
type Peering struct {
	Requester, Accepter string
	Accepted            bool
}

// EndpointType is the type of a VPC endpoint.
type EndpointType string

// The types that are modelled.
const (
	Gateway   EndpointType = "Gateway"
	Interface EndpointType = "Interface"
)

// Endpoint is a VPC endpoint of an AWS API.
type Endpoint struct {
	Name, VPC, Service string
	Type               EndpointType
	// Tables are the route tables of a gateway endpoint, PrefixList its prefix list.
	Tables     []string
	PrefixList string
	// Groups and Addresses are those of an interface endpoint.
	Groups    []string
	Addresses []netip.Addr
}
