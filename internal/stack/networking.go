package stack

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

func (r region) networking() {
	r = r.at("networking.tf", "The VPC of the functions and the ledger. Nothing in it is reachable from the internet.")
	r.vpc()
	r.closeDefaultGroup()
	r.gateway()
	r.privateSubnets()
	if r.cfg.Egress == config.EgressNAT {
		r.publicSubnets()
	}
	r.flowLog()
}

func (r region) vpc() {
	r.made.vpc = r.resource("aws_vpc", "payment", "DNS names on: endpoints and the peer's database are found by name.").
		Set("cidr_block", r.cfg.CIDR(r.role).String()).
		Set("enable_dns_support", true).
		Set("enable_dns_hostnames", true)
	r.tagged(r.made.vpc, "vpc")
}

// closeDefaultGroup takes over the group that AWS made with the VPC and leaves it without rules, so that a thing that
// was given no group reaches nobody (AWS Foundational Security Best Practices EC2.2).
func (r region) closeDefaultGroup() {
	group := r.resource("aws_default_security_group", "closed", "No rules: what was given no group of its own reaches nobody.").
		Set("vpc_id", r.made.vpc.Ref("id"))
	r.tagged(group, "default-sg")
}

func (r region) gateway() {
	why := "Inert while egress is by endpoints: no route leads to it and no subnet is public."
	if r.cfg.Egress == config.EgressNAT {
		why = "The way out of the NAT gateways."
	}
	r.made.gateway = r.resource("aws_internet_gateway", "payment", why).Set("vpc_id", r.made.vpc.Ref("id"))
	r.tagged(r.made.gateway, "igw")
}

// privateSubnets makes three subnets in three zones; one route table serves all, or one each where each zone has its
// own NAT gateway.
func (r region) privateSubnets() {
	zones := r.cfg.Zones(r.role)
	var subnets []*hclgen.Block
	var ids []any
	for i, prefix := range r.cfg.PrivateSubnets(r.role) {
		subnet := r.resource("aws_subnet", fmt.Sprintf("private_%d", i), onFirst(i, "For the functions and the ledger, one a zone.")).
			Set("vpc_id", r.made.vpc.Ref("id")).
			Set("cidr_block", prefix.String()).
			Set("availability_zone", zones[i])
		r.tagged(subnet, fmt.Sprintf("private-%d", i))
		subnets = append(subnets, subnet)
		ids = append(ids, subnet.Ref("id"))
	}
	r.made.privateSubnets = subnets
	r.made.privateSubnetIDs = r.Local(r.file, "private_subnet_ids", hclgen.List(ids...))
	if r.cfg.Egress == config.EgressNAT {
		for i := range zones {
			r.made.privateTables = append(r.made.privateTables, r.routeTable(fmt.Sprintf("private_%d", i),
				fmt.Sprintf("rt-%d", i), onFirst(i, "One a zone, so that the loss of a zone's NAT gateway is that zone's alone.")))
		}
	} else {
		r.made.privateTables = []*hclgen.Block{r.routeTable("private", "rt",
			"Local traffic, the gateway endpoints and, from the root link, the peer Region. No way out.")}
	}
	for i, subnet := range subnets {
		table := r.made.privateTables[min(i, len(r.made.privateTables)-1)]
		r.resource("aws_route_table_association", fmt.Sprintf("private_%d", i), "").
			Set("subnet_id", subnet.Ref("id")).
			Set("route_table_id", table.Ref("id"))
	}
}

func (r region) routeTable(name, tag, why string) *hclgen.Block {
	return r.tagged(r.resource("aws_route_table", name, why).Set("vpc_id", r.made.vpc.Ref("id")), tag)
}

// publicSubnets holds one NAT gateway a zone.
func (r region) publicSubnets() {
	gateway := r.made.gateway
	table := r.routeTable("public", "public-rt", "Only the NAT gateways use it.")
	r.resource("aws_route", "public", "To the internet.").
		Set("route_table_id", table.Ref("id")).
		Set("destination_cidr_block", "0.0.0.0/0").
		Set("gateway_id", gateway.Ref("id"))
	zones := r.cfg.Zones(r.role)
	for i, prefix := range r.cfg.PublicSubnets(r.role) {
		name := fmt.Sprintf("public_%d", i)
		subnet := r.resource("aws_subnet", name, onFirst(i, "For the NAT gateways only; no address is public by itself.")).
			Set("vpc_id", r.made.vpc.Ref("id")).
			Set("cidr_block", prefix.String()).
			Set("availability_zone", zones[i]).
			Set("map_public_ip_on_launch", false)
		r.tagged(subnet, fmt.Sprintf("public-%d", i))
		r.resource("aws_route_table_association", name, "").
			Set("subnet_id", subnet.Ref("id")).
			Set("route_table_id", table.Ref("id"))
		address := r.resource("aws_eip", fmt.Sprintf("nat_%d", i), onFirst(i, "The addresses that the outside sees.")).Set("domain", "vpc")
		r.tagged(address, fmt.Sprintf("nat-%d", i))
		nat := r.resource("aws_nat_gateway", fmt.Sprintf("zone_%d", i), "").
			Set("allocation_id", address.Ref("id")).
			Set("subnet_id", subnet.Ref("id"))
		r.tagged(nat, fmt.Sprintf("nat-%d", i)).DependsOn(gateway)
		r.resource("aws_route", fmt.Sprintf("private_nat_%d", i), "").
			Set("route_table_id", r.made.privateTables[i].Ref("id")).
			Set("destination_cidr_block", "0.0.0.0/0").
			Set("nat_gateway_id", nat.Ref("id"))
	}
}

func (r region) flowLog() {
	group := r.logGroup("flow_log", r.names.FlowLogGroup(r.role), "Who talked to whom; what an investigation asks for first.")
	flow := r.resource("aws_flow_log", "payment", "All traffic, accepted and rejected.").
		Set("vpc_id", r.made.vpc.Ref("id")).
		Set("traffic_type", "ALL").
		Set("log_destination_type", "cloud-watch-logs").
		Set("log_destination", group.Ref("arn")).
		Set("iam_role_arn", r.roleARN(config.FlowLogs)).
		Set("max_aggregation_interval", 60)
	r.tagged(flow, "flow-log")
}

// logGroup keeps events for the configured time; without it a service would make the group itself and keep them for ever.
func (r region) logGroup(name, groupName, why string) *hclgen.Block {
	return r.resource("aws_cloudwatch_log_group", name, why).
		Set("name", groupName).
		Set("retention_in_days", r.cfg.Logs.RetentionDays).
		Set("kms_key_id", r.made.operationsKey.Ref("arn")).
		Set("tags", nameTag(groupName))
}

// onFirst comments only the first of a series.
func onFirst(i int, why string) string {
	if i == 0 {
		return why
	}
	return ""
}
