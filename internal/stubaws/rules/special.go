package rules

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// special holds the lines that relate several arguments in the type's own way.
var special = map[string][]rule{
	"provider": {
		{"provider-tags", "default_tags", atMostOneBlock("default_tags")},
		{"provider-tags", "ignore_tags", atMostOneBlock("ignore_tags")},
	},
	"aws_apigatewayv2_authorizer": {
		oneOf("authorizer_type", "JWT", "REQUEST"), oneOf("authorizer_payload_format_version", "1.0", "2.0"),
		{"authorizer-jwt", "jwt_configuration", jwtAuthorizer},
		{"authorizer-request", "authorizer_uri", requestAuthorizer},
	},
	"aws_apigatewayv2_integration": {{"integration-uri", "integration_uri", proxyTarget}},
	"aws_apigatewayv2_route":       {{"route-authorizer", "authorizer_id", routeAuthorizer}},
	"aws_cloudwatch_metric_alarm": {
		{"alarm-complete", "metric_name", completeAlarm},
		{"alarm-threshold", "threshold", alarmThreshold},
		{"alarm-datapoints", "datapoints_to_alarm", alarmDatapoints},
		{"alarm-returned-query", "metric_query", returnedQuery},
	},
	"aws_dynamodb_table": {
		{"table-attributes", "attribute", tableAttributes},
		{"table-hash-key", "hash_key", tableHashKey},
		{"table-strong-members", "replica", strongMembers},
		{"table-strong-limits", "replica", strongLimits},
		{"table-capacity", "billing_mode", tableCapacity},
		{"table-stream", "stream_enabled", tableStream},
	},
	"aws_flow_log": {{"flow-log-traffic", "traffic_type", flowLogTraffic}},
	"aws_lambda_function": {
		name("function_name", `^(arn:aws:lambda:.*|[a-zA-Z0-9-_]{1,64})$`),
		{"function-zip", "handler", functionPackage},
		{"function-runtime", "runtime", functionRuntime},
		{"function-object", "s3_key", functionObject},
		{"function-architectures", "architectures", functionArchitectures},
	},
	"aws_nat_gateway": {{"nat-address", "allocation_id", natAddress}},
	"aws_rds_cluster": {
		{"cluster-managed-password-global", "manage_master_user_password", managedInGlobal},
		{"cluster-secondary-key", "kms_key_id", replicaKey},
	},
	"aws_rds_cluster_instance": {{"instance-monitoring", "monitoring_role_arn", instanceMonitoring}},
	"aws_route53_health_check": {
		{"health-check-endpoint", "fqdn", healthCheckEndpoint},
		{"health-check-regions", "regions", healthCheckRegions},
	},
	"aws_scheduler_schedule":              {{"schedule-window", "flexible_time_window", scheduleWindow}},
	"aws_secretsmanager_secret":           {{"secret-recovery", "recovery_window_in_days", recoveryWindow}},
	"aws_secretsmanager_secret_rotation":  {{"rotation-rules", "rotation_rules", rotationRules}},
	"aws_vpc_endpoint":                    {{"endpoint-kind", "vpc_endpoint_type", endpointConflict}},
	"aws_vpc_peering_connection":          {{"peering-accept", "auto_accept", peeringAccept}},
	"aws_vpc_security_group_egress_rule":  {{"rule-ports", "from_port", rulePorts}},
	"aws_vpc_security_group_ingress_rule": {{"rule-ports", "from_port", rulePorts}},
}

// atMostOneBlock: framework blocks carry no limit in the schema.
func atMostOneBlock(name string) func(r resource) string {
	return func(r resource) string {
		if count := len(r.blocks(name)); count > 1 {
			return fmt.Sprintf("Too many %s blocks: %d, at most 1", name, count)
		}
		return ""
	}
}

