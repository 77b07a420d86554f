package enginetest_test

import "github.com/paymentdr/paymentdr/internal/hclgen"

// planted is one resource that both judges must refuse for the trap.
type planted struct {
	trap, resource string
	plant          func(b *hclgen.Block)
}

var plantedFaults = []planted{
	{"alarm-complete", "aws_cloudwatch_metric_alarm", func(b *hclgen.Block) { alarm(b).Set("metric_name", "Errors").Set("statistic", "Sum") }},
	{"alarm-datapoints", "aws_cloudwatch_metric_alarm", func(b *hclgen.Block) { metricAlarm(b).Set("datapoints_to_alarm", 3) }},
	{"alarm-metric", "aws_cloudwatch_metric_alarm", func(b *hclgen.Block) {
		metricAlarm(b).Block("metric_query").Set("id", "q").Set("expression", "1").Set("return_data", true)
	}},
	{"alarm-returned-query", "aws_cloudwatch_metric_alarm", func(b *hclgen.Block) { alarm(b).Block("metric_query").Set("id", "q").Set("expression", "1") }},
	{"alarm-statistic", "aws_cloudwatch_metric_alarm", func(b *hclgen.Block) { metricAlarm(b).Set("extended_statistic", "p99") }},
	{"alarm-threshold", "aws_cloudwatch_metric_alarm", func(b *hclgen.Block) { metricAlarm(b).Set("threshold_metric_id", "q") }},
	{"authorizer-jwt", "aws_apigatewayv2_authorizer", func(b *hclgen.Block) {
		b.Set("api_id", "x").Set("name", "n").Set("authorizer_type", "JWT").Set("identity_sources", []string{"$request.header.Authorization"})
	}},
	{"cluster-managed-password-global", "aws_rds_cluster", func(b *hclgen.Block) {
		global(b).Set("master_username", "dbadmin").Set("manage_master_user_password", true)
	}},
	{"cluster-one-password", "aws_rds_cluster", func(b *hclgen.Block) {
		cluster(b).Set("master_username", "dbadmin").Set("master_password", "p").Set("master_password_wo", "p").Set("master_password_wo_version", 1)
	}},
	{"cluster-retention", "aws_rds_cluster", func(b *hclgen.Block) { cluster(b).Set("backup_retention_period", 36) }},
	{"cluster-secondary-key", "aws_rds_cluster", func(b *hclgen.Block) { global(b).Set("storage_encrypted", true) }},
	{"endpoint-kind", "aws_vpc_endpoint", func(b *hclgen.Block) {
		b.Set("vpc_id", "v").Set("service_name", "s").Set("vpc_endpoint_type", "Gateway").Set("subnet_ids", []string{"s"})
	}},
	{"enumeration aws_dynamodb_table.billing_mode", "aws_dynamodb_table", func(b *hclgen.Block) { keyed(b, "id").Set("billing_mode", "ON_DEMAND") }},
	{"enumeration aws_route53_record.failover_routing_policy.type", "aws_route53_record", func(b *hclgen.Block) {
		record(b).Set("ttl", 10).Set("records", []string{"x.y"}).Set("set_identifier", "i").Block("failover_routing_policy").Set("type", "MAIN")
	}},
	{"flow-log-source", "aws_flow_log", func(b *hclgen.Block) {
		b.Set("vpc_id", "v").Set("subnet_id", "s").Set("traffic_type", "ALL").Set("log_destination", "arn:aws:s3:::b").Set("log_destination_type", "s3")
	}},
	{"flow-log-traffic", "aws_flow_log", func(b *hclgen.Block) {
		b.Set("vpc_id", "v").Set("log_destination", "arn:aws:s3:::b").Set("log_destination_type", "s3")
	}},
	{"function-architectures", "aws_lambda_function", func(b *hclgen.Block) { zipped(b).Set("architectures", []string{"arm64", "x86_64"}) }},
	{"function-code", "aws_lambda_function", func(b *hclgen.Block) { zipped(b).Set("s3_bucket", "bucket").Set("s3_key", "k") }},
	{"function-memory", "aws_lambda_function", func(b *hclgen.Block) { zipped(b).Set("memory_size", 64) }},
	{"function-object", "aws_lambda_function", func(b *hclgen.Block) {
		function(b).Set("s3_bucket", "bucket").Set("handler", "bootstrap").Set("runtime", "provided.al2023")
	}},
	{"function-storage", "aws_lambda_function", func(b *hclgen.Block) { zipped(b).Block("ephemeral_storage").Set("size", 1) }},
	{"function-timeout", "aws_lambda_function", func(b *hclgen.Block) { zipped(b).Set("timeout", 901) }},
	{"function-zip", "aws_lambda_function", func(b *hclgen.Block) { function(b).Set("filename", "f.zip").Set("runtime", "provided.al2023") }},
	{"health-check-endpoint", "aws_route53_health_check", func(b *hclgen.Block) { b.Set("type", "HTTPS").Set("request_interval", 10).Set("port", 443) }},
	{"health-check-interval", "aws_route53_health_check", func(b *hclgen.Block) { healthCheck(b).Set("request_interval", 20) }},
	{"health-check-threshold", "aws_route53_health_check", func(b *hclgen.Block) {
		healthCheck(b).Set("request_interval", 10).Set("failure_threshold", 11)
	}},
	{"instance-monitoring", "aws_rds_cluster_instance", func(b *hclgen.Block) { instance(b).Set("monitoring_interval", 60) }},
	{"instance-promotion-tier", "aws_rds_cluster_instance", func(b *hclgen.Block) { instance(b).Set("promotion_tier", 16) }},
	{"integration-timeout", "aws_apigatewayv2_integration", func(b *hclgen.Block) {
		b.Set("api_id", "x").Set("integration_type", "AWS_PROXY").Set("integration_uri", "u").Set("payload_format_version", "2.0").Set("timeout_milliseconds", 30001)
	}},
	{"integration-uri", "aws_apigatewayv2_integration", func(b *hclgen.Block) {
		b.Set("api_id", "x").Set("integration_type", "AWS_PROXY").Set("payload_format_version", "2.0")
	}},
	{"invoke-age", "aws_lambda_function_event_invoke_config", func(b *hclgen.Block) { b.Set("function_name", "f").Set("maximum_event_age_in_seconds", 10) }},
	{"invoke-retries", "aws_lambda_function_event_invoke_config", func(b *hclgen.Block) { b.Set("function_name", "f").Set("maximum_retry_attempts", 3) }},
	{"key-deletion", "aws_kms_key", func(b *hclgen.Block) { b.Set("deletion_window_in_days", 6) }},
	{"key-rotation", "aws_kms_key", func(b *hclgen.Block) { b.Set("enable_key_rotation", true).Set("rotation_period_in_days", 30) }},
	{"log-retention", "aws_cloudwatch_log_group", func(b *hclgen.Block) { b.Set("name", "/x").Set("retention_in_days", 15) }},
	{"nat-address", "aws_nat_gateway", func(b *hclgen.Block) { b.Set("subnet_id", "s") }},
	{"peering-accept", "aws_vpc_peering_connection", func(b *hclgen.Block) {
		b.Set("vpc_id", "a").Set("peer_vpc_id", "b").Set("peer_region", "us-west-2").Set("auto_accept", true)
	}},
	{"record-one-policy", "aws_route53_record", func(b *hclgen.Block) {
		record(b).Set("ttl", 10).Set("records", []string{"x.y"}).Set("set_identifier", "i")
		b.Block("failover_routing_policy").Set("type", "PRIMARY")
		b.Block("weighted_routing_policy").Set("weight", 1)
	}},
	{"record-set-identifier", "aws_route53_record", func(b *hclgen.Block) {
		record(b).Set("ttl", 10).Set("records", []string{"x.y"}).Block("failover_routing_policy").Set("type", "PRIMARY")
	}},
	{"record-target", "aws_route53_record", func(b *hclgen.Block) { record(b) }},
	{"record-target", "aws_route53_record", func(b *hclgen.Block) {
		record(b).Set("ttl", 10).Set("records", []string{"x.y"}).Block("alias").Set("name", "a").Set("zone_id", "Z").Set("evaluate_target_health", true)
	}},
	{"record-ttl", "aws_route53_record", func(b *hclgen.Block) { record(b).Set("records", []string{"x.y"}) }},
	{"restore-testing-selection", "aws_backup_restore_testing_plan", func(b *hclgen.Block) {
		b.Set("name", "plan").Set("schedule_expression", "cron(0 5 ? * * *)")
	}},
	{"rotation-days", "aws_secretsmanager_secret_rotation", func(b *hclgen.Block) {
		rotation(b).Block("rotation_rules").Set("automatically_after_days", 1001)
	}},
	{"rotation-rules", "aws_secretsmanager_secret_rotation", func(b *hclgen.Block) { rotation(b) }},
	{"route-authorizer", "aws_apigatewayv2_route", func(b *hclgen.Block) {
		b.Set("api_id", "x").Set("route_key", "POST /payments").Set("authorization_type", "JWT")
	}},
	{"route-destination", "aws_route", func(b *hclgen.Block) { b.Set("route_table_id", "t").Set("gateway_id", "g") }},
	{"route-target", "aws_route", func(b *hclgen.Block) {
		b.Set("route_table_id", "t").Set("destination_cidr_block", "0.0.0.0/0").Set("gateway_id", "g").Set("nat_gateway_id", "n")
	}},
	{"rule-peer", "aws_vpc_security_group_ingress_rule", func(b *hclgen.Block) {
		b.Set("security_group_id", "sg").Set("ip_protocol", "-1").Set("cidr_ipv4", "10.0.0.0/16").Set("referenced_security_group_id", "sg")
	}},
	{"rule-ports", "aws_vpc_security_group_ingress_rule", func(b *hclgen.Block) {
		b.Set("security_group_id", "sg").Set("ip_protocol", "tcp").Set("cidr_ipv4", "10.0.0.0/16").Set("to_port", 5432)
	}},
	{"schedule-window", "aws_scheduler_schedule", func(b *hclgen.Block) {
		b.Set("name", "s").Set("schedule_expression", "rate(1 minute)")
		b.Block("flexible_time_window").Set("mode", "FLEXIBLE")
		b.Block("target").Set("arn", "arn:aws:lambda:us-east-1:123456789012:function:f").Set("role_arn", "arn:aws:iam::123456789012:role/r")
	}},
	{"secret-one-value", "aws_secretsmanager_secret_version", func(b *hclgen.Block) {
		b.Set("secret_id", "s").Set("secret_string", "x").Set("secret_binary", "eA==")
	}},
	{"secret-recovery", "aws_secretsmanager_secret", func(b *hclgen.Block) { b.Set("name", "s").Set("recovery_window_in_days", 3) }},
	{"table-attributes", "aws_dynamodb_table", func(b *hclgen.Block) {
		keyed(b, "id").Set("billing_mode", "PAY_PER_REQUEST").Block("global_secondary_index").Set("name", "i").Set("projection_type", "ALL").Set("hash_key", "other")
	}},
	{"table-capacity", "aws_dynamodb_table", func(b *hclgen.Block) { onDemand(b).Set("read_capacity", 5) }},
	{"table-hash-key", "aws_dynamodb_table", func(b *hclgen.Block) { b.Set("name", "sessions").Set("billing_mode", "PAY_PER_REQUEST") }},
	{"table-stream", "aws_dynamodb_table", func(b *hclgen.Block) { onDemand(b).Set("stream_enabled", true) }},
	{"table-strong-limits", "aws_dynamodb_table", func(b *hclgen.Block) {
		strong(onDemand(b), "us-west-2")
		b.Block("global_table_witness").Set("region_name", "us-east-2")
		b.Block("ttl").Set("attribute_name", "expires").Set("enabled", true)
	}},
	{"table-strong-members", "aws_dynamodb_table", func(b *hclgen.Block) {
		strong(strong(onDemand(b), "us-west-2"), "eu-west-1").Block("global_table_witness").Set("region_name", "us-east-2")
	}},
	{"table-strong-members", "aws_dynamodb_table", func(b *hclgen.Block) { strong(onDemand(b), "us-west-2") }},
}

