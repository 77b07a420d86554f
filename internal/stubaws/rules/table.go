package rules

// Name rules, from the services' API references.
const (
	iamName        = `^[\w+=,.@-]{1,64}$`
	iamPolicyName  = `^[\w+=,.@-]{1,128}$`
	lambdaName     = `^[a-zA-Z0-9-_]{1,64}$`
	rdsName        = `^[a-z](-?[a-z0-9]){0,62}$`
	rdsGroupName   = `^[a-z](-?[a-z0-9]){0,254}$`
	subnetGroup    = `^[a-z0-9 ._-]{1,255}$`
	bucketName     = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	tableName      = `^[a-zA-Z0-9_.-]{3,255}$`
	secretName     = `^[\w/+=.@-]{1,512}$`
	topicName      = `^[a-zA-Z0-9_-]{1,256}(\.fifo)?$`
	queueName      = `^[a-zA-Z0-9_-]{1,80}$|^[a-zA-Z0-9_-]{1,75}\.fifo$`
	eventsName     = `^[.\-_A-Za-z0-9]{1,64}$`
	alarmName      = `^[^\x00-\x1f]{1,255}$`
	logGroupName   = `^[.\-_/#A-Za-z0-9]{1,512}$`
	dashboardName  = `^[a-zA-Z0-9_-]{1,255}$`
	vaultName      = `^[a-zA-Z0-9_-]{2,50}$`
	backupName     = `^[a-zA-Z0-9_.-]{1,50}$`
	testingName    = `^[A-Za-z0-9_]{1,50}$`
	keyAlias       = `^alias/[a-zA-Z0-9/_-]{1,250}$`
	dailyWindow    = `^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`
	weeklyWindow   = `^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$`
	schedule       = `^(rate\([1-9]\d* [a-z]+\)|cron\(([^ ()]+ ){5}[^ ()]+\)|at\([0-9T:-]+\))$`
	notAllowed     = "name rule of the service"
	windowOfDay    = "hh24:mi-hh24:mi"
	windowOfWeek   = "ddd:hh24:mi-ddd:hh24:mi"
	anyScheduleMsg = "rate(), cron() of six fields or at()"
)

// name refuses a name that breaks the service's rule.
func name(attribute, pattern string) rule {
	return matches("name-rule", attribute, pattern, notAllowed)
}

