package hclgen

func databaseRules() []rule {
	cluster := []string{"aws_rds_cluster"}
	return []rule{
		{"cluster-global-ignores", cluster, "terraform-provider-aws issue 40921 and cloudposse/terraform-aws-rds-cluster pull 280: " +
			"without them an apply promotes or detaches the cluster; after a failover roles swap, so both need both", globalIgnores},
		{"cluster-one-password", cluster, "provider docs r/rds_cluster: the ways to a master password conflict",
			atMostOne("master_password", "master_password_wo", "manage_master_user_password")},
		{"cluster-managed-password-global", cluster, "Aurora guide, rds-secrets-manager: not supported in a global database", func(v view) {
			if v.has("global_cluster_identifier") && v.is("manage_master_user_password", "true") {
				v.fault("manage_master_user_password", "is not supported in a global database", "use master_password_wo")
			}
		}},
		{"cluster-secondary-key", cluster, "RDS: For encrypted cross-region replica, kmsKeyId should be explicitly specified", func(v view) {
			secondary := v.has("global_cluster_identifier") && len(v.given("master_username", "snapshot_identifier", "restore_to_point_in_time")) == 0
			if secondary && v.is("storage_encrypted", "true") && !v.has("kms_key_id") {
				v.fault("kms_key_id", "is not set on an encrypted secondary cluster", "set a key of the cluster's own Region")
			}
		}},
		{"cluster-final-snapshot", cluster, "provider docs r/rds_cluster: final_snapshot_identifier is required unless skip_final_snapshot", func(v view) {
			if (!v.has("skip_final_snapshot") || v.is("skip_final_snapshot", "false")) && !v.has("final_snapshot_identifier") {
				v.fault("final_snapshot_identifier", "is not set and skip_final_snapshot is not true: destroy would fail", "set one of the two")
			}
		}},
		{"cluster-retention", cluster, "Aurora guide, Aurora.Managing.Backups: retention is 1 to 35 days", within("backup_retention_period", 1, 35)},
		{"instance-promotion-tier", []string{"aws_rds_cluster_instance"}, "RDS API CreateDBInstance: PromotionTier is 0 to 15", within("promotion_tier", 0, 15)},
		{"instance-monitoring", []string{"aws_rds_cluster_instance"}, "RDS API CreateDBInstance: MonitoringRoleArn is required with MonitoringInterval", func(v view) {
			if interval, ok := v.number("monitoring_interval"); ok && interval > 0 && !v.has("monitoring_role_arn") {
				v.fault("monitoring_role_arn", "is not set with a monitoring_interval", "set the role that may write the metrics")
			}
		}},
	}
}

func globalIgnores(v view) {
	if !v.has("global_cluster_identifier") {
		return
	}
	ignored := map[string]bool{}
	for _, lifecycle := range v.nested("lifecycle") {
		if value := lifecycle.value("ignore_changes"); value != nil && Text(value) == "all" {
			return
		}
		for _, item := range lifecycle.items("ignore_changes") {
			ignored[Text(item)] = true
		}
	}
	for _, name := range []string{"replication_source_identifier", "global_cluster_identifier"} {
		if !ignored[name] {
			v.fault("lifecycle.ignore_changes", "a member of a global cluster does not ignore "+name, "add Keyword(\""+name+"\")")
		}
	}
}
