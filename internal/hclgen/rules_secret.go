package hclgen

func secretRules() []rule {
	return []rule{
		{"secret-one-value", []string{"aws_secretsmanager_secret_version"}, "provider docs r/secretsmanager_secret_version: one form of the value",
			exactlyOne("secret_string", "secret_string_wo", "secret_binary")},
		{"secret-recovery", []string{"aws_secretsmanager_secret"}, "provider docs r/secretsmanager_secret: 0 or 7 to 30 days", within("recovery_window_in_days", 7, 30, 0)},
		{"rotation-rules", []string{"aws_secretsmanager_secret_rotation"}, "provider docs r/secretsmanager_secret_rotation: rotation_rules is required", func(v view) {
			needs("rotation_rules")(v)
			for _, rules := range v.nested("rotation_rules") {
				exactlyOne("automatically_after_days", "schedule_expression")(rules)
			}
		}},
		{"rotation-days", []string{"aws_secretsmanager_secret_rotation"}, "Secrets Manager API RotationRulesType: 1 to 1,000 days",
			within("rotation_rules.automatically_after_days", 1, 1000)},
		{"key-deletion", []string{"aws_kms_key", "aws_kms_replica_key"}, "KMS API ScheduleKeyDeletion: 7 to 30 days", within("deletion_window_in_days", 7, 30)},
		{"key-rotation", []string{"aws_kms_key"}, "KMS API EnableKeyRotation: 90 to 2,560 days", within("rotation_period_in_days", 90, 2560)},
	}
}
