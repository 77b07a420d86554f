package stack

import (
	"fmt"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// The AWS APIs that functions in the VPC call, and why; each costs an interface in three zones.
var interfaceEndpoints = []struct {
	service, why string
	actions      []string
}{
	{"secretsmanager", "Functions read and rotate database credentials.", []string{
		"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue",
		"secretsmanager:UpdateSecretVersionStage", "secretsmanager:GetRandomPassword",
	}},
	{"rds", "The failover controller promotes the cluster; the backup verification reads and restores backups.", []string{
		"rds:DescribeGlobalClusters", "rds:DescribeDBClusters", "rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster",
		"rds:DescribeDBClusterSnapshots", "rds:DescribeDBInstances", "rds:RestoreDBClusterToPointInTime",
		"rds:RestoreDBClusterFromSnapshot", "rds:CreateDBInstance", "rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:DeleteDBCluster",
	}},
}

// reachability is who may talk to whom: security groups by least privilege, and endpoints instead of a way out.
func (r region) reachability() {
	groups := r.at("security_groups.tf", "Who may talk to whom. No rule is wider than the connection it is for.")
	groups.securityGroups()
	endpoints := r.at("endpoints.tf", "The AWS APIs that functions in the VPC may call, without a way to the internet.")
	endpoints.gatewayEndpoints()
	if r.cfg.Egress == config.EgressEndpoints {
		endpoints.interfaceEndpoints()
	}
	groups.functionRules()
	groups.databaseRules()
}

func (r region) securityGroups() {
	r.made.functionGroup = r.securityGroup("function", "lambda-sg", "Functions: they call, nobody calls them.")
	r.made.databaseGroup = r.securityGroup("database", "db-sg", "The ledger: called by functions of both Regions, calls nobody.")
}

func (r region) securityGroup(name, tag, description string) *hclgen.Block {
	group := r.resource("aws_security_group", name, "").
		Set("name", r.named(tag)).
		Set("description", description).
		Set("vpc_id", r.made.vpc.Ref("id"))
	return r.tagged(group, tag)
}

func (r region) gatewayEndpoints() {
	var tables []any
	for _, table := range r.made.privateTables {
		tables = append(tables, table.Ref("id"))
	}
	for _, name := range []string{"dynamodb", "s3"} {
		endpoint := r.resource("aws_vpc_endpoint", name, gatewayReason(name)).
			Set("vpc_id", r.made.vpc.Ref("id")).
			Set("service_name", "com.amazonaws."+r.here+"."+name).
			Set("vpc_endpoint_type", "Gateway").
			Set("route_table_ids", hclgen.List(tables...)).
			Set("policy", r.gatewayPolicy(name))
		r.made.endpoints[name] = r.tagged(endpoint, name)
	}
}

func gatewayReason(name string) string {
	if name == "dynamodb" {
		return "The journal and the lease, and no other table."
	}
	return "Free; buckets of this account only, so that nothing can be carried out to another."
}

func (r region) gatewayPolicy(name string) hclgen.Expr {
	anyone := hclgen.Object(hclgen.F("AWS", "*"))
	if name == "s3" {
		return policy(statement{
			actions: []string{"s3:GetObject", "s3:PutObject", "s3:ListBucket"}, resources: []any{"*"}, principal: anyone,
			condition: when("StringEquals", "aws:ResourceAccount", r.account),
		})
	}
	table := func(table string) hclgen.Expr {
		return hclgen.Template("arn:aws:dynamodb:"+r.here+":", r.account, ":table/"+table)
	}
	index := func(name string) hclgen.Expr {
		return hclgen.Template("arn:aws:dynamodb:"+r.here+":", r.account, ":table/"+name+"/index/*")
	}
	sessions, control := r.names.JournalTable(), r.names.ControlTable()
	return policy(statement{
		actions: []string{
			"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query",
		},
		resources: []any{table(sessions), index(sessions), table(control)},
		principal: anyone,
	})
}

func (r region) interfaceEndpoints() {
	group := r.securityGroup("endpoint", "endpoint-sg", "Interface endpoints: called by functions.")
	r.made.endpoints["group"] = group
	r.rule("aws_vpc_security_group_ingress_rule", "endpoint_from_functions", group, "HTTPS from the functions.", 443,
		"referenced_security_group_id", r.made.functionGroup.Ref("id"))
	for _, e := range interfaceEndpoints {
		endpoint := r.resource("aws_vpc_endpoint", e.service, e.why).
			Set("vpc_id", r.made.vpc.Ref("id")).
			Set("service_name", "com.amazonaws."+r.here+"."+e.service).
			Set("vpc_endpoint_type", "Interface").
			Set("subnet_ids", r.made.privateSubnetIDs).
			Set("security_group_ids", hclgen.List(group.Ref("id"))).
			Set("private_dns_enabled", true).
			Set("policy", policy(statement{
				actions: e.actions, resources: []any{"*"}, principal: hclgen.Object(hclgen.F("AWS", "*")),
				condition: when("StringEquals", "aws:PrincipalAccount", r.account),
			}))
		r.made.endpoints[e.service] = r.tagged(endpoint, e.service)
	}
}

func (r region) functionRules() {
	from := r.made.functionGroup
	r.rule("aws_vpc_security_group_egress_rule", "function_to_database", from, "The ledger in this Region.", databasePort,
		"referenced_security_group_id", r.made.databaseGroup.Ref("id"))
	for i, prefix := range r.cfg.PrivateSubnets(r.role.Peer()) {
		r.rule("aws_vpc_security_group_egress_rule", fmt.Sprintf("function_to_peer_database_%d", i), from,
			"The ledger in the peer Region, over the peering; groups of another Region cannot be named.", databasePort,
			"cidr_ipv4", hclgen.String(prefix.String()))
	}
	for _, name := range []string{"dynamodb", "s3"} {
		r.rule("aws_vpc_security_group_egress_rule", "function_to_"+name, from, "The "+name+" gateway endpoint.", 443,
			"prefix_list_id", r.made.endpoints[name].Ref("prefix_list_id"))
	}
	if r.cfg.Egress == config.EgressNAT {
		r.rule("aws_vpc_security_group_egress_rule", "function_to_internet", from, "AWS APIs through the NAT gateways.", 443,
			"cidr_ipv4", hclgen.String("0.0.0.0/0"))
		return
	}
	r.rule("aws_vpc_security_group_egress_rule", "function_to_endpoints", from, "The interface endpoints.", 443,
		"referenced_security_group_id", r.made.endpoints["group"].Ref("id"))
}

func (r region) databaseRules() {
	to := r.made.databaseGroup
	r.rule("aws_vpc_security_group_ingress_rule", "database_from_functions", to, "PostgreSQL from this Region's functions.", databasePort,
		"referenced_security_group_id", r.made.functionGroup.Ref("id"))
	for i, prefix := range r.cfg.PrivateSubnets(r.role.Peer()) {
		r.rule("aws_vpc_security_group_ingress_rule", fmt.Sprintf("database_from_peer_%d", i), to,
			"PostgreSQL from the peer Region's private subnets, for its functions while this Region is active.", databasePort,
			"cidr_ipv4", hclgen.String(prefix.String()))
	}
}

// rule is one TCP port between a group and one other end.
func (r region) rule(typ, name string, group *hclgen.Block, description string, port int, end string, value hclgen.Expr) {
	rule := r.resource(typ, name, "").
		Set("security_group_id", group.Ref("id")).
		Set("description", description).
		Set("ip_protocol", "tcp").
		Set("from_port", port).
		Set("to_port", port).
		Set(end, value)
	r.tagged(rule, name)
}
