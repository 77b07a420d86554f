package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// globalRoot holds what belongs to no Region or to both, and what must exist before either Region: the journal's global
// tables, the Aurora global cluster, the identities, the secrets, the zone and the certificates. Identities are here
// because IAM's control plane is in us-east-1: a Region's own root then plans without it.
func globalRoot(cfg config.Config) Root {
	c := newRoot(cfg, RootGlobal, cfg.Regions.Primary)
	account := c.account()
	key := globalKeys(c.in("encryption.tf", "The key of what both Regions share: tables and secrets."), account)
	globalTables(c.in("journal.tf", "The journal: written in two Regions before a payment is acknowledged (RPO 0)."), key)
	globalCluster(c.in("database.tf", "The global cluster that both Regions' Aurora clusters join."))
	secrets := globalSecrets(c.in("secrets.tf", "Database credentials, replicated to the secondary Region."), key)
	globalIdentities(c.in("identity.tf", "One role a function and Region, each allowed to do what that function does."), account, secrets)
	globalZone(c.in("dns.tf", "The zone of the payment names. The records that point at a Region are in the root link."))
	return Root{
		Name:    RootGlobal,
		Purpose: "journal tables, global cluster, identities, secrets, zone and certificates: what exists before the Regions",
		Module:  c.Module,
	}
}

// sharedKeys are the multi-Region key and its copy.
type sharedKeys struct{ primary, secondary *hclgen.Block }

func globalKeys(c concern, account hclgen.Expr) sharedKeys {
	usage := func(region string) hclgen.Expr {
		return policy(accountRoot(account), statement{
			sid: "UsedThroughTablesAndSecrets",
			actions: []string{
				"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
				"kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey", "kms:CreateGrant",
			},
			resources: []any{"*"},
			principal: hclgen.Object(hclgen.F("AWS", "*")),
			condition: hclgen.Object(hclgen.F("StringEquals", hclgen.Object(
				hclgen.F("kms:CallerAccount", account),
				hclgen.F("kms:ViaService", []string{"dynamodb." + region + ".amazonaws.com", "secretsmanager." + region + ".amazonaws.com"}),
			))),
		})
	}
	primary := c.resource("aws_kms_key", "data",
		"Encrypts the tables and secrets; multi-Region, so that the secondary decrypts with its own copy when the primary is gone."+keyWildcard).
		Set("description", "Payment tables and secrets, "+c.cfg.EnvironmentSuffix).
		Set("multi_region", true).
		Set("enable_key_rotation", true).
		Set("deletion_window_in_days", 30).
		Set("policy", usage(c.cfg.Regions.Primary)).
		Set("tags", nameTag(c.names.Named(config.Primary, "data-key")))
	secondary := c.resource("aws_kms_replica_key", "data", "The same key in the secondary Region, usable without the primary."+keyWildcard).
		Set("region", c.cfg.Regions.Secondary).
		Set("description", "Payment tables and secrets, "+c.cfg.EnvironmentSuffix).
		Set("primary_key_arn", primary.Ref("arn")).
		Set("deletion_window_in_days", 30).
		Set("policy", usage(c.cfg.Regions.Secondary)).
		Set("tags", nameTag(c.names.Named(config.Secondary, "data-key")))
	c.resource("aws_kms_alias", "data_primary", "A name for people.").
		Set("name", c.names.KeyAlias(config.Primary, "data")).
		Set("target_key_id", primary.Ref("key_id"))
	c.resource("aws_kms_alias", "data_secondary", "A name for people.").
		Set("region", c.cfg.Regions.Secondary).
		Set("name", c.names.KeyAlias(config.Secondary, "data")).
		Set("target_key_id", secondary.Ref("key_id"))
	return sharedKeys{primary, secondary}
}

