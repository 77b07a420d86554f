package hclgen

func databaseCases() []faultCase {
	cluster := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_rds_cluster", "c").Set("engine", "aurora-postgresql")
	}
	member := func(m *Module, ignores ...string) *Block {
		c := cluster(m).Set("skip_final_snapshot", true).Set("global_cluster_identifier", "g")
		words := make([]Expr, len(ignores))
		for i, word := range ignores {
			words[i] = Keyword(word)
		}
		return c.Lifecycle(func(l *Block) { l.Set("ignore_changes", words) })
	}
	both := []string{"replication_source_identifier", "global_cluster_identifier"}
	instance := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_rds_cluster_instance", "i").Set("cluster_identifier", "c").Set("engine", "aurora-postgresql").Set("instance_class", "db.r6g.large")
	}
	return []faultCase{
		{"cluster-global-ignores", "a member of a global cluster does not ignore replication_source_identifier", func(m *Module, broken bool) {
			member(m, either(broken, []string{"global_cluster_identifier"}, both).([]string)...)
		}},
		{"cluster-global-ignores/membership", "does not ignore global_cluster_identifier", func(m *Module, broken bool) {
			member(m, either(broken, both[:1], both).([]string)...)
		}},
		{"cluster-one-password", "master_password and master_password_wo exclude each other", func(m *Module, broken bool) {
			c := cluster(m).Set("skip_final_snapshot", true).Set("master_password_wo", "x").Set("master_password_wo_version", 1)
			set(c, "master_password", either(broken, "x", nil))
		}},
		{"cluster-managed-password-global", "manage_master_user_password: is not supported in a global database", func(m *Module, broken bool) {
			set(member(m, both...).Set("master_username", "a"), "manage_master_user_password", either(broken, true, nil))
		}},
		{"cluster-secondary-key", "kms_key_id: is not set on an encrypted secondary cluster", func(m *Module, broken bool) {
			set(member(m, both...).Set("storage_encrypted", true), "kms_key_id", either(broken, nil, "arn:aws:kms:us-west-2:1:key/x"))
		}},
		{"cluster-final-snapshot", "final_snapshot_identifier: is not set and skip_final_snapshot is not true", func(m *Module, broken bool) {
			set(cluster(m), "final_snapshot_identifier", either(broken, nil, "last"))
		}},
		{"cluster-retention", "backup_retention_period: is 36, allowed is 1 to 35", func(m *Module, broken bool) {
			cluster(m).Set("skip_final_snapshot", true).Set("backup_retention_period", either(broken, 36, 7))
		}},
		{"instance-promotion-tier", "promotion_tier: is 16, allowed is 0 to 15", func(m *Module, broken bool) {
			instance(m).Set("promotion_tier", either(broken, 16, 1))
		}},
		{"instance-monitoring", "monitoring_role_arn: is not set with a monitoring_interval", func(m *Module, broken bool) {
			instance(m).Set("monitoring_interval", either(broken, 60, 0))
		}},
	}
}

func journalCases() []faultCase {
	return []faultCase{
		{"table-hash-key", "hash_key: is not set", func(m *Module, broken bool) {
			b := m.Resource("main.tf", "aws_dynamodb_table", "t").Set("name", "t").Set("billing_mode", "PAY_PER_REQUEST")
			if !broken {
				b.Set("hash_key", "id").Block("attribute").Set("name", "id").Set("type", "S")
			}
		}},
		{"table-attributes", `key "created" has no attribute block`, func(m *Module, broken bool) {
			b := table(m)
			b.Block("global_secondary_index").Set("name", "i").Set("projection_type", "KEYS_ONLY").Set("hash_key", "created")
			if !broken {
				b.Block("attribute").Set("name", "created").Set("type", "S")
			}
		}},
		{"table-attributes/too many", `attribute "amount" is no key of the table or an index`, func(m *Module, broken bool) {
			if b := table(m); broken {
				b.Block("attribute").Set("name", "amount").Set("type", "N")
			}
		}},
		{"table-attributes/key schema", `key "shard" has no attribute block`, func(m *Module, broken bool) {
			b := table(m)
			b.Block("global_secondary_index").Set("name", "i").Set("projection_type", "ALL").
				Block("key_schema").Set("attribute_name", either(broken, "shard", "id")).Set("key_type", "HASH")
		}},
		{"table-capacity", "read_capacity: is set on a table paid per request", func(m *Module, broken bool) {
			set(table(m), "read_capacity", either(broken, 5, nil))
		}},
		{"table-stream", "stream_view_type: is not set with stream_enabled", func(m *Module, broken bool) {
			set(table(m).Set("stream_enabled", true), "stream_view_type", either(broken, nil, "KEYS_ONLY"))
		}},
	}
}

