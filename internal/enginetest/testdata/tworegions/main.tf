terraform {
  required_version = ">= 1.11.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Project = "payment" }
  }
}

provider "aws" {
  alias  = "secondary"
  region = "us-west-2"
}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "secondary" {
  provider = aws.secondary
  state    = "available"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

ephemeral "aws_secretsmanager_random_password" "admin" {
  password_length = 40
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main" }
}

resource "aws_vpc" "peer" {
  region     = "us-west-2"
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "private" {
  count             = 3
  provider          = aws.secondary
  vpc_id            = aws_vpc.peer.id
  cidr_block        = cidrsubnet("10.1.0.0/16", 8, count.index)
  availability_zone = data.aws_availability_zones.secondary.names[count.index]
}

resource "aws_security_group" "function" {
  name   = "function"
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = [aws_vpc.main.cidr_block]
  }
}

resource "aws_vpc_peering_connection" "link" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.peer.id
  peer_region = "us-west-2"
  auto_accept = false
}

resource "aws_vpc_peering_connection_accepter" "link" {
  provider                  = aws.secondary
  vpc_peering_connection_id = aws_vpc_peering_connection.link.id
  auto_accept               = true
}

resource "aws_kms_key" "primary" {
  multi_region            = true
  deletion_window_in_days = 7
}

resource "aws_kms_replica_key" "secondary" {
  provider        = aws.secondary
  primary_key_arn = aws_kms_key.primary.arn
}

resource "aws_secretsmanager_secret" "admin" {
  name                    = "admin-x7"
  recovery_window_in_days = 0

  replica {
    region     = "us-west-2"
    kms_key_id = aws_kms_replica_key.secondary.arn
  }
}

resource "aws_secretsmanager_secret_version" "admin" {
  secret_id = aws_secretsmanager_secret.admin.id
  secret_string_wo = jsonencode({
    username = "written-only-once"
    password = ephemeral.aws_secretsmanager_random_password.admin.random_password
  })
  secret_string_wo_version = 1
}

resource "aws_dynamodb_table" "sessions" {
  name             = "sessions-x7"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "sessionId"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"

  attribute {
    name = "sessionId"
    type = "S"
  }

  attribute {
    name = "pendingShard"
    type = "S"
  }

  global_secondary_index {
    name            = "pending"
    projection_type = "KEYS_ONLY"

    key_schema {
      attribute_name = "pendingShard"
      key_type       = "HASH"
    }
  }

  replica {
    region_name            = "us-west-2"
    consistency_mode       = "STRONG"
    point_in_time_recovery = true
  }

  global_table_witness {
    region_name = "us-east-2"
  }
}

resource "aws_iam_role" "function" {
  name               = "payment-x7"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_lambda_function" "payment" {
  function_name = "payment-x7"
  role          = aws_iam_role.function.arn
  filename      = "payment.zip"
  handler       = "bootstrap"
  runtime       = "provided.al2023"
  architectures = ["arm64"]

  vpc_config {
    subnet_ids         = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.function.id]
  }
}

resource "aws_sns_topic" "alerts" {
  provider = aws.secondary
  name     = "alerts-x7"
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  provider            = aws.secondary
  alarm_name          = "errors-x7"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "AWS/Lambda"
  period              = 60
  statistic           = "Sum"
  threshold           = 10
  alarm_actions       = [aws_sns_topic.alerts.arn]
}

resource "aws_route53_zone" "main" {
  name = "pay.example.net"
}

resource "aws_route53_health_check" "primary" {
  type              = "HTTPS"
  fqdn              = "us-east-1.api.pay.example.net"
  port              = 443
  resource_path     = "/health"
  request_interval  = 10
  failure_threshold = 2
}

resource "aws_route53_record" "api" {
  for_each       = { PRIMARY = "us-east-1", SECONDARY = "us-west-2" }
  zone_id        = aws_route53_zone.main.zone_id
  name           = "api.pay.example.net"
  type           = "CNAME"
  ttl            = 10
  records        = ["${each.value}.api.pay.example.net"]
  set_identifier = each.value

  failover_routing_policy {
    type = each.key
  }
}

resource "aws_acm_certificate" "api" {
  domain_name               = "api.pay.example.net"
  subject_alternative_names = ["us-east-1.api.pay.example.net"]
  validation_method         = "DNS"
}

resource "aws_route53_record" "validation" {
  for_each = { for option in aws_acm_certificate.api.domain_validation_options : option.domain_name => option }
  zone_id  = aws_route53_zone.main.zone_id
  name     = each.value.resource_record_name
  type     = each.value.resource_record_type
  ttl      = 60
  records  = [each.value.resource_record_value]
}

resource "aws_apigatewayv2_domain_name" "api" {
  domain_name = "api.pay.example.net"

  domain_name_configuration {
    certificate_arn = aws_acm_certificate.api.arn
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_route53_record" "alias" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "us-east-1.api.pay.example.net"
  type    = "A"

  alias {
    name                   = aws_apigatewayv2_domain_name.api.domain_name_configuration[0].target_domain_name
    zone_id                = aws_apigatewayv2_domain_name.api.domain_name_configuration[0].hosted_zone_id
    evaluate_target_health = true
  }
}

output "account" {
  value = data.aws_caller_identity.current.account_id
}

output "zones" {
  value = data.aws_availability_zones.secondary.names
}

output "function" {
  value = aws_lambda_function.payment.arn
}

output "table" {
  value = aws_dynamodb_table.sessions.arn
}

output "topic" {
  value = aws_sns_topic.alerts.arn
}

output "tags" {
  value = aws_vpc.main.tags_all
}

output "vpc_region" {
  value = aws_vpc.peer.region
}

output "replica_key" {
  value = aws_kms_replica_key.secondary.key_id == aws_kms_key.primary.key_id && startswith(aws_kms_key.primary.key_id, "mrk-")
}

output "secret_suffix" {
  value = can(regex("^arn:aws:secretsmanager:us-east-1:123456789012:secret:admin-x7-[A-Za-z0-9]{6}$", aws_secretsmanager_secret.admin.arn))
}