func alarm(b *hclgen.Block) *hclgen.Block {
	return b.Set("alarm_name", "a").Set("comparison_operator", "GreaterThanThreshold").Set("evaluation_periods", 2).Set("threshold", 1)
}

func metricAlarm(b *hclgen.Block) *hclgen.Block {
	return alarm(b).Set("metric_name", "Errors").Set("namespace", "AWS/Lambda").Set("period", 60).Set("statistic", "Sum")
}

func cluster(b *hclgen.Block) *hclgen.Block {
	return b.Set("cluster_identifier", "c").Set("engine", "aurora-postgresql").Set("skip_final_snapshot", true)
}

func global(b *hclgen.Block) *hclgen.Block {
	return cluster(b).Set("global_cluster_identifier", "g").Lifecycle(func(l *hclgen.Block) {
		l.Set("ignore_changes", hclgen.List(hclgen.Keyword("global_cluster_identifier"), hclgen.Keyword("replication_source_identifier")))
	})
}

func instance(b *hclgen.Block) *hclgen.Block {
	return b.Set("identifier", "i").Set("cluster_identifier", "c").Set("engine", "aurora-postgresql").Set("instance_class", "db.r6g.large")
}

func function(b *hclgen.Block) *hclgen.Block {
	return b.Set("function_name", "f").Set("role", "arn:aws:iam::123456789012:role/r")
}