func strongCases() []faultCase {
	replica := func(b *Block, region string) *Block {
		return b.Block("replica").Set("region_name", region).Set("consistency_mode", "STRONG")
	}
	witness := func(b *Block) { b.Block("global_table_witness").Set("region_name", "us-east-2") }
	return []faultCase{
		{"table-strong-members", "1 STRONG replicas and 0 witnesses", func(m *Module, broken bool) {
			b := table(m)
			if replica(b, "us-west-2"); !broken {
				witness(b)
			}
		}},
		{"table-strong-members/three replicas and a witness", "2 STRONG replicas and 1 witnesses", func(m *Module, broken bool) {
			b := table(m)
			replica(b, "us-west-2")
			if replica(b, "us-west-1"); broken {
				witness(b)
			}
		}},
		{"table-strong-members/mixed", "1 of 2 replicas are STRONG", func(m *Module, broken bool) {
			b := table(m)
			replica(b, "us-west-2")
			b.Block("replica").Set("region_name", "us-east-2").Set("consistency_mode", either(broken, "EVENTUAL", "STRONG"))
		}},
		{"table-strong-members/witness alone", "stands without a replica of consistency_mode STRONG", func(m *Module, broken bool) {
			b := table(m)
			if witness(b); !broken {
				replica(b, "us-west-2")
			}
		}},
		{"table-strong-limits", "ttl[0]: time to live is not supported", func(m *Module, broken bool) {
			b := table(m)
			replica(b, "us-west-2")
			witness(b)
			b.Block("ttl").Set("attribute_name", "expires").Set("enabled", broken)
		}},
		{"table-strong-limits/local index", "local_secondary_index: is not supported", func(m *Module, broken bool) {
			b := table(m)
			b.Block("attribute").Set("name", "at").Set("type", "S")
			b.Block("local_secondary_index").Set("name", "l").Set("range_key", "at").Set("projection_type", "ALL")
			if broken {
				replica(b, "us-west-2")
				witness(b)
			}
		}},
		{"table-strong-limits/Region twice", "global_table_witness[0].region_name: us-east-2 is named twice", func(m *Module, broken bool) {
			b := table(m)
			replica(b, either(broken, "us-east-2", "us-west-2").(string))
			witness(b)
		}},
	}
}

func secretCases() []faultCase {
	rotation := func(m *Module) *Block {
		return m.Resource("main.tf", "aws_secretsmanager_secret_rotation", "r").Set("secret_id", "s").Set("rotation_lambda_arn", "arn:aws:lambda:x")
	}
	return []faultCase{
		{"secret-one-value", "2 of secret_string, secret_string_wo, secret_binary are set", func(m *Module, broken bool) {
			v := m.Resource("main.tf", "aws_secretsmanager_secret_version", "v").Set("secret_id", "s").Set("secret_string_wo", "x").Set("secret_string_wo_version", 1)
			set(v, "secret_string", either(broken, "x", nil))
		}},
		{"secret-one-value/binary", "2 of secret_string, secret_string_wo, secret_binary are set", func(m *Module, broken bool) {
			v := m.Resource("main.tf", "aws_secretsmanager_secret_version", "v").Set("secret_id", "s").Set("secret_string", "x")
			set(v, "secret_binary", either(broken, "eA==", nil))
		}},
		{"secret-recovery", "recovery_window_in_days: is 3, allowed is 0 or 7 to 30", func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_secretsmanager_secret", "s").Set("recovery_window_in_days", either(broken, 3, 0))
		}},
		{"rotation-rules", "rotation_rules: is not set", func(m *Module, broken bool) {
			if r := rotation(m); !broken {
				r.Block("rotation_rules").Set("automatically_after_days", 30)
			}
		}},
		{"rotation-days", "automatically_after_days: is 0, allowed is 1 to 1000", func(m *Module, broken bool) {
			rotation(m).Block("rotation_rules").Set("automatically_after_days", either(broken, 0, 30))
		}},
		{"key-deletion", "deletion_window_in_days: is 6, allowed is 7 to 30", func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_kms_key", "k").Set("deletion_window_in_days", either(broken, 6, 30))
		}},
		{"key-rotation", "rotation_period_in_days: is 30, allowed is 90 to 2560", func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_kms_key", "k").Set("rotation_period_in_days", either(broken, 30, 365))
		}},
	}
}

