package cost

// rules price a resource by its type; the quantities are in the file, the use is assumed.
var rules = map[string]func(*estimate, Resource){
	"aws_rds_cluster_instance":       (*estimate).databaseInstance,
	"aws_rds_cluster":                (*estimate).databaseCluster,
	"aws_rds_global_cluster":         (*estimate).globalCluster,
	"aws_dynamodb_table":             (*estimate).table,
	"aws_lambda_function":            (*estimate).function,
	"aws_apigatewayv2_api":           (*estimate).api,
	"aws_apigatewayv2_stage":         (*estimate).stage,
	"aws_vpc_endpoint":               (*estimate).endpoint,
	"aws_nat_gateway":                (*estimate).natGateway,
	"aws_eip":                        (*estimate).address,
	"aws_kms_key":                    (*estimate).key,
	"aws_kms_replica_key":            (*estimate).key,
	"aws_secretsmanager_secret":      (*estimate).secret,
	"aws_cloudwatch_metric_alarm":    (*estimate).alarm,
	"aws_cloudwatch_composite_alarm": (*estimate).compositeAlarm,
	"aws_cloudwatch_dashboard":       (*estimate).dashboard,
	"aws_cloudwatch_log_group":       (*estimate).logGroup,
	"aws_route53_zone":               (*estimate).zone,
	"aws_route53_health_check":       (*estimate).healthCheck,
	"aws_sns_topic_subscription":     (*estimate).subscription,
	"aws_s3_bucket":                  (*estimate).bucket,
}

const (
	noCharge = "no charge of its own"
	byUse    = "charged by what uses it, which is counted there"
)

// freeTypes cost nothing by themselves.
var freeTypes = map[string]string{
	"aws_acm_certificate":                                noCharge + " (public certificates)",
	"aws_acm_certificate_validation":                     noCharge,
	"aws_apigatewayv2_api_mapping":                       noCharge,
	"aws_apigatewayv2_authorizer":                        noCharge,
	"aws_apigatewayv2_domain_name":                       noCharge,
	"aws_apigatewayv2_integration":                       noCharge,
	"aws_apigatewayv2_route":                             noCharge + "; its detailed metrics are counted at the stage",
	"aws_cloudwatch_event_rule":                          noCharge + " (schedules of the default bus)",
	"aws_cloudwatch_event_target":                        noCharge,
	"aws_db_parameter_group":                             noCharge,
	"aws_db_subnet_group":                                noCharge,
	"aws_default_security_group":                         noCharge,
	"aws_cloudwatch_log_resource_policy":                 noCharge,
	"aws_fis_experiment_template":                        noCharge + "; an experiment costs by the minute of each action",
	"aws_flow_log":                                       "charged as the logs that it writes",
	"aws_iam_policy":                                     noCharge,
	"aws_iam_role":                                       noCharge,
	"aws_iam_role_policy":                                noCharge,
	"aws_iam_role_policy_attachment":                     noCharge,
	"aws_internet_gateway":                               noCharge,
	"aws_kms_alias":                                      noCharge,
	"aws_lambda_function_event_invoke_config":            noCharge,
	"aws_lambda_invocation":                              "one run a deploy",
	"aws_lambda_permission":                              noCharge,
	"aws_rds_cluster_parameter_group":                    noCharge,
	"aws_route":                                          noCharge,
	"aws_route53_record":                                 byUse + " (queries, at the zone)",
	"aws_route_table":                                    noCharge,
	"aws_route_table_association":                        noCharge,
	"aws_s3_bucket_lifecycle_configuration":              noCharge,
	"aws_s3_bucket_policy":                               noCharge,
	"aws_s3_bucket_public_access_block":                  noCharge,
	"aws_s3_bucket_server_side_encryption_configuration": noCharge,
	"aws_s3_bucket_versioning":                           noCharge + "; the versions are counted at the bucket",
	"aws_secretsmanager_secret_rotation":                 "one run of its function a month",
	"aws_secretsmanager_secret_version":                  noCharge,
	"aws_security_group":                                 noCharge,
	"aws_sns_topic":                                      byUse + " (deliveries)",
	"aws_sns_topic_policy":                               noCharge,
	"aws_subnet":                                         noCharge,
	"aws_vpc":                                            noCharge,
	"aws_vpc_peering_connection":                         "charged by the data transferred, which is left out",
	"aws_vpc_peering_connection_accepter":                noCharge,
	"aws_vpc_peering_connection_options":                 noCharge,
	"aws_vpc_security_group_egress_rule":                 noCharge,
	"aws_vpc_security_group_ingress_rule":                noCharge,
}

const million = 1e6

// gigabyte is in kilobytes, the unit of the assumptions.
const gigabyte = 1e6

func (e *estimate) endpoint(r Resource) {
	if r.text("vpc_endpoint_type") != "Interface" {
		e.report.Free["aws_vpc_endpoint (Gateway)"] = noCharge
		return
	}
	zones := r.length("subnet_ids")
	if zones == 0 {
		e.fault("%s/%s: an interface endpoint without subnets", r.Root, r.Address)
	}
	e.fixed(r, "endpoint in each zone", "endpoint.hour", float64(zones)*e.assume("hours_per_month"))
	e.used(r, "data processed", "endpoint.data", e.assume("endpoint_gigabytes"))
}

func (e *estimate) natGateway(r Resource) {
	e.fixed(r, "NAT gateway", "nat.hour", e.assume("hours_per_month"))
	e.used(r, "data processed", "nat.data", e.assume("nat_gigabytes"))
}

func (e *estimate) address(r Resource) {
	e.fixed(r, "public address", "ipv4.hour", e.assume("hours_per_month"))
}

func (e *estimate) key(r Resource) {
	e.fixed(r, "key", "kms.key", 1)
	e.used(r, "requests", "kms.requests", e.assume("kms_requests")/10_000)
}

func (e *estimate) secret(r Resource) {
	everywhere := append([]Resource{r}, r.blocks("replica")...)
	for i, copied := range everywhere {
		place, item := r, "secret"
		if i > 0 {
			place.Region, item = copied.text("region"), "replica in "+copied.text("region")
		}
		e.fixed(place, item, "secret.month", 1)
		e.used(place, "calls", "secret.calls", e.assume("secret_calls")/10_000)
	}
}

func (e *estimate) zone(r Resource) {
	e.fixed(r, "zone", "route53.zone", 1)
	e.used(r, "queries", "route53.queries", e.assume(PaymentsPerMonth)*e.assume("dns_queries_per_payment")/million)
}

// healthCheck pays for the check and for each optional feature of it.
func (e *estimate) healthCheck(r Resource) {
	features := 0.0
	for _, has := range []bool{
		r.text("type") == "HTTPS" || r.text("type") == "HTTPS_STR_MATCH",
		r.number("request_interval") == 10,
		r.is("measure_latency"),
		r.text("search_string") != "",
	} {
		if has {
			features++
		}
	}
	e.fixed(r, "health check", "route53.check", 1)
	if features > 0 {
		e.fixed(r, "optional features", "route53.feature", features)
	}
}

func (e *estimate) subscription(r Resource) {
	if r.text("protocol") != "email" {
		e.fault("%s/%s: deliveries by %q are not priced", r.Root, r.Address, r.text("protocol"))
		return
	}
	e.used(r, "mails", "sns.email", e.assume("notifications")/100_000)
}

func (e *estimate) bucket(r Resource) {
	e.used(r, "state", "s3.storage", e.assume("state_gigabytes"))
}