// jwtAuthorizer: API Gateway API reference, CreateAuthorizer.
func jwtAuthorizer(r resource) string {
	if r.text("authorizer_type") != "JWT" {
		return ""
	}
	for _, name := range []string{"authorizer_uri", "authorizer_credentials_arn", "authorizer_payload_format_version"} {
		if r.set(name) {
			return fmt.Sprintf("BadRequestException: %s is not supported for a JWT authorizer", name)
		}
	}
	if !r.present("identity_sources") {
		return "BadRequestException: identity_sources is required for a JWT authorizer"
	}
	if !r.present("jwt_configuration") {
		return "BadRequestException: jwt_configuration is required for a JWT authorizer"
	}
	for _, jwt := range r.blocks("jwt_configuration") {
		if !jwt.present("issuer") || !jwt.present("audience") {
			return "BadRequestException: jwt_configuration needs issuer and audience"
		}
		if issuer := jwt.text("issuer"); issuer != "" && !strings.HasPrefix(issuer, "https://") {
			return fmt.Sprintf("BadRequestException: Invalid issuer: %s. Issuer must begin with https://", issuer)
		}
	}
	return ""
}

func requestAuthorizer(r resource) string {
	if r.text("authorizer_type") == "REQUEST" && (!r.present("authorizer_uri") || !r.present("authorizer_payload_format_version")) {
		return "BadRequestException: a REQUEST authorizer of an HTTP API needs authorizer_uri and authorizer_payload_format_version"
	}
	if r.text("authorizer_type") == "REQUEST" && r.set("jwt_configuration") {
		return "BadRequestException: jwt_configuration is for JWT authorizers"
	}
	return ""
}

func completeAlarm(r resource) string {
	switch {
	case r.present("metric_query") || r.present("evaluation_criteria"):
		return ""
	case !r.present("metric_name") || !r.present("namespace") || !r.present("period"):
		return "One of `metric_name`, `metric_query` or `evaluation_criteria` must be set; metric_name needs namespace and period"
	case !r.present("statistic") && !r.present("extended_statistic"):
		return "One of `statistic` or `extended_statistic` must be set for a cloudwatch metric alarm"
	case !r.present("comparison_operator") || !r.present("evaluation_periods"):
		return "`comparison_operator` and `evaluation_periods` are required for a metric alarm"
	}
	return ""
}

// tableAttributes: DynamoDB wants a definition of every key attribute and of no other.
func tableAttributes(r resource) string {
	defined := make(map[string]bool)
	for _, value := range r.all("attribute.name") {
		if asText(value) == "" {
			return ""
		}
		defined[asText(value)] = true
	}
	used := make(map[string]bool)
	for _, path := range []string{
		"hash_key", "range_key", "global_secondary_index.hash_key", "global_secondary_index.range_key",
		"global_secondary_index.key_schema.attribute_name", "local_secondary_index.range_key",
	} {
		for _, value := range r.all(path) {
			if !value.IsKnown() {
				return ""
			}
			if key := asText(value); key != "" {
				used[key] = true
				if !defined[key] {
					return fmt.Sprintf("all indexes must match a defined attribute. Unmatched indexes: %s %q", path, key)
				}
			}
		}
	}
	for key := range defined {
		if !used[key] {
			return fmt.Sprintf("all attributes must be indexed. Unused attributes: [%q]", key)
		}
	}
	return ""
}

func tableHashKey(r resource) string {
	if !r.present("hash_key") && !r.present("restore_source_name") && !r.present("restore_source_table_arn") && !r.present("import_table") {
		return "hash_key is required for a new table"
	}
	return ""
}

// strongReplicas counts the replicas with strong consistency.
func strongReplicas(r resource) int {
	strong := 0
	for _, replica := range r.blocks("replica") {
		if replica.text("consistency_mode") == "STRONG" {
			strong++
		}
	}
	return strong
}