func policyCases() []faultCase {
	document := func(m *Module, fields ...Field) {
		m.Resource("main.tf", "aws_iam_policy", "p").Set("name", "p").Set("policy", JSON(Object(fields...)))
	}
	version := F("Version", "2012-10-17")
	statement := func(fields ...Field) Field { return F("Statement", List(Object(fields...))) }
	allow, action, resource := F("Effect", "Allow"), F("Action", "s3:GetObject"), F("Resource", "arn:aws:s3:::b/*")
	return []faultCase{
		{"policy-document", `policy.Statement[0].Action: allows the actions "dynamodb:*"`, func(m *Module, broken bool) {
			policy(m, either(broken, "dynamodb:*", "dynamodb:GetItem"), "arn:aws:dynamodb:::table/x")
		}},
		{"policy-document/reason given", `allows the actions "kms:*"`, func(m *Module, broken bool) {
			why := either(broken, "The account administers the key.", "wildcard: the account administers the key.").(string)
			m.Resource("main.tf", "aws_kms_key", "k").Why(why).Set("policy", JSON(Object(version,
				statement(allow, F("Principal", map[string]any{"AWS": "arn:aws:iam::1:root"}), F("Action", "kms:*"), F("Resource", "*")))))
		}},
		{"policy-document/no version", `policy has no Version "2012-10-17"`, func(m *Module, broken bool) {
			document(m, either(broken, F("Id", "x"), version).(Field), statement(allow, action, resource))
		}},
		{"policy-document/no statement", `policy has no Statement`, func(m *Module, broken bool) {
			document(m, version, either(broken, F("Id", "x"), statement(allow, action, resource)).(Field))
		}},
		{"policy-document/no effect", `statement has no Effect Allow or Deny`, func(m *Module, broken bool) {
			document(m, version, statement(either(broken, F("Sid", "x"), allow).(Field), action, resource))
		}},
		{"policy-document/no action", `statement needs one of Action and NotAction`, func(m *Module, broken bool) {
			document(m, version, statement(allow, either(broken, F("Sid", "x"), action).(Field), resource))
		}},
		{"policy-document/no resource", `statement has no Resource`, func(m *Module, broken bool) {
			document(m, version, statement(allow, action, either(broken, F("Sid", "x"), resource).(Field)))
		}},
		{"policy-document/no principal", `statement has no Principal`, func(m *Module, broken bool) {
			principal := either(broken, F("Sid", "x"), F("Principal", map[string]any{"Service": "lambda.amazonaws.com"})).(Field)
			m.Resource("main.tf", "aws_iam_role", "r").Set("assume_role_policy", JSON(Object(version, statement(allow, principal, F("Action", "sts:AssumeRole")))))
		}},
		{"policy-document/text", `is a policy written as text`, func(m *Module, broken bool) {
			m.Resource("main.tf", "aws_iam_policy", "p").Set("policy", either(broken, "{}", Call("file", "policy.json")))
		}},
		{"policy-document-data", `statement[0].actions: allows the actions "s3:*"`, func(m *Module, broken bool) {
			m.Data("main.tf", "aws_iam_policy_document", "d").Block("statement").Set("actions", []string{either(broken, "s3:*", "s3:GetObject").(string)})
		}},
	}
}