func zipped(b *hclgen.Block) *hclgen.Block {
	return function(b).Set("filename", "f.zip").Set("handler", "bootstrap").Set("runtime", "provided.al2023")
}

func healthCheck(b *hclgen.Block) *hclgen.Block {
	return b.Set("type", "HTTPS").Set("fqdn", "a.b").Set("port", 443)
}

func record(b *hclgen.Block) *hclgen.Block {
	return b.Set("zone_id", "Z").Set("name", "api.a.b").Set("type", "CNAME")
}

func rotation(b *hclgen.Block) *hclgen.Block {
	return b.Set("secret_id", "s").Set("rotation_lambda_arn", "arn:aws:lambda:us-east-1:123456789012:function:r")
}

// keyed is a table with one key and its definition.
func keyed(b *hclgen.Block, key string) *hclgen.Block {
	b.Set("name", "sessions").Set("hash_key", key).Block("attribute").Set("name", key).Set("type", "S")
	return b
}

func onDemand(b *hclgen.Block) *hclgen.Block {
	return keyed(b, "id").Set("billing_mode", "PAY_PER_REQUEST")
}

func strong(b *hclgen.Block, region string) *hclgen.Block {
	b.Block("replica").Set("region_name", region).Set("consistency_mode", "STRONG")
	return b
}
