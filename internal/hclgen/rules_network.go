package hclgen

func networkRules() []rule {
	ruleTypes := []string{"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"}
	return []rule{
		{"endpoint-kind", []string{"aws_vpc_endpoint"}, "provider docs r/vpc_endpoint: subnets and groups are for interface endpoints, route tables for gateways", endpointKind},
		{"route-target", []string{"aws_route"}, "provider docs r/route: one target", exactlyOne("carrier_gateway_id", "core_network_arn", "egress_only_gateway_id",
			"gateway_id", "local_gateway_id", "nat_gateway_id", "network_interface_id", "odb_network_arn", "transit_gateway_id", "vpc_endpoint_id", "vpc_peering_connection_id")},
		{"route-destination", []string{"aws_route"}, "provider docs r/route: one destination",
			exactlyOne("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")},
		{"rule-peer", ruleTypes, "provider docs r/vpc_security_group_ingress_rule: one source or destination",
			exactlyOne("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")},
		{"rule-ports", ruleTypes, "EC2 API AuthorizeSecurityGroupIngress: tcp and udp need ports, -1 takes none", rulePorts},
		{"flow-log-traffic", []string{"aws_flow_log"}, "provider docs r/flow_log: traffic_type is required for vpc_id, subnet_id, eni_id", func(v view) {
			if len(v.given("vpc_id", "subnet_id", "eni_id")) > 0 && !v.has("traffic_type") {
				v.fault("traffic_type", "is not set on the flow log of a network", "set ALL, ACCEPT or REJECT")
			}
		}},
		{"flow-log-source", []string{"aws_flow_log"}, "provider docs r/flow_log: one source",
			exactlyOne("eni_id", "subnet_id", "vpc_id", "transit_gateway_id", "transit_gateway_attachment_id", "regional_nat_gateway_id")},
		{"peering-accept", []string{"aws_vpc_peering_connection"}, "provider docs r/vpc_peering_connection: auto_accept must be false with peer_region", func(v view) {
			if v.has("peer_region") && v.is("auto_accept", "true") {
				v.fault("auto_accept", "a peering across Regions cannot accept itself", "use aws_vpc_peering_connection_accepter in the other Region")
			}
		}},
		{"nat-address", []string{"aws_nat_gateway"}, "provider docs r/nat_gateway: allocation_id is required for a public gateway of one zone", func(v view) {
			public := !v.has("connectivity_type") || v.is("connectivity_type", "public")
			if public && !v.has("allocation_id") && (!v.has("availability_mode") || v.is("availability_mode", "zonal")) {
				v.fault("allocation_id", "is not set on a public NAT gateway", "set the id of an aws_eip")
			}
		}},
	}
}

func endpointKind(v view) {
	switch {
	case v.is("vpc_endpoint_type", "Gateway") || !v.has("vpc_endpoint_type"):
		for _, name := range v.given("subnet_ids", "security_group_ids") {
			v.fault(name, "is set on a gateway endpoint (the default type)", "use route_table_ids, or vpc_endpoint_type Interface")
		}
	case v.is("vpc_endpoint_type", "Interface"):
		for _, name := range v.given("route_table_ids") {
			v.fault(name, "is set on an interface endpoint", "use subnet_ids, or vpc_endpoint_type Gateway")
		}
	}
}

func rulePorts(v view) {
	protocol, ok := v.text("ip_protocol")
	ports := v.given("from_port", "to_port")
	switch {
	case !ok:
	case protocol == "-1" && len(ports) > 0:
		v.fault(ports[0], "is set although ip_protocol -1 covers every port", "remove it, or name a protocol")
	case (protocol == "tcp" || protocol == "udp") && len(ports) < 2:
		v.fault("from_port", "protocol "+protocol+" needs from_port and to_port", "set both")
	}
	from, hasFrom := v.number("from_port")
	to, hasTo := v.number("to_port")
	if hasFrom && hasTo && from > to {
		v.fault("from_port", "is above to_port", "swap them")
	}
}