// Attribute and index names of the journal; internal/journal reads and writes them.
const (
	JournalKey           = "sessionId"
	JournalPendingIndex  = "pending"
	JournalCreatedIndex  = "created"
	journalPendingShard  = "pendingShard"
	journalCreatedShard  = "createdShard"
	journalCreatedAt     = "createdAt"
	controlPartitionKey  = "pk"
	controlSortKey       = "sk"
	protectionAttribute  = "deletion_protection_enabled"
	strongConsistency    = "STRONG"
	streamNewAndOldImage = "NEW_AND_OLD_IMAGES"
)

func globalTables(c concern, keys sharedKeys) {
	sessions := c.globalTable("sessions", c.names.JournalTable(), JournalKey, keys,
		"One item a payment. A conditional put here is the lock against paying twice, in whichever Region it is tried.")
	sessions.Set("stream_enabled", true).Set("stream_view_type", streamNewAndOldImage)
	sessions.Set("tags", nameTag(c.names.JournalTable()))
	for _, name := range []string{JournalKey, journalPendingShard, journalCreatedShard, journalCreatedAt} {
		attribute(sessions, name)
	}
	index(sessions, JournalPendingIndex, journalPendingShard, journalCreatedAt).
		Why("Acknowledged payments that the ledger does not have yet; the attribute is removed when it has, so the index stays small.")
	index(sessions, JournalCreatedIndex, journalCreatedShard, journalCreatedAt).
		Why("Payments by creation hour: what a promotion replays into the ledger.")
	c.strongReplica(sessions, keys)

	control := c.globalTable("control", c.names.ControlTable(), controlPartitionKey, keys,
		"The lease that says which Region is active, operators' intents and the history of decisions.")
	control.Set("range_key", controlSortKey).Set("tags", nameTag(c.names.ControlTable()))
	attribute(control, controlPartitionKey)
	attribute(control, controlSortKey)
	c.strongReplica(control, keys)

	c.output("dynamodb_table_name", "The session table, the same name in both Regions.", sessions.Ref("name"))
	c.output("control_table_name", "The table of the lease and the history.", control.Ref("name"))
}

func (c concern) globalTable(name, tableName, hashKey string, keys sharedKeys, why string) *hclgen.Block {
	table := c.resource("aws_dynamodb_table", name, why).
		Set("name", tableName).
		Set("billing_mode", "PAY_PER_REQUEST").
		Set("hash_key", hashKey).
		Set(protectionAttribute, c.cfg.Protected())
	table.Block("server_side_encryption").Set("enabled", true).Set("kms_key_arn", keys.primary.Ref("arn"))
	table.Block("point_in_time_recovery").
		Why("Not copied between replicas: each says so for itself.").
		Set("enabled", true)
	return table
}

// strongReplica makes the table a global table of multi-Region strong consistency: one replica and the witness.
// The mode cannot be changed later and a replica cannot be added later (DynamoDB: how global tables work).
func (c concern) strongReplica(table *hclgen.Block, keys sharedKeys) {
	table.Block("replica").
		Why("Strongly consistent: a write is acknowledged when two Regions have it, and conditions see the latest write of both.").
		Set("region_name", c.cfg.Regions.Secondary).
		Set("consistency_mode", strongConsistency).
		Set("kms_key_arn", keys.secondary.Ref("arn")).
		Set("point_in_time_recovery", true).
		Set(protectionAttribute, c.cfg.Protected()).
		Set("propagate_tags", true)
	table.Block("global_table_witness").
		Why("Completes the quorum; holds no data that anyone reads, costs no writes.").
		Set("region_name", c.cfg.Regions.Witness)
}

func attribute(table *hclgen.Block, name string) {
	table.Block("attribute").Set("name", name).Set("type", "S")
}

func index(table *hclgen.Block, name, hash, sort string) *hclgen.Block {
	gsi := table.Block("global_secondary_index").Set("name", name).Set("projection_type", "KEYS_ONLY")
	gsi.Block("key_schema").Set("attribute_name", hash).Set("key_type", "HASH")
	gsi.Block("key_schema").Set("attribute_name", sort).Set("key_type", "RANGE")
	return gsi
}
