package resources

import "github.com/paymentdr/paymentdr/internal/localcloud/apply"

// Handlers are what the engine calls. A type that is in none of their maps is in Unmodelled.
func (c *Cloud) Handlers() apply.Handlers {
	managed := map[string]apply.Handler{
		"aws_acm_certificate":                 c.certificateHandler(),
		"aws_acm_certificate_validation":      c.issue(),
		"aws_apigatewayv2_api":                c.api(),
		"aws_apigatewayv2_domain_name":        c.domainName(),
		"aws_db_parameter_group":              c.instanceParameters(),
		"aws_db_subnet_group":                 c.subnetGroup(),
		"aws_default_security_group":          c.defaultSecurityGroup(),
		"aws_dynamodb_table":                  c.dynamoTable(),
		"aws_internet_gateway":                c.internetGateway(),
		"aws_lambda_function":                 c.function(),
		"aws_lambda_invocation":               c.invocation(),
		"aws_nat_gateway":                     c.nat(),
		"aws_rds_cluster":                     c.cluster(),
		"aws_rds_cluster_instance":            c.instance(),
		"aws_rds_cluster_parameter_group":     c.clusterParameters(),
		"aws_rds_global_cluster":              c.globalCluster(),
		"aws_route":                           c.route(),
		"aws_route53_health_check":            c.healthCheck(),
		"aws_route53_record":                  c.record(),
		"aws_route53_zone":                    c.zone(),
		"aws_route_table":                     c.table(),
		"aws_route_table_association":         c.association(),
		"aws_secretsmanager_secret":           c.secret(),
		"aws_secretsmanager_secret_version":   c.secretVersion(),
		"aws_security_group":                  c.group(),
		"aws_subnet":                          c.subnet(),
		"aws_vpc":                             c.vpc(),
		"aws_vpc_endpoint":                    c.endpoint(),
		"aws_vpc_peering_connection":          c.peering(),
		"aws_vpc_peering_connection_accepter": c.accepter(),
		"aws_vpc_security_group_egress_rule":  c.rule(true),
		"aws_vpc_security_group_ingress_rule": c.rule(false),
	}
	for _, name := range regionalTypes {
		managed[name] = c.regional()
	}
	return apply.Handlers{
		Managed: managed,
		Data: map[string]apply.Reader{
			"aws_availability_zones": apply.ReaderFunc(availabilityZones),
			"aws_caller_identity":    apply.ReaderFunc(callerIdentity),
			"aws_partition":          apply.ReaderFunc(partition),
			"aws_region":             apply.ReaderFunc(regionData),
		},
		Ephemeral: map[string]apply.Reader{
			"aws_secretsmanager_random_password": apply.ReaderFunc(c.randomPassword),
			"aws_secretsmanager_secret_version":  apply.ReaderFunc(c.secretVersionValue),
		},
		Meaningless: Meaningless(),
		Identity:    c.identity,
	}
}

const (
	noAuthorization = "no local meaning, because calls are not authorised here: what a policy allows is judged by the tests of package stack, and on AWS"
	noEncryption    = "no local meaning, because nothing is encrypted at rest here: files belong to the user who runs it"
	stateOnly       = "no local meaning, because buckets hold the state of the real engine: the local cloud keeps its own"
)

// Meaningless are the types that need nothing here, and why.
func Meaningless() map[string]string {
	return map[string]string{
		"aws_cloudwatch_log_resource_policy":                 noAuthorization,
		"aws_eip":                                            "no local meaning, because nothing leaves this machine: a NAT gateway opens the way out without an address",
		"aws_fis_experiment_template":                        "no local meaning, because faults are made here by the control API: what it does to an account is judged by the tests of package stack, and on AWS",
		"aws_flow_log":                                       "no local meaning, because no packet is recorded: who may talk to whom is decided before a connection is made",
		"aws_iam_policy":                                     noAuthorization,
		"aws_iam_role":                                       noAuthorization,
		"aws_iam_role_policy":                                noAuthorization,
		"aws_iam_role_policy_attachment":                     noAuthorization,
		"aws_kms_alias":                                      noEncryption,
		"aws_kms_key":                                        noEncryption,
		"aws_kms_replica_key":                                noEncryption,
		"aws_s3_bucket":                                      stateOnly,
		"aws_s3_bucket_lifecycle_configuration":              stateOnly,
		"aws_s3_bucket_ownership_controls":                   stateOnly,
		"aws_s3_bucket_policy":                               stateOnly,
		"aws_s3_bucket_public_access_block":                  stateOnly,
		"aws_s3_bucket_replication_configuration":            stateOnly,
		"aws_s3_bucket_server_side_encryption_configuration": stateOnly,
		"aws_s3_bucket_versioning":                           stateOnly,
		"aws_secretsmanager_secret_policy":                   noAuthorization,
		"aws_vpc_peering_connection_options":                 "no local meaning, because the names of databases lead to private addresses from everywhere here",
	}
}

// Unmodelled are the types, by kind and name, that would have a meaning and have none here: files with one are refused as a
// whole. The generated files have none of them.
func Unmodelled() map[string]string {
	const backups = "backups are those of the database clusters: their snapshots, and the backup-verification function"
	const generated = "the generated files pass values between roots and name what they know"
	const session = "the generated files take no session or token from an ephemeral resource"
	return map[string]string{
		"resource aws_backup_plan":                           backups,
		"resource aws_backup_restore_testing_plan":           backups,
		"resource aws_backup_restore_testing_selection":      backups,
		"resource aws_backup_selection":                      backups,
		"resource aws_backup_vault":                          backups,
		"resource aws_db_proxy":                              "functions talk to the clusters themselves; a proxy would pin and pool sessions in its own way",
		"resource aws_lambda_alias":                          "functions have one version, $LATEST",
		"resource aws_lambda_event_source_mapping":           "there are no streams and queues to poll",
		"resource aws_lambda_provisioned_concurrency_config": "environments are started when they are needed: a cold start takes some 20 ms here",
		"resource aws_scheduler_schedule":                    "schedules are EventBridge rules (aws_cloudwatch_event_rule)",
		"resource aws_sns_topic_data_protection_policy":      "messages are delivered as they are",
		"resource aws_sqs_queue":                             "there are no queues",

		"data aws_acm_certificate":        generated,
		"data aws_iam_policy_document":    "policies are written with jsonencode",
		"data aws_rds_engine_version":     "the engine's version is written out",
		"data aws_route53_zone":           generated,
		"data aws_secretsmanager_secret":  generated,
		"data aws_subnets":                generated,
		"data aws_vpc":                    generated,
		"data aws_vpc_peering_connection": generated,

		"ephemeral aws_cognito_identity_openid_token_for_developer_identity": session,
		"ephemeral aws_ecr_authorization_token":                              session,
		"ephemeral aws_ecrpublic_authorization_token":                        session,
		"ephemeral aws_eks_cluster_auth":                                     session,
		"ephemeral aws_kms_secrets":                                          session,
		"ephemeral aws_lambda_invocation":                                    session,
		"ephemeral aws_ssm_parameter":                                        session,
		"ephemeral aws_sts_web_identity_token":                               session,
	}
}
