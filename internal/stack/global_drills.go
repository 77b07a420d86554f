package stack

import (
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// drills makes one role for each experiment of a Region, allowed to do what the FIS user guide lists for its action
// (fis-actions-reference, cross-region-scenario), in this Region and on what has this environment's name or tag.
func (i identities) drills(role config.Role) {
	i.drill(config.DrillTables, role,
		"Pauses the replication of the two tables. wildcard: InjectError, looking for targets and the delivery of logs know no resource.",
		append(i.pauseStatements(role), i.experimentStatements()...))
	i.drill(config.DrillNetwork, role,
		"Gives the private subnets route tables of FIS's own for a while. wildcard: looking at networks, looking for targets and the delivery of logs know no resource.",
		append(i.networkStatements(role), i.experimentStatements()...))
}

func (i identities) drill(purpose string, role config.Role, why string, statements []statement) {
	label, name := identifier(purpose)+"_"+string(role), i.names.Role(purpose, role)
	block := i.resource("aws_iam_role", label, "Assumed by FIS for experiments of this account in "+i.cfg.Region(role)+" only.").
		Set("name", name).
		Set("assume_role_policy", policy(statement{
			actions: []string{"sts:AssumeRole"}, principal: service("fis.amazonaws.com"),
			condition: hclgen.Object(
				hclgen.F("StringEquals", hclgen.Object(hclgen.F("aws:SourceAccount", i.account))),
				hclgen.F("ArnLike", hclgen.Object(hclgen.F("aws:SourceArn",
					hclgen.Template("arn:aws:fis:"+i.cfg.Region(role)+":", i.account, ":experiment/*"))))),
		})).
		Set("tags", nameTag(name))
	i.resource("aws_iam_role_policy", label, why).
		Set("name", "inject-faults").
		Set("role", block.Ref("id")).
		Set("policy", policy(statements...))
	i.arns[role] = append(i.arns[role], hclgen.F(identifier(purpose), block.Ref("arn")))
}

func (i identities) pauseStatements(role config.Role) []statement {
	return []statement{
		{
			sid: "PauseReplication",
			actions: []string{
				"dynamodb:DescribeTable", "dynamodb:GetResourcePolicy", "dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy",
			},
			resources: []any{i.table(role, i.names.JournalTable()), i.table(role, i.names.ControlTable())},
		},
		{sid: "PauseStrongReplication", actions: []string{"dynamodb:InjectError"}, resources: []any{"*"}},
	}
}

// experimentStatements are what FIS needs for any experiment.
func (i identities) experimentStatements() []statement {
	return []statement{
		{sid: "FindTargets", actions: []string{"tag:GetResources"}, resources: []any{"*"}},
		{
			sid:       "SetUpLogDelivery",
			actions:   []string{"logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"},
			resources: []any{"*"},
		},
	}
}

// networkStatements let FIS make and remove things that it tags as its own, and associate its route tables with what has
// this environment's tag.
func (i identities) networkStatements(role config.Role) []statement {
	const mine = "managedByFIS"
	here := func(kind string) hclgen.Expr {
		return hclgen.Template("arn:aws:ec2:"+i.cfg.Region(role)+":", i.account, ":"+kind+"/*")
	}
	requested := when("StringEquals", "aws:RequestTag/"+mine, "true")
	made := when("StringEquals", "aws:ResourceTag/"+mine, "true")
	ours := when("StringEquals", "aws:ResourceTag/Environment", i.cfg.EnvironmentSuffix)
	creates := map[string]string{
		"CreateRouteTable": "route-table", "CreateNetworkInterface": "network-interface", "CreateManagedPrefixList": "prefix-list",
	}
	statements := []statement{
		{
			sid: "SeeNetwork",
			actions: []string{
				"ec2:DescribeManagedPrefixLists", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
				"ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs",
			},
			resources: []any{"*"},
		},
		{
			sid: "ReadPrefixLists", actions: []string{"ec2:GetManagedPrefixListEntries"},
			resources: []any{"arn:aws:ec2:" + i.cfg.Region(role) + ":*:prefix-list/*"}, // AWS's own have no account
		},
		{
			sid: "BesideOurs", actions: []string{"ec2:CreateRouteTable", "ec2:CreateNetworkInterface"},
			resources: []any{here("vpc"), here("subnet"), here("security-group")}, condition: ours,
		},
		{
			sid: "ExchangeOurs",
			actions: []string{
				"ec2:ReplaceRouteTableAssociation", "ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ModifyVpcEndpoint",
			},
			resources: []any{here("subnet"), here("route-table"), here("vpc-endpoint")}, condition: ours,
		},
		{
			sid: "ChangeItsOwn",
			actions: []string{
				"ec2:AssociateRouteTable", "ec2:CreateRoute", "ec2:DeleteManagedPrefixList", "ec2:DeleteNetworkInterface", "ec2:DeleteRouteTable",
				"ec2:DisassociateRouteTable", "ec2:ModifyManagedPrefixList", "ec2:ModifyVpcEndpoint", "ec2:ReplaceRouteTableAssociation",
			},
			resources: []any{here("route-table"), here("network-interface"), here("prefix-list")}, condition: made,
		},
	}
	for _, action := range sortedNames(creates) {
		statements = append(statements,
			statement{sid: action, actions: []string{"ec2:" + action}, resources: []any{here(creates[action])}, condition: requested},
			statement{sid: "TagAt" + action, actions: []string{"ec2:CreateTags"}, resources: []any{here(creates[action])},
				condition: hclgen.Object(hclgen.F("StringEquals", hclgen.Object(
					hclgen.F("ec2:CreateAction", action), hclgen.F("aws:RequestTag/"+mine, "true"))))})
	}
	return statements
}

func sortedNames(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
