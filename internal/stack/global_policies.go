package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// statements are what a function may do beyond its own logs and network interfaces.
func (i identities) statements(function string, role config.Role) []statement {
	switch function {
	case config.PaymentProcessor:
		return i.processorStatements(role)
	case config.FailoverController:
		return i.controllerStatements(role)
	case config.BackupVerification:
		return i.backupStatements(role)
	case config.SecretRotation:
		return i.rotationStatements(role)
	default:
		return i.migrationStatements(role)
	}
}

// policyReason is the comment above a policy; it accounts for every "*" in it.
func policyReason(function string) string {
	switch function {
	case config.PaymentProcessor:
		return "Writes the journal, reads the lease and its own credentials. wildcard: EC2 offers no narrower resource for network interfaces."
	case config.FailoverController:
		return "Writes the lease and the journal, promotes this Region's cluster. wildcard: EC2 offers no narrower resource for network interfaces."
	case config.BackupVerification:
		return "Reads backups; creates and removes only clusters named payment-restore-test-*, and only with this environment's tag. Looking for them names no cluster. wildcard: EC2 offers no narrower resource for network interfaces."
	case config.SecretRotation:
		return "Rotates the application's secret with the administrator's. wildcard: a random password has no resource; EC2 offers none for network interfaces."
	default:
		return "Runs the ledger's migrations and makes the application's first credentials. wildcard: a random password has no resource; EC2 offers none for network interfaces."
	}
}

func (i identities) table(role config.Role, name string) hclgen.Expr {
	return hclgen.Template("arn:aws:dynamodb:"+i.cfg.Region(role)+":", i.account, ":table/"+name)
}

func (i identities) tableIndexes(role config.Role, name string) hclgen.Expr {
	return hclgen.Template("arn:aws:dynamodb:"+i.cfg.Region(role)+":", i.account, ":table/"+name+"/index/*")
}

// database is an ARN of RDS in a Region, as "cluster:name".
func (i identities) database(role config.Role, kindAndName string) hclgen.Expr {
	return hclgen.Template("arn:aws:rds:"+i.cfg.Region(role)+":", i.account, ":"+kindAndName)
}

func (i identities) readSecrets(role config.Role, secrets ...*hclgen.Block) statement {
	var arns []any
	for _, secret := range secrets {
		arns = append(arns, i.secretARN(secret, role))
	}
	return statement{sid: "ReadCredentials", actions: []string{"secretsmanager:GetSecretValue"}, resources: arns}
}

func (i identities) processorStatements(role config.Role) []statement {
	return []statement{
		{
			sid:       "WriteJournal",
			actions:   []string{"dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"},
			resources: []any{i.table(role, i.names.JournalTable()), i.tableIndexes(role, i.names.JournalTable())},
		},
		{
			sid:       "ReadLease",
			actions:   []string{"dynamodb:GetItem"},
			resources: []any{i.table(role, i.names.ControlTable())},
		},
		i.readSecrets(role, i.secrets.app),
	}
}

func (i identities) controllerStatements(role config.Role) []statement {
	global := hclgen.Template("arn:aws:rds::", i.account, ":global-cluster:"+i.names.GlobalCluster())
	return []statement{
		{
			sid:       "HoldLease",
			actions:   []string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"},
			resources: []any{i.table(role, i.names.ControlTable())},
		},
		{
			sid:       "ReplayJournal",
			actions:   []string{"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"},
			resources: []any{i.table(role, i.names.JournalTable()), i.tableIndexes(role, i.names.JournalTable())},
		},
		{
			sid:       "SeeDatabase",
			actions:   []string{"rds:DescribeGlobalClusters", "rds:DescribeDBClusters"},
			resources: []any{global, i.database(role, "cluster:"+i.names.Cluster(role))},
		},
		{
			sid:     "PromoteDatabase",
			actions: []string{"rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"},
			resources: []any{
				global,
				i.database(config.Primary, "cluster:"+i.names.Cluster(config.Primary)),
				i.database(config.Secondary, "cluster:"+i.names.Cluster(config.Secondary)),
			},
		},
		i.readSecrets(role, i.secrets.app),
	}
}

// backupStatements allow looking at the ledger's backups, and restoring one into a throw-away cluster whose name says
// so. What may be deleted must have that name and this environment's tag.
func (i identities) backupStatements(role config.Role) []statement {
	source := i.database(role, "cluster:"+i.names.Cluster(role))
	snapshots := i.database(role, "cluster-snapshot:*"+i.names.Cluster(role)+"*")
	throwaway := []any{
		i.database(role, "cluster:"+restoreTestName(i.cfg)), i.database(role, "db:"+restoreTestName(i.cfg)),
	}
	tagged := func(key string) hclgen.Expr {
		return when("StringEquals", key+"/"+restoreTestTag, i.cfg.EnvironmentSuffix)
	}
	return []statement{
		{
			sid:       "ReadBackups",
			actions:   []string{"rds:DescribeDBClusters", "rds:DescribeDBClusterSnapshots"},
			resources: []any{source, snapshots},
		},
		{
			sid:       "FindThrowAwayClusters",
			actions:   []string{"rds:DescribeDBClusters", "rds:DescribeDBInstances"},
			resources: []any{i.database(role, "cluster:*"), i.database(role, "db:*")},
		},
		{
			sid:     "RestoreFrom",
			actions: []string{"rds:RestoreDBClusterToPointInTime", "rds:RestoreDBClusterFromSnapshot"},
			resources: []any{
				source, snapshots,
				i.database(role, "subgrp:"+i.names.Named(role, "db-subnet")),
				i.database(role, "cluster-pg:"+i.names.Named(role, "cluster-parameters")),
			},
		},
		{
			sid: "RestoreIntoThrowAway",
			actions: []string{
				"rds:RestoreDBClusterToPointInTime", "rds:RestoreDBClusterFromSnapshot", "rds:CreateDBInstance", "rds:AddTagsToResource",
			},
			resources: throwaway, condition: tagged("aws:RequestTag"),
		},
		{
			sid:       "DecideAndRemoveThrowAway",
			actions:   []string{"rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:DeleteDBCluster"},
			resources: throwaway, condition: tagged("aws:ResourceTag"),
		},
		i.readSecrets(role, i.secrets.app),
	}
}

// The throw-away clusters' name and tag; a test holds them to package restore, which makes them.
const restoreTestTag = "paymentdr:restore-test"

func restoreTestName(cfg config.Config) string {
	return "payment-restore-test-" + cfg.EnvironmentSuffix + "-*"
}

func (i identities) rotationStatements(role config.Role) []statement {
	return []statement{
		{
			sid: "RotateApplicationSecret",
			actions: []string{
				"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
				"secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage",
			},
			resources: []any{i.secretARN(i.secrets.app, role)},
		},
		i.readSecrets(role, i.secrets.admin),
		randomPassword(),
	}
}

func (i identities) migrationStatements(role config.Role) []statement {
	return []statement{
		i.readSecrets(role, i.secrets.admin, i.secrets.app),
		{
			sid:       "MakeFirstCredentials",
			actions:   []string{"secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"},
			resources: []any{i.secretARN(i.secrets.app, role)},
		},
		randomPassword(),
	}
}

// randomPassword has no resource to restrict (service authorization reference of Secrets Manager).
func randomPassword() statement {
	return statement{sid: "MakePassword", actions: []string{"secretsmanager:GetRandomPassword"}, resources: []any{"*"}}
}
