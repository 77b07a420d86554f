package hclgen

// enumeration is an argument that takes one of a few words. Source of each: the
// enumeration of the same name in the service's API reference, and the provider's
// documentation page of the type.
type enumeration struct {
	typ, path string
	values    []string
}

var enumerations = []enumeration{
	{"aws_acm_certificate", "validation_method", []string{"DNS", "EMAIL", "HTTP"}},
	{"aws_apigatewayv2_api", "protocol_type", []string{"HTTP", "WEBSOCKET"}},
	{"aws_apigatewayv2_authorizer", "authorizer_type", []string{"JWT", "REQUEST"}},
	{"aws_apigatewayv2_authorizer", "authorizer_payload_format_version", []string{"1.0", "2.0"}},
	{"aws_apigatewayv2_domain_name", "domain_name_configuration.endpoint_type", []string{"REGIONAL"}},
	{"aws_apigatewayv2_domain_name", "domain_name_configuration.security_policy", []string{"TLS_1_2"}},
	{"aws_apigatewayv2_integration", "integration_type", []string{"AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"}},
	{"aws_apigatewayv2_integration", "payload_format_version", []string{"1.0", "2.0"}},
	{"aws_apigatewayv2_route", "authorization_type", []string{"NONE", "AWS_IAM", "CUSTOM", "JWT"}},
	{"aws_cloudwatch_metric_alarm", "comparison_operator", []string{"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
		"LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}},
	{"aws_cloudwatch_metric_alarm", "statistic", []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}},
	{"aws_cloudwatch_metric_alarm", "treat_missing_data", []string{"missing", "ignore", "breaching", "notBreaching"}},
	{"aws_db_parameter_group", "parameter.apply_method", []string{"immediate", "pending-reboot"}},
	{"aws_rds_cluster_parameter_group", "parameter.apply_method", []string{"immediate", "pending-reboot"}},
	{"aws_dynamodb_table", "billing_mode", []string{"PAY_PER_REQUEST", "PROVISIONED"}},
	{"aws_dynamodb_table", "stream_view_type", []string{"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"}},
	{"aws_dynamodb_table", "table_class", []string{"STANDARD", "STANDARD_INFREQUENT_ACCESS"}},
	{"aws_dynamodb_table", "attribute.type", []string{"S", "N", "B"}},
	{"aws_dynamodb_table", "global_secondary_index.projection_type", []string{"ALL", "INCLUDE", "KEYS_ONLY"}},
	{"aws_dynamodb_table", "replica.consistency_mode", []string{"EVENTUAL", "STRONG"}},
	{"aws_eip", "domain", []string{"vpc", "standard"}},
	{"aws_flow_log", "traffic_type", []string{"ACCEPT", "REJECT", "ALL"}},
	{"aws_flow_log", "log_destination_type", []string{"cloud-watch-logs", "s3", "kinesis-data-firehose"}},
	{"aws_kms_key", "key_usage", []string{"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"}},
	{"aws_lambda_function", "architectures", []string{"x86_64", "arm64"}},
	{"aws_lambda_function", "package_type", []string{"Zip", "Image"}},
	{"aws_lambda_function", "tracing_config.mode", []string{"Active", "PassThrough"}},
	{"aws_lambda_function", "logging_config.log_format", []string{"JSON", "Text"}},
	{"aws_lambda_event_source_mapping", "starting_position", []string{"LATEST", "TRIM_HORIZON", "AT_TIMESTAMP"}},
	{"aws_rds_cluster", "engine", []string{"aurora-postgresql", "aurora-mysql", "postgres", "mysql"}},
	{"aws_rds_cluster_instance", "engine", []string{"aurora-postgresql", "aurora-mysql", "postgres", "mysql"}},
	{"aws_rds_global_cluster", "engine", []string{"aurora", "aurora-mysql", "aurora-postgresql"}},
	{"aws_rds_cluster", "network_type", []string{"IPV4", "DUAL"}},
	{"aws_route53_health_check", "type", []string{"HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP", "CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"}},
	{"aws_route53_record", "type", []string{"A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"}},
	{"aws_route53_record", "failover_routing_policy.type", []string{"PRIMARY", "SECONDARY"}},
	{"aws_s3_bucket_ownership_controls", "rule.object_ownership", []string{"BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"}},
	{"aws_s3_bucket_server_side_encryption_configuration", "rule.apply_server_side_encryption_by_default.sse_algorithm", []string{"AES256", "aws:kms", "aws:kms:dsse"}},
	{"aws_s3_bucket_versioning", "versioning_configuration.status", []string{"Enabled", "Suspended", "Disabled"}},
	{"aws_scheduler_schedule", "flexible_time_window.mode", []string{"OFF", "FLEXIBLE"}},
	{"aws_scheduler_schedule", "state", []string{"ENABLED", "DISABLED"}},
	{"aws_sns_topic_subscription", "protocol", []string{"email", "email-json", "http", "https", "sms", "sqs", "lambda", "application", "firehose"}},
	{"aws_vpc_endpoint", "vpc_endpoint_type", []string{"Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork"}},
}

// retentions are the log retentions that CloudWatch Logs offers, in days; 0 is for ever.
var retentions = map[float64]bool{0: true, 1: true, 3: true, 5: true, 7: true, 14: true, 30: true, 60: true, 90: true, 120: true, 150: true,
	180: true, 365: true, 400: true, 545: true, 731: true, 1096: true, 1827: true, 2192: true, 2557: true, 2922: true, 3288: true, 3653: true}

func valueRules() []rule {
	rules := make([]rule, 0, len(enumerations)+2)
	for _, e := range enumerations {
		rules = append(rules, rule{"enumeration " + e.typ + "." + e.path, []string{e.typ}, "API reference of the service", oneOf(e.path, e.values...)})
	}
	return append(rules,
		rule{"log-retention", []string{"aws_cloudwatch_log_group"}, "CloudWatch Logs API PutRetentionPolicy", func(v view) {
			if days, ok := v.number("retention_in_days"); ok && !retentions[days] {
				v.fault("retention_in_days", "is not a number of days that CloudWatch Logs offers", "use for example 14, 30, 90, 365 or 0 for ever")
			}
		}},
		rule{"restore-testing-selection", []string{"aws_backup_restore_testing_plan"},
			"provider source, backup/restore_testing_plan.go: a size validator that no schema shows", func(v view) {
				if count := len(v.nested("recovery_point_selection")); count != 1 && !v.anyDynamic() {
					v.fault("recovery_point_selection", "is not there exactly once", "add one block")
				}
			}},
		rule{"schedule-window", []string{"aws_scheduler_schedule"}, "Scheduler API FlexibleTimeWindow: minutes with FLEXIBLE only", func(v view) {
			for _, window := range v.nested("flexible_time_window") {
				if window.is("mode", "FLEXIBLE") != window.has("maximum_window_in_minutes") {
					window.fault("maximum_window_in_minutes", "goes with mode FLEXIBLE and with no other", "set both or none")
				}
			}
		}})
}
