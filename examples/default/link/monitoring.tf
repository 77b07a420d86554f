# Route 53 publishes its metrics in us-east-1 only, so these alarms and their topic are there.

# The managed key of SNS does not let alarms publish. wildcard: the account's own policies decide who
# administers it; without that a key can lock everyone out.
resource "aws_kms_key" "dns_alerts" {
  description             = "Payment DNS alerts, dev-test"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AccountAdministers"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::${local.account_id}:root"
        }
        Action   = ["kms:*"]
        Resource = "*"
      },
      {
        Sid    = "AlarmsPublish"
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = local.account_id
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-dns-alerts-dev-test"
  }
}

resource "aws_sns_topic" "dns_alerts" {
  name              = "payment-dns-alerts-dev-test"
  display_name      = "Payment System Alerts"
  kms_master_key_id = aws_kms_key.dns_alerts.arn

  tags = {
    Name = "payment-dns-alerts-dev-test"
  }
}

# Alarms of this account publish, nobody else.
resource "aws_sns_topic_policy" "dns_alerts" {
  arn = aws_sns_topic.dns_alerts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "AlarmsPublish"
      Effect = "Allow"
      Principal = {
        Service = "cloudwatch.amazonaws.com"
      }
      Action   = ["sns:Publish"]
      Resource = aws_sns_topic.dns_alerts.arn
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
        }
      }
    }]
  })
}

# Confirmed by a person, from the mail that AWS sends.
resource "aws_sns_topic_subscription" "dns_alerts_0" {
  topic_arn = aws_sns_topic.dns_alerts.arn
  protocol  = "email"
  endpoint  = "ops-team@pay.example.net"
}

resource "aws_cloudwatch_metric_alarm" "primary_unhealthy" {
  alarm_name        = "payment-primary-unhealthy-dev-test"
  alarm_description = "Route 53 sees us-east-1 as down."
  namespace         = "AWS/Route53"
  metric_name       = "HealthCheckStatus"

  dimensions = {
    HealthCheckId = aws_route53_health_check.primary.id
  }

  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.dns_alerts.arn]
  ok_actions          = [aws_sns_topic.dns_alerts.arn]

  tags = {
    Name = "payment-primary-unhealthy-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "secondary_unhealthy" {
  alarm_name        = "payment-secondary-unhealthy-dev-test"
  alarm_description = "Route 53 sees us-west-2 as down."
  namespace         = "AWS/Route53"
  metric_name       = "HealthCheckStatus"

  dimensions = {
    HealthCheckId = aws_route53_health_check.secondary.id
  }

  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.dns_alerts.arn]
  ok_actions          = [aws_sns_topic.dns_alerts.arn]

  tags = {
    Name = "payment-secondary-unhealthy-dev-test"
  }
}
