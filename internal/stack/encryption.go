package stack

import "github.com/paymentdr/paymentdr/internal/hclgen"

// encryption makes the Region's own keys: one for the ledger, one for logs and alerts, so that who may read logs
// may not read the ledger.
func (r region) encryption() {
	r = r.at("encryption.tf", "The Region's own keys; the key of tables and secrets is in the root global.")
	r.made.databaseKey = r.key("database", "Encrypts the ledger's storage, backups and performance data in this Region.",
		accountRoot(r.account))
	r.made.operationsKey = r.key("operations", "Encrypts logs and alerts; used by the services that write them.",
		accountRoot(r.account),
		statement{
			sid: "LogsOfThisAccount",
			actions: []string{
				"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
				"kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey",
			},
			resources: []any{"*"},
			principal: service("logs." + r.here + ".amazonaws.com"),
			condition: when("ArnLike", "kms:EncryptionContext:aws:logs:arn",
				hclgen.Template("arn:aws:logs:"+r.here+":", r.account, ":log-group:*")),
		},
		alarmsPublish(r.account),
	)
}

func (r region) key(name, why string, statements ...statement) *hclgen.Block {
	key := r.resource("aws_kms_key", name, why+keyWildcard).
		Set("description", "Payment "+name+", "+r.here+", "+r.cfg.EnvironmentSuffix).
		Set("enable_key_rotation", true).
		Set("deletion_window_in_days", 30).
		Set("policy", policy(statements...))
	r.tagged(key, name+"-key")
	r.resource("aws_kms_alias", name, "A name for people.").
		Set("name", r.names.KeyAlias(r.role, name)).
		Set("target_key_id", key.Ref("key_id"))
	return key
}

// alarmsPublish lets CloudWatch use a key, to publish to a topic that it encrypts.
func alarmsPublish(account hclgen.Expr) statement {
	return statement{
		sid:       "AlarmsPublish",
		actions:   []string{"kms:Decrypt", "kms:GenerateDataKey"},
		resources: []any{"*"},
		principal: service("cloudwatch.amazonaws.com"),
		condition: when("StringEquals", "aws:SourceAccount", account),
	}
}
