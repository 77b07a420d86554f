package enginetest_test

// engineFault is a configuration that the engine must refuse for the trap. PLANTED
// stands for a resource name of its own.
type engineFault struct{ trap, configuration string }

// The traps that only the engine judges: some need a plan, some are judged before
// hclgen (names, networks and schedules by internal/config), some are arguments
// that the system does not write.
var validateFaults = []engineFault{
	{"authorizer-request", `
resource "aws_apigatewayv2_authorizer" "PLANTED" {
  api_id          = "x"
  name            = "n"
  authorizer_type = "REQUEST"
}`},
	{"backup-window", cluster17(`preferred_backup_window = "3am"`)},
	{"certificate-source", `resource "aws_acm_certificate" "PLANTED" { validation_method = "DNS" }`},
	{"cidr", `resource "aws_vpc" "PLANTED" { cidr_block = "10.0.0.1/16" }`},
	{"flow-log-interval", `
resource "aws_flow_log" "PLANTED" {
  vpc_id                   = "v"
  traffic_type             = "ALL"
  max_aggregation_interval = 30
}`},
	{"function-concurrency", lambda("arn:aws:iam::123456789012:role/r", "provided.al2023", "reserved_concurrent_executions = -2")},
	{"function-runtime", lambda("arn:aws:iam::123456789012:role/r", "go1.x", "")},
	{"global-cluster-source", `
resource "aws_rds_global_cluster" "PLANTED" {
  global_cluster_identifier    = "g"
  engine                       = "aurora-postgresql"
  source_db_cluster_identifier = "arn:aws:rds:us-east-1:123456789012:cluster:c"
}`},
	{"health-check-regions", `
resource "aws_route53_health_check" "PLANTED" {
  type             = "HTTPS"
  fqdn             = "a.b"
  request_interval = 10
  regions          = ["us-east-1", "us-west-2"]
}`},
	{"maintenance-window", cluster17(`preferred_maintenance_window = "sunday"`)},
	{"monitoring-interval", `
resource "aws_rds_cluster_instance" "PLANTED" {
  cluster_identifier  = "c"
  engine              = "aurora-postgresql"
  instance_class      = "db.r6g.large"
  monitoring_interval = 7
  monitoring_role_arn = "arn:aws:iam::123456789012:role/r"
}`},
	{"name-rule", `resource "aws_sns_topic" "PLANTED" { name = "alerts of payments" }`},
	{"permission-action", `
resource "aws_lambda_permission" "PLANTED" {
  action        = "InvokeFunction"
  function_name = "f"
  principal     = "sns.amazonaws.com"
}`},
	{"policy-document", `
resource "aws_iam_policy" "PLANTED" {
  name   = "p"
  policy = "{"
}`},
	{"provider-tags", `
provider "aws" {
  alias  = "tagged"
  region = "us-east-1"
  default_tags {}
  default_tags {}
}
resource "aws_vpc" "PLANTED" {
  provider   = aws.tagged
  cidr_block = "10.0.0.0/16"
}`},
	{"schedule-expression", `
resource "aws_cloudwatch_event_rule" "PLANTED" {
  name                = "r"
  schedule_expression = "every minute"
}`},
	{"schedule-retries", `
resource "aws_scheduler_schedule" "PLANTED" {
  name                = "s"
  schedule_expression = "rate(1 minute)"
  flexible_time_window { mode = "OFF" }
  target {
    arn      = "arn:aws:lambda:us-east-1:123456789012:function:f"
    role_arn = "arn:aws:iam::123456789012:role/r"
    retry_policy { maximum_retry_attempts = 186 }
  }
}`},
	{"snapshot-name", cluster17(`final_snapshot_identifier = "last--one"`)},
	{"subnet-zone", `
resource "aws_subnet" "PLANTED" {
  vpc_id               = "v"
  cidr_block           = "10.0.0.0/24"
  availability_zone    = "us-east-1a"
  availability_zone_id = "use1-az1"
}`},
	{"write-only-version", `
resource "aws_secretsmanager_secret_version" "PLANTED" {
  secret_id        = "s"
  secret_string_wo = "x"
}`},
}

var planFaults = []engineFault{
	{"alarm-topic-region", `
resource "aws_sns_topic" "PLANTED" {
  region = "us-west-2"
  name   = "alerts"
}
resource "aws_cloudwatch_metric_alarm" "PLANTED" {
  alarm_name          = "a"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "AWS/Lambda"
  period              = 60
  statistic           = "Sum"
  threshold           = 1
  alarm_actions       = ["arn:aws:sns:us-west-2:123456789012:alerts"]
}`},
	{"database-master-user", cluster17("")},
	{"function-role", lambda("payment-role", "provided.al2023", "")},
	{"replica-region", `
resource "aws_secretsmanager_secret" "PLANTED" {
  name = "s"
  replica { region = "us-east-1" }
}`},
}

// cluster17 is a cluster without a master user, and one line more.
func cluster17(line string) string {
	return `
resource "aws_rds_cluster" "PLANTED" {
  cluster_identifier  = "c"
  engine              = "aurora-postgresql"
  engine_version      = "17.7"
  skip_final_snapshot = true
  ` + line + "\n}\n"
}

// lambda is a function of the given role and runtime, and one line more.
func lambda(role, runtime, line string) string {
	return `
resource "aws_lambda_function" "PLANTED" {
  function_name = "f"
  filename      = "f.zip"
  handler       = "bootstrap"
  role          = "` + role + `"
  runtime       = "` + runtime + `"
  ` + line + "\n}\n"
}
