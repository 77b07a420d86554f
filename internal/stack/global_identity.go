package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// identities writes the roles and policies of one account.
type identities struct {
	concern
	account hclgen.Expr
	secrets sharedSecrets
	// arns collects the roles by purpose and Region, for the output that the Regions read.
	arns map[config.Role][]hclgen.Field
}

func globalIdentities(c concern, account hclgen.Expr, secrets sharedSecrets) {
	i := identities{concern: c, account: account, secrets: secrets, arns: map[config.Role][]hclgen.Field{}}
	for _, role := range config.Roles() {
		for _, function := range config.Functions() {
			i.function(function, role)
		}
		i.flowLogs(role)
		i.databaseMonitoring(role)
		if c.cfg.Drills.Faults == config.FaultsFIS {
			i.drills(role)
		}
	}
	c.output("role_arns", "The roles by Region and purpose.", c.byRole(func(role config.Role) any {
		return hclgen.Object(i.arns[role]...)
	}))
}

// function makes a function's role and its one policy in one Region.
func (i identities) function(name string, role config.Role) {
	label := identifier(name) + "_" + string(role)
	block := i.resource("aws_iam_role", label, "Assumed by "+name+" in "+i.cfg.Region(role)+".").
		Set("name", i.names.Role(name, role)).
		Set("description", name+" in "+i.cfg.Region(role)).
		Set("assume_role_policy", assumedBy("lambda.amazonaws.com", nil)).
		Set("tags", nameTag(i.names.Role(name, role)))
	statements := append([]statement{i.ownLogs(name, role)}, i.statements(name, role)...)
	statements = append(statements, i.networkInterfaces(name, role)...)
	allowed := i.resource("aws_iam_policy", label, policyReason(name)).
		Set("name", i.names.Policy(name, role)).
		Set("policy", policy(statements...)).
		Set("tags", nameTag(i.names.Policy(name, role)))
	allowed.Note("checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied them.")
	i.resource("aws_iam_role_policy_attachment", label, "").
		Set("role", block.Ref("name")).
		Set("policy_arn", allowed.Ref("arn"))
	i.arns[role] = append(i.arns[role], hclgen.F(identifier(name), block.Ref("arn")))
}

// ownLogs allows a function to write its own log group and no other.
func (i identities) ownLogs(name string, role config.Role) statement {
	return statement{
		sid:     "WriteOwnLogs",
		actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		resources: []any{hclgen.Template("arn:aws:logs:"+i.cfg.Region(role)+":", i.account,
			":log-group:/aws/lambda/"+i.names.Function(name, role)+":*")},
	}
}

// networkInterfaces is what Lambda itself needs to attach a function to a VPC. EC2 offers no narrower resource for it;
// the function's own code is denied the same calls (Lambda: giving functions access to resources in a VPC).
func (i identities) networkInterfaces(name string, role config.Role) []statement {
	actions := []string{
		"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
		"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs",
		"ec2:GetSecurityGroupsForVpc",
	}
	return []statement{
		{sid: "AttachToNetwork", actions: actions, resources: []any{"*"}},
		{
			sid: "NotFromTheCodeItself", deny: true, actions: actions, resources: []any{"*"},
			condition: when("ArnEquals", "lambda:SourceFunctionArn", i.functionARN(name, role)),
		},
	}
}

func (i identities) functionARN(name string, role config.Role) hclgen.Expr {
	return hclgen.Template("arn:aws:lambda:"+i.cfg.Region(role)+":", i.account, ":function:"+i.names.Function(name, role))
}

func (i identities) flowLogs(role config.Role) {
	name := i.names.Role(config.FlowLogs, role)
	block := i.resource("aws_iam_role", "flow_logs_"+string(role), "Lets the VPC write its flow log.").
		Set("name", name).
		Set("assume_role_policy", assumedBy("vpc-flow-logs.amazonaws.com", i.account)).
		Set("tags", nameTag(name))
	group := hclgen.Template("arn:aws:logs:"+i.cfg.Region(role)+":", i.account, ":log-group:"+i.names.FlowLogGroup(role)+":*")
	i.resource("aws_iam_role_policy", "flow_logs_"+string(role), "One log group, which the Region's root creates.").
		Set("name", "write-flow-log").
		Set("role", block.Ref("id")).
		Set("policy", policy(statement{
			actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
			resources: []any{group},
		}))
	i.arns[role] = append(i.arns[role], hclgen.F("flow_logs", block.Ref("arn")))
}

func (i identities) databaseMonitoring(role config.Role) {
	name := i.names.Role(config.RDSMonitoring, role)
	block := i.resource("aws_iam_role", "rds_monitoring_"+string(role), "Lets RDS write the instances' operating system metrics.").
		Set("name", name).
		Set("assume_role_policy", assumedBy("monitoring.rds.amazonaws.com", i.account)).
		Set("tags", nameTag(name))
	i.resource("aws_iam_role_policy_attachment", "rds_monitoring_"+string(role), "AWS's own policy for exactly this.").
		Set("role", block.Ref("name")).
		Set("policy_arn", "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole")
	i.arns[role] = append(i.arns[role], hclgen.F("rds_monitoring", block.Ref("arn")))
}
