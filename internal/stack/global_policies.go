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
		return "Reads backups; creates and removes only clusters named payment-restore-test-*, and only with our tag. wildcard: none."
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

func (i identities) backupStatements(role config.Role) []statement {
	return []statement{
		{
			sid:     "ReadBackups",
			actions: []string{"rds:DescribeDBClusters", "rds:DescribeDBClusterSnapshots"},
			resources: []any{
				i.database(role, "cluster:"+i.names.Cluster(role)),
				i.database(role, "cluster-snapshot:*"+i.names.Cluster(role)+"*"),
			},
		},
	}
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