// strongMembers: strong consistency is two STRONG replicas, or one and a witness
// (DynamoDB guide, global tables version 2).
func strongMembers(r resource) string {
	replicas, strong := r.blocks("replica"), strongReplicas(r)
	witnesses := len(r.blocks("global_table_witness"))
	switch {
	case strong == 0 && witnesses == 0:
		return ""
	case witnesses > 0 && (strong != 1 || len(replicas) != 1):
		return fmt.Sprintf("global_table_witness must be used with exactly one replica with consistency_mode STRONG, got %d replicas, %d STRONG", len(replicas), strong)
	case witnesses == 0 && (strong != 2 || len(replicas) != 2):
		return fmt.Sprintf("Using consistency_mode STRONG requires exactly two replicas, or one replica and a witness, got %d replicas, %d STRONG", len(replicas), strong)
	}
	return ""
}

// strongLimits: neither local indexes nor time to live (same source).
func strongLimits(r resource) string {
	if strongReplicas(r) == 0 {
		return ""
	}
	if r.set("local_secondary_index") {
		return "ValidationException: local secondary indexes are not supported with strong consistency"
	}
	for _, ttl := range r.blocks("ttl") {
		if ttl.yes("enabled") {
			return "ValidationException: time to live is not supported with strong consistency"
		}
	}
	return ""
}

func tableCapacity(r resource) string {
	mode := r.text("billing_mode")
	capacity := r.set("read_capacity") || r.set("write_capacity")
	if mode == "PAY_PER_REQUEST" && capacity {
		return "read_capacity and write_capacity can not be set when billing_mode is PAY_PER_REQUEST"
	}
	if (mode == "PROVISIONED" || !r.present("billing_mode")) && !(r.present("read_capacity") && r.present("write_capacity")) {
		return "read_capacity and write_capacity must be > 0 when billing_mode is PROVISIONED"
	}
	return ""
}

func tableStream(r resource) string {
	if r.yes("stream_enabled") && !r.present("stream_view_type") {
		return "stream_view_type is required when stream_enabled = true"
	}
	return ""
}

func flowLogTraffic(r resource) string {
	if (r.present("vpc_id") || r.present("subnet_id") || r.present("eni_id")) && !r.present("traffic_type") {
		return "InvalidParameter: traffic_type is required for a VPC, a subnet or an interface"
	}
	return ""
}

// functionRuntime: the runtimes that exist change too often for a list; the
// retired ones are refused (Lambda guide, deprecated runtimes).
func functionRuntime(r resource) string {
	retired := []string{"go1.x", "provided", "python3.8", "nodejs16.x", "java8", "dotnet6"}
	if slices.Contains(retired, r.text("runtime")) {
		return fmt.Sprintf("InvalidParameterValueException: The runtime parameter of %s is no longer supported for creating or updating AWS Lambda functions", r.text("runtime"))
	}
	return ""
}

func functionPackage(r resource) string {
	image := r.text("package_type") == "Image"
	switch {
	case !image && !r.present("image_uri") && (!r.present("handler") || !r.present("runtime")):
		return "handler and runtime must be set when PackageType is Zip"
	case image && (r.set("handler") || r.set("runtime")):
		return "InvalidParameterValueException: handler and runtime are not for PackageType Image"
	case r.set("image_uri") && !image:
		return "image_uri needs package_type Image"
	}
	return ""
}

func functionObject(r resource) string {
	if r.present("s3_bucket") != r.present("s3_key") {
		return "\"s3_key\": all of `s3_bucket,s3_key` must be specified"
	}
	return ""
}

func functionArchitectures(r resource) string {
	list := r.get("architectures")
	if !list.IsNull() && list.IsKnown() && list.LengthInt() > 1 {
		return fmt.Sprintf("Too many list items: attribute architectures supports 1 item maximum, but config has %d declared.", list.LengthInt())
	}
	return ""
}

// managedInGlobal: Aurora guide, limitations of global databases.
func managedInGlobal(r resource) string {
	if r.yes("manage_master_user_password") && r.present("global_cluster_identifier") {
		return "InvalidParameterCombination: ManageMasterUserPassword is not supported for clusters in a global database"
	}
	return ""
}

