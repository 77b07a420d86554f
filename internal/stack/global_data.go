package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// The database's fixed names. The ledger's migrations create the application's roles.
const (
	DatabaseName   = "paymentdb"
	AdminUser      = "dbadmin"
	databaseEngine = "aurora-postgresql"
	databasePort   = 5432
)

func globalCluster(c concern) {
	cluster := c.resource("aws_rds_global_cluster", "payment",
		"Replicates the ledger's storage to the secondary Region, asynchronously; the journal covers what is in flight.").
		Set("global_cluster_identifier", c.names.GlobalCluster()).
		Set("engine", databaseEngine).
		Set("engine_version", c.cfg.Database.EngineVersion).
		Set("database_name", DatabaseName).
		Set("storage_encrypted", true).
		Set("deletion_protection", c.cfg.Protected()).
		Set("tags", nameTag(c.names.GlobalCluster()))
	c.output("global_database_id", "The Aurora global cluster.", cluster.Ref("id"))
	c.output("global_writer_endpoint", "The ledger's writer, wherever it is.", cluster.Ref("endpoint"))
}

// sharedSecrets are the two replicated secrets.
type sharedSecrets struct{ admin, app *hclgen.Block }

// globalSecrets makes the credentials without a value in any file or state. The administrator's password is written
// once, from an ephemeral value. The application's secret has no version here: the first one is made by the ledger's
// migration and all others by rotation, because a version that this root owned would, once rotation has retired it,
// be written again by the next apply and lock the application out.
func globalSecrets(c concern, keys sharedKeys) sharedSecrets {
	admin := c.replicatedSecret("admin", c.names.AdminSecret(), keys,
		"May create the ledger's roles; read by migration and rotation only. A new password is a new version number below and in the primary's database.tf.").
		Note("checkov:skip=CKV2_AWS_57: changed by its version number; rotation would retire the version that this root owns.")
	password := c.ephemeral("aws_secretsmanager_random_password", "admin", "Exists only while apply runs.").
		Set("password_length", 40).
		Set("exclude_punctuation", true)
	c.resource("aws_secretsmanager_secret_version", "admin", "Write-only: neither plan nor state holds the password.").
		Set("secret_id", admin.Ref("id")).
		Set("secret_string_wo", hclgen.JSON(hclgen.Object(
			hclgen.F("engine", "postgres"),
			hclgen.F("username", AdminUser),
			hclgen.F("password", password.Ref("random_password")),
			hclgen.F("dbname", DatabaseName),
			hclgen.F("port", databasePort),
		))).
		Set("secret_string_wo_version", c.cfg.Database.AdminPasswordVersion)
	app := c.replicatedSecret("app", c.names.AppSecret(), keys,
		"The payment functions' credentials, rotated every 30 days between two users; its first value is made by the ledger's migration.").
		Note("checkov:skip=CKV2_AWS_57: rotated by aws_secretsmanager_secret_rotation.app in the root " + c.cfg.Regions.Primary + ".")
	c.output("secret_arns", "The secrets by name and by the Region that reads them.", hclgen.Object(
		hclgen.F("admin", c.byRole(func(role config.Role) any { return c.secretARN(admin, role) })),
		hclgen.F("app", c.byRole(func(role config.Role) any { return c.secretARN(app, role) })),
	))
	return sharedSecrets{admin, app}
}

func (c concern) replicatedSecret(name, secretName string, keys sharedKeys, why string) *hclgen.Block {
	window := 30
	if !c.cfg.Protected() {
		window = 0
	}
	secret := c.resource("aws_secretsmanager_secret", name, why).
		Set("name", secretName).
		Set("kms_key_id", keys.primary.Ref("arn")).
		Set("recovery_window_in_days", window).
		Set("tags", nameTag(secretName))
	secret.Block("replica").
		Why("Readable in the secondary Region when the primary is gone.").
		Set("region", c.cfg.Regions.Secondary).
		Set("kms_key_id", keys.secondary.Ref("arn"))
	return secret
}

// secretARN is the secret's ARN in a role's Region; a replica differs in nothing but the Region
// (Secrets Manager: replicate secrets across Regions).
func (c concern) secretARN(secret *hclgen.Block, role config.Role) hclgen.Expr {
	if role == config.Primary {
		return secret.Ref("arn")
	}
	return hclgen.Call("replace", secret.Ref("arn"),
		":"+c.cfg.Regions.Primary+":", ":"+c.cfg.Regions.Secondary+":")
}

func (c concern) byRole(value func(config.Role) any) hclgen.Expr {
	return hclgen.Object(
		hclgen.F(string(config.Primary), value(config.Primary)),
		hclgen.F(string(config.Secondary), value(config.Secondary)),
	)
}