// common holds the lines that need no code of their own. A trap has one name for
// all types it can happen in.
var common = map[string][]rule{
	"aws_acm_certificate": {
		oneOf("validation_method", "DNS", "EMAIL", "HTTP"),
		exactlyOne("certificate-source", "domain_name", "private_key", "private_key_wo"),
	},
	"aws_apigatewayv2_api":   {oneOf("protocol_type", "HTTP", "WEBSOCKET"), name("name", `^.{1,128}$`)},
	"aws_apigatewayv2_route": {oneOf("authorization_type", "NONE", "AWS_IAM", "CUSTOM", "JWT")},
	"aws_apigatewayv2_stage": {name("name", `^(\$default|[a-zA-Z0-9_-]{1,128})$`)},
	"aws_apigatewayv2_domain_name": {
		oneOf("domain_name_configuration.endpoint_type", "REGIONAL"),
		oneOf("domain_name_configuration.security_policy", "TLS_1_2"),
	},
	"aws_apigatewayv2_integration": {
		oneOf("integration_type", "AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"),
		oneOf("payload_format_version", "1.0", "2.0"),
		between("integration-timeout", "timeout_milliseconds", 50, 30000),
	},
	"aws_backup_plan":      {matches("schedule-expression", "rule.schedule", schedule, anyScheduleMsg), name("name", backupName)},
	"aws_backup_selection": {name("name", backupName)},
	"aws_backup_vault":     {name("name", vaultName)},
	"aws_backup_restore_testing_plan": {
		required("restore-testing-selection", "recovery_point_selection"),
		oneOf("recovery_point_selection.algorithm", "LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"),
		matches("schedule-expression", "schedule_expression", schedule, anyScheduleMsg), name("name", testingName),
	},
	"aws_cloudwatch_composite_alarm": {name("alarm_name", alarmName)},
	"aws_cloudwatch_dashboard":       {name("dashboard_name", dashboardName)},
	"aws_cloudwatch_event_rule": {
		name("name", eventsName), oneOf("state", "ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
		matches("schedule-expression", "schedule_expression", schedule, anyScheduleMsg),
	},
	"aws_cloudwatch_event_target": {name("target_id", eventsName)},
	"aws_cloudwatch_log_group": {
		name("name", logGroupName), oneOf("log_group_class", "STANDARD", "INFREQUENT_ACCESS", "DELIVERY"),
		numberOneOf("log-retention", "retention_in_days", 0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
	},
	"aws_cloudwatch_metric_alarm": {
		name("alarm_name", alarmName),
		oneOf("comparison_operator", "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
			"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"),
		oneOf("treat_missing_data", "breaching", "notBreaching", "ignore", "missing"),
		oneOf("statistic", "SampleCount", "Average", "Sum", "Minimum", "Maximum"),
		conflicts("alarm-statistic", "statistic", "extended_statistic"),
		conflicts("alarm-metric", "metric_query", "metric_name"),
		conflicts("alarm-metric", "metric_query", "statistic"),
	},
	"aws_db_parameter_group":          {name("name", rdsGroupName)},
	"aws_db_subnet_group":             {name("name", subnetGroup)},
	"aws_rds_cluster_parameter_group": {name("name", rdsGroupName), oneOf("parameter.apply_method", "immediate", "pending-reboot")},
	"aws_dynamodb_table": {
		name("name", tableName),
		oneOf("billing_mode", "PROVISIONED", "PAY_PER_REQUEST"),
		oneOf("attribute.type", "S", "N", "B"),
		oneOf("global_secondary_index.projection_type", "ALL", "INCLUDE", "KEYS_ONLY"),
		oneOf("replica.consistency_mode", "EVENTUAL", "STRONG"),
		oneOf("stream_view_type", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"),
	},
	"aws_flow_log": {
		oneOf("traffic_type", "ACCEPT", "REJECT", "ALL"),
		oneOf("log_destination_type", "cloud-watch-logs", "s3", "kinesis-data-firehose"),
		numberOneOf("flow-log-interval", "max_aggregation_interval", 60, 600),
		exactlyOne("flow-log-source", "vpc_id", "subnet_id", "eni_id", "transit_gateway_id", "transit_gateway_attachment_id", "regional_nat_gateway_id"),
	},
	"aws_eip":             {oneOf("domain", "vpc", "standard")},
	"aws_iam_policy":      {name("name", iamPolicyName), policy("policy")},
	"aws_iam_role":        {name("name", iamName), policy("assume_role_policy")},
	"aws_iam_role_policy": {name("name", iamPolicyName), policy("policy")},
	"aws_kms_alias":       {name("name", keyAlias)},
	"aws_kms_key": {
		between("key-deletion", "deletion_window_in_days", 7, 30), policy("policy"),
		between("key-rotation", "rotation_period_in_days", 90, 2560),
	},
	"aws_kms_replica_key": {between("key-deletion", "deletion_window_in_days", 7, 30), policy("policy")},
	"aws_lambda_alias":    {name("name", `^[a-zA-Z0-9-_]{1,128}$`)},
	"aws_lambda_function": {
		exactlyOne("function-code", "filename", "image_uri", "s3_bucket"),
		between("function-memory", "memory_size", 128, 10240), between("function-timeout", "timeout", 1, 900),
		between("function-concurrency", "reserved_concurrent_executions", -1, 1<<31), between("function-storage", "ephemeral_storage.size", 512, 10240),
		oneOf("package_type", "Zip", "Image"), oneOf("tracing_config.mode", "Active", "PassThrough"),
		oneOf("logging_config.log_format", "JSON", "Text"),
	},
	"aws_lambda_function_event_invoke_config": {between("invoke-retries", "maximum_retry_attempts", 0, 2), between("invoke-age", "maximum_event_age_in_seconds", 60, 21600)},
	"aws_lambda_invocation":                   {oneOf("lifecycle_scope", "CREATE_ONLY", "CRUD")},
	"aws_lambda_permission":                   {matches("permission-action", "action", `^lambda:[*]|lambda:[a-zA-Z]+|[*]$`, "lambda:<action>")},
	"aws_lambda_event_source_mapping":         {oneOf("starting_position", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")},
	"aws_rds_cluster": {
		name("cluster_identifier", rdsName),
		oneOf("engine", "aurora-mysql", "aurora-postgresql", "mysql", "postgres"),
		oneOf("engine_mode", "global", "multimaster", "parallelquery", "provisioned", "serverless"),
		conflicts("cluster-one-password", "master_password", "master_password_wo"),
		conflicts("cluster-one-password", "manage_master_user_password", "master_password"),
		conflicts("cluster-one-password", "manage_master_user_password", "master_password_wo"),
		together("write-only-version", "master_password_wo", "master_password_wo_version"),
		between("cluster-retention", "backup_retention_period", 1, 35),
		matches("backup-window", "preferred_backup_window", dailyWindow, windowOfDay),
		matches("maintenance-window", "preferred_maintenance_window", weeklyWindow, windowOfWeek),
		matches("snapshot-name", "final_snapshot_identifier", `^[A-Za-z](-?[A-Za-z0-9])*$`, "letters, digits, single hyphens"),
	},
	"aws_rds_cluster_instance": {
		name("identifier", rdsName), oneOf("engine", "aurora-mysql", "aurora-postgresql", "mysql", "postgres"),
		numberOneOf("monitoring-interval", "monitoring_interval", 0, 1, 5, 10, 15, 30, 60),
		between("instance-promotion-tier", "promotion_tier", 0, 15),
	},
	"aws_rds_global_cluster": {
		name("global_cluster_identifier", rdsName),
		conflicts("global-cluster-source", "source_db_cluster_identifier", "engine"),
	},
	"aws_route": {
		exactlyOne("route-target", "carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id", "local_gateway_id", "nat_gateway_id",
			"network_interface_id", "odb_network_arn", "transit_gateway_id", "vpc_endpoint_id", "vpc_peering_connection_id"),
		exactlyOne("route-destination", "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"),
		network("destination_cidr_block"),
	},
	"aws_route53_health_check": {
		oneOf("type", "CALCULATED", "CLOUDWATCH_METRIC", "HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "RECOVERY_CONTROL", "TCP"),
		numberOneOf("health-check-interval", "request_interval", 10, 30), between("health-check-threshold", "failure_threshold", 1, 10),
	},
	"aws_route53_record": {
		exactlyOne("record-target", "records", "alias"), conflicts("record-ttl", "alias", "ttl"), together("record-ttl", "records", "ttl"),
		conflicts("record-one-policy", "failover_routing_policy", "weighted_routing_policy", "latency_routing_policy", "geolocation_routing_policy",
			"geoproximity_routing_policy", "multivalue_answer_routing_policy", "cidr_routing_policy"),
		together("record-set-identifier", "failover_routing_policy", "set_identifier"), together("record-set-identifier", "weighted_routing_policy", "set_identifier"),
		together("record-set-identifier", "latency_routing_policy", "set_identifier"), together("record-set-identifier", "geolocation_routing_policy", "set_identifier"),
		oneOf("failover_routing_policy.type", "PRIMARY", "SECONDARY"),
		oneOf("type", "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"),
	},
	"aws_s3_bucket":            {name("bucket", bucketName)},
	"aws_s3_bucket_policy":     {policy("policy")},
	"aws_s3_bucket_versioning": {oneOf("versioning_configuration.status", "Enabled", "Suspended", "Disabled")},
	"aws_scheduler_schedule": {
		name("name", eventsName), oneOf("state", "ENABLED", "DISABLED"), oneOf("flexible_time_window.mode", "OFF", "FLEXIBLE"),
		matches("schedule-expression", "schedule_expression", schedule, anyScheduleMsg),
		between("schedule-retries", "target.retry_policy.maximum_retry_attempts", 0, 185),
		between("schedule-retries", "target.retry_policy.maximum_event_age_in_seconds", 60, 86400),
	},
	"aws_secretsmanager_secret": {name("name", secretName), policy("policy")},
	"aws_secretsmanager_secret_version": {
		conflicts("secret-one-value", "secret_string", "secret_string_wo", "secret_binary"),
		together("write-only-version", "secret_string_wo", "secret_string_wo_version"),
	},
	"aws_secretsmanager_secret_rotation": {required("rotation-rules", "rotation_rules"), between("rotation-days", "rotation_rules.automatically_after_days", 1, 1000)},
	"aws_sns_topic":                      {name("name", topicName), policy("policy")},
	"aws_sns_topic_policy":               {policy("policy")},
	"aws_sns_topic_subscription":         {oneOf("protocol", "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")},
	"aws_sqs_queue":                      {name("name", queueName), policy("policy")},
	"aws_subnet":                         {network("cidr_block"), conflicts("subnet-zone", "availability_zone", "availability_zone_id")},
	"aws_vpc":                            {network("cidr_block"), oneOf("instance_tenancy", "default", "dedicated")},
	"aws_vpc_endpoint":                   {oneOf("vpc_endpoint_type", "Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork")},
	"aws_vpc_security_group_egress_rule": {network("cidr_ipv4"), exactlyOne("rule-peer", "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")},
	"aws_vpc_security_group_ingress_rule": {
		network("cidr_ipv4"), exactlyOne("rule-peer", "cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"),
	},
}
