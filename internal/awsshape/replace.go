package awsshape

import "github.com/zclconf/go-cty/cty"

// forceNew lists the arguments (and blocks) whose change replaces the resource,
// from the documentation and source of provider version 6. A change of `region`
// replaces every type. Arguments that are not listed change in place here even
// where the real provider would replace: the list holds what this system uses.
var forceNew = map[string][]string{
	"aws_acm_certificate":                                {"domain_name", "subject_alternative_names", "validation_method", "key_algorithm"},
	"aws_apigatewayv2_api":                               {"protocol_type"},
	"aws_apigatewayv2_api_mapping":                       {"domain_name"},
	"aws_apigatewayv2_authorizer":                        {"api_id"},
	"aws_apigatewayv2_domain_name":                       {"domain_name"},
	"aws_apigatewayv2_integration":                       {"api_id", "integration_type", "connection_type"},
	"aws_apigatewayv2_route":                             {"api_id"},
	"aws_apigatewayv2_stage":                             {"api_id", "name"},
	"aws_backup_selection":                               {"name", "plan_id", "iam_role_arn", "resources"},
	"aws_backup_vault":                                   {"name", "kms_key_arn"},
	"aws_cloudwatch_composite_alarm":                     {"alarm_name"},
	"aws_cloudwatch_dashboard":                           {"dashboard_name"},
	"aws_cloudwatch_event_rule":                          {"name", "event_bus_name"},
	"aws_cloudwatch_event_target":                        {"rule", "target_id", "event_bus_name"},
	"aws_cloudwatch_log_group":                           {"name", "log_group_class"},
	"aws_cloudwatch_metric_alarm":                        {"alarm_name"},
	"aws_db_parameter_group":                             {"name", "family", "description"},
	"aws_db_subnet_group":                                {"name"},
	"aws_dynamodb_table":                                 {"name", "hash_key", "range_key", "local_secondary_index"},
	"aws_eip":                                            {"domain"},
	"aws_flow_log":                                       {"vpc_id", "subnet_id", "traffic_type", "log_destination", "log_destination_type", "log_format", "max_aggregation_interval", "iam_role_arn"},
	"aws_iam_policy":                                     {"name", "path", "description"},
	"aws_iam_role":                                       {"name", "path"},
	"aws_iam_role_policy":                                {"name", "role"},
	"aws_iam_role_policy_attachment":                     {"role", "policy_arn"},
	"aws_kms_alias":                                      {"name"},
	"aws_kms_key":                                        {"multi_region", "key_usage", "customer_master_key_spec", "custom_key_store_id"},
	"aws_kms_replica_key":                                {"primary_key_arn"},
	"aws_lambda_alias":                                   {"name", "function_name"},
	"aws_lambda_event_source_mapping":                    {"event_source_arn", "starting_position"},
	"aws_lambda_function":                                {"function_name", "package_type"},
	"aws_lambda_invocation":                              {"function_name", "qualifier", "input", "triggers"},
	"aws_lambda_permission":                              {"action", "function_name", "principal", "qualifier", "source_arn", "statement_id"},
	"aws_nat_gateway":                                    {"subnet_id", "allocation_id", "connectivity_type"},
	"aws_rds_cluster":                                    {"cluster_identifier", "engine", "engine_mode", "database_name", "master_username", "db_subnet_group_name", "kms_key_id", "storage_encrypted", "snapshot_identifier", "availability_zones", "source_region"},
	"aws_rds_cluster_instance":                           {"identifier", "cluster_identifier", "engine", "availability_zone", "db_subnet_group_name"},
	"aws_rds_cluster_parameter_group":                    {"name", "family", "description"},
	"aws_rds_global_cluster":                             {"global_cluster_identifier", "engine", "database_name", "storage_encrypted", "source_db_cluster_identifier"},
	"aws_route":                                          {"route_table_id", "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"},
	"aws_route53_health_check":                           {"type", "request_interval", "ip_address", "measure_latency", "reference_name", "routing_control_arn"},
	"aws_route53_record":                                 {"zone_id", "set_identifier"},
	"aws_route53_zone":                                   {"name", "delegation_set_id"},
	"aws_route_table":                                    {"vpc_id"},
	"aws_s3_bucket":                                      {"bucket", "object_lock_enabled"},
	"aws_s3_bucket_policy":                               {"bucket"},
	"aws_s3_bucket_public_access_block":                  {"bucket"},
	"aws_s3_bucket_server_side_encryption_configuration": {"bucket", "expected_bucket_owner"},
	"aws_s3_bucket_versioning":                           {"bucket", "expected_bucket_owner"},
	"aws_scheduler_schedule":                             {"name", "group_name"},
	"aws_secretsmanager_secret":                          {"name"},
	"aws_secretsmanager_secret_rotation":                 {"secret_id"},
	"aws_secretsmanager_secret_version":                  {"secret_id"},
	"aws_security_group":                                 {"name", "description", "vpc_id"},
	"aws_sns_topic":                                      {"name", "fifo_topic"},
	"aws_sns_topic_subscription":                         {"topic_arn", "protocol", "endpoint"},
	"aws_sqs_queue":                                      {"name", "fifo_queue"},
	"aws_subnet":                                         {"vpc_id", "cidr_block", "availability_zone", "availability_zone_id"},
	"aws_vpc":                                            {"cidr_block", "ipv4_ipam_pool_id", "ipv4_netmask_length"},
	"aws_vpc_endpoint":                                   {"vpc_id", "service_name", "vpc_endpoint_type", "service_region"},
	"aws_vpc_peering_connection":                         {"vpc_id", "peer_vpc_id", "peer_region", "peer_owner_id"},
	"aws_vpc_peering_connection_accepter":                {"vpc_peering_connection_id"},
	"aws_vpc_peering_connection_options":                 {"vpc_peering_connection_id"},
	"aws_vpc_security_group_egress_rule":                 {"security_group_id"},
	"aws_vpc_security_group_ingress_rule":                {"security_group_id"},
}

// Replacements names the arguments by which planned replaces prior.
func Replacements(typeName string, prior, planned cty.Value) []string {
	if prior.IsNull() || planned.IsNull() {
		return nil
	}
	var names []string
	for _, name := range append([]string{"region"}, forceNew[typeName]...) {
		before, after := Member(prior, name), Member(planned, name)
		if before.IsNull() && after.IsNull() || before.RawEquals(after) {
			continue
		}
		names = append(names, name)
	}
	return names
}