// replicaKey: a member without a master user is a secondary.
func replicaKey(r resource) string {
	secondary := r.present("global_cluster_identifier") && !r.present("master_username") && !r.present("snapshot_identifier")
	secondary = secondary || r.present("replication_source_identifier")
	if secondary && r.yes("storage_encrypted") && !r.present("kms_key_id") {
		return "InvalidParameterCombination: For encrypted cross-region replica, kmsKeyId should be explicitly specified"
	}
	return ""
}

func healthCheckEndpoint(r resource) string {
	kind := r.text("type")
	endpoint := slices.Contains([]string{"HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"}, kind)
	switch {
	case endpoint && !r.present("fqdn") && !r.present("ip_address"):
		return fmt.Sprintf("InvalidInput: a %s health check needs fqdn or ip_address", kind)
	case endpoint && !r.present("request_interval"):
		return fmt.Sprintf("InvalidInput: a %s health check needs request_interval", kind)
	case strings.HasSuffix(kind, "STR_MATCH") && !r.present("search_string"):
		return fmt.Sprintf("InvalidInput: a %s health check needs search_string", kind)
	case kind != "" && !strings.HasSuffix(kind, "STR_MATCH") && r.set("search_string"):
		return fmt.Sprintf("InvalidInput: search_string is not for a %s health check", kind)
	case kind == "CALCULATED" && !r.present("child_healthchecks"):
		return "InvalidInput: a CALCULATED health check needs child_healthchecks"
	case kind == "CLOUDWATCH_METRIC" && (!r.present("cloudwatch_alarm_name") || !r.present("cloudwatch_alarm_region")):
		return "InvalidInput: a CLOUDWATCH_METRIC health check needs cloudwatch_alarm_name and cloudwatch_alarm_region"
	}
	return ""
}

func healthCheckRegions(r resource) string {
	regions := r.get("regions")
	if regions.IsNull() || !regions.IsKnown() {
		return ""
	}
	if count := regions.LengthInt(); count < 3 {
		return fmt.Sprintf("InvalidInput: regions needs at least 3 health checker Regions, got %d", count)
	}
	return ""
}

func recoveryWindow(r resource) string {
	days := r.get("recovery_window_in_days")
	if days.IsNull() || !days.IsKnown() {
		return ""
	}
	number := days.AsBigFloat()
	if number.Sign() == 0 || number.Cmp(big.NewFloat(7)) >= 0 && number.Cmp(big.NewFloat(30)) <= 0 {
		return ""
	}
	return fmt.Sprintf("expected recovery_window_in_days to be 0 or in the range (7 - 30), got %s", number.Text('f', -1))
}

func rotationRules(r resource) string {
	for _, rules := range r.blocks("rotation_rules") {
		if rules.present("automatically_after_days") == rules.present("schedule_expression") {
			return "rotation_rules: exactly one of automatically_after_days and schedule_expression must be set"
		}
	}
	return ""
}

// endpointConflict: EC2 API reference, CreateVpcEndpoint. The default is Gateway.
func endpointConflict(r resource) string {
	kind := r.text("vpc_endpoint_type")
	if !r.present("vpc_endpoint_type") {
		kind = "Gateway"
	}
	if kind == "Gateway" {
		for _, name := range []string{"subnet_ids", "security_group_ids", "dns_options", "subnet_configuration"} {
			if r.set(name) {
				return fmt.Sprintf("InvalidParameter: %s is not supported for a Gateway endpoint", name)
			}
		}
		if r.yes("private_dns_enabled") {
			return "InvalidParameter: Private DNS can't be enabled for a Gateway endpoint"
		}
	}
	if kind == "Interface" && r.set("route_table_ids") {
		return "InvalidParameter: Route table IDs are only supported for Gateway type VPC Endpoint"
	}
	if !r.present("service_name") && !r.present("resource_configuration_arn") && !r.present("service_network_arn") {
		return "one of `resource_configuration_arn,service_name,service_network_arn` must be specified"
	}
	return ""
}

func peeringAccept(r resource) string {
	if r.yes("auto_accept") && r.set("peer_region") {
		return "`peer_region` cannot be set whilst `auto_accept` is `true` when creating an EC2 VPC Peering Connection"
	}
	return ""
}
