package stack

import (
	"fmt"
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// AdoptedAfterFailover are the attributes that a failover changes behind the files' back. Planned back, they would
// detach or promote a cluster (provider issues 40921 and, for global_cluster_identifier, cloudposse/terraform-aws-rds-cluster 280),
// and the roles swap, so both clusters ignore the same ones. The engine is upgraded through the global cluster.
var AdoptedAfterFailover = []string{"replication_source_identifier", "global_cluster_identifier", "engine_version"}

func (r region) database() {
	r = r.at("database.tf", "This Region's cluster of the global database. Which Region writes is decided at run time, not here.")
	subnets := r.resource("aws_db_subnet_group", "payment", "The three private subnets.").
		Set("name", r.named("db-subnet")).
		Set("subnet_ids", r.made.privateSubnetIDs)
	r.tagged(subnets, "db-subnet")
	parameters := r.parameterGroups()
	r.made.cluster = r.cluster(subnets, parameters)
	r.instances(parameters)
}

// parameters are the two groups; both Regions have equal ones, because the promoted cluster uses its own.
type parameters struct{ cluster, instance *hclgen.Block }

func (r region) parameterGroups() parameters {
	major, _, _ := strings.Cut(r.cfg.Database.EngineVersion, ".")
	cluster := r.resource("aws_rds_cluster_parameter_group", "payment",
		"The same in both Regions, because a promoted cluster keeps its own. rds.global_db_rpo stays unset: with two Regions it would stop all writes after a failover.").
		Set("name", r.named("cluster-parameters")).
		Set("family", databaseEngine+major).
		Set("description", "Payment ledger, "+r.cfg.EnvironmentSuffix)
	parameter(cluster, "rds.force_ssl", "1").Why("No connection without TLS.")
	parameter(cluster, "log_min_duration_statement", "1000").Why("Milliseconds; slower statements are logged.")
	parameter(cluster, "log_connections", "1")
	parameter(cluster, "log_statement", "ddl").Why("Schema changes for the auditor; no data and no password of a data statement.")
	parameter(cluster, "idle_in_transaction_session_timeout", "10000").Why("Milliseconds; a function that died holds no lock for longer.")
	instance := r.resource("aws_db_parameter_group", "payment", "Nothing but defaults yet; a group of our own can be changed without a new instance.").
		Set("name", r.named("instance-parameters")).
		Set("family", databaseEngine+major).
		Set("description", "Payment ledger instances, "+r.cfg.EnvironmentSuffix)
	return parameters{r.tagged(cluster, "cluster-parameters"), r.tagged(instance, "instance-parameters")}
}

func parameter(group *hclgen.Block, name, value string) *hclgen.Block {
	return group.Block("parameter").Set("name", name).Set("value", value)
}

func (r region) cluster(subnets *hclgen.Block, groups parameters) *hclgen.Block {
	why := "Writes while it is the global cluster's writer; the administrator's password comes from the secret and is not kept in state."
	if r.role == config.Secondary {
		why = "Follows the primary until it is promoted, which no change of this file does or undoes."
	}
	cluster := r.resource("aws_rds_cluster", "payment", why).
		Set("cluster_identifier", r.names.Cluster(r.role)).
		Set("global_cluster_identifier", r.fromGlobal("global_database_id")).
		Set("engine", databaseEngine).
		Set("engine_version", r.cfg.Database.EngineVersion)
	if r.role == config.Primary {
		r.administrator(cluster)
	}
	cluster.Set("db_subnet_group_name", subnets.Ref("name")).
		Set("vpc_security_group_ids", hclgen.List(r.made.databaseGroup.Ref("id"))).
		Set("db_cluster_parameter_group_name", groups.cluster.Ref("name")).
		Set("port", databasePort).
		Set("storage_encrypted", true).
		Set("kms_key_id", r.made.databaseKey.Ref("arn")).
		Set("iam_database_authentication_enabled", true).
		Set("backup_retention_period", r.cfg.Database.BackupRetentionDays).
		Set("preferred_backup_window", "03:00-04:00").
		Set("preferred_maintenance_window", "mon:04:00-mon:05:00").
		Set("copy_tags_to_snapshot", true).
		Set("enabled_cloudwatch_logs_exports", []string{"postgresql"}).
		Set("deletion_protection", r.cfg.Protected())
	if r.cfg.Protected() {
		cluster.Set("skip_final_snapshot", false).Set("final_snapshot_identifier", r.named("final"))
	} else {
		cluster.Set("skip_final_snapshot", true)
	}
	r.tagged(cluster, "cluster")
	return cluster.Lifecycle(func(l *hclgen.Block) {
		ignored := make([]any, len(AdoptedAfterFailover))
		for i, name := range AdoptedAfterFailover {
			ignored[i] = hclgen.Keyword(name)
		}
		l.Why("A failover swaps the roles; planning these back would detach or promote a cluster.").
			Set("ignore_changes", hclgen.List(ignored...))
	})
}

// administrator is set on the cluster that is created first only: a secondary takes users from the primary.
func (r region) administrator(cluster *hclgen.Block) {
	secret := r.ephemeral("aws_secretsmanager_secret_version", "admin", "Read while apply runs, to create the cluster; never in state.").
		Set("secret_id", r.fromGlobal("secret_arns.admin."+string(r.role)))
	admin := r.Local(r.file, "admin", hclgen.Call("jsondecode", secret.Ref("secret_string")))
	cluster.Set("database_name", DatabaseName).
		Set("master_username", AdminUser).
		Set("master_password_wo", hclgen.Traverse(admin, "password")).
		Set("master_password_wo_version", r.cfg.Database.AdminPasswordVersion)
}

func (r region) instances(groups parameters) {
	for i := range r.cfg.Database.Instances {
		instance := r.resource("aws_rds_cluster_instance", fmt.Sprintf("payment_%d", i),
			onFirst(i, "Equal in size, each able to take over from the other.")).
			Set("identifier", r.names.Instance(r.role, i)).
			Set("cluster_identifier", r.made.cluster.Ref("id")).
			Set("engine", databaseEngine).
			Set("engine_version", r.cfg.Database.EngineVersion).
			Set("instance_class", r.cfg.Database.InstanceClass).
			Set("db_parameter_group_name", groups.instance.Ref("name")).
			Set("ca_cert_identifier", "rds-ca-rsa2048-g1").
			Set("publicly_accessible", false).
			Set("auto_minor_version_upgrade", false).
			Set("promotion_tier", min(i, 15)).
			Set("performance_insights_enabled", true).
			Set("performance_insights_kms_key_id", r.made.databaseKey.Ref("arn")).
			Set("monitoring_interval", 60).
			Set("monitoring_role_arn", r.roleARN(config.RDSMonitoring)).
			Set("copy_tags_to_snapshot", true)
		r.tagged(instance, fmt.Sprintf("instance-%d", i)).Lifecycle(func(l *hclgen.Block) {
			l.Set("ignore_changes", hclgen.List(hclgen.Keyword("engine_version")))
		})
		r.made.instances = append(r.made.instances, instance)
	}
}
