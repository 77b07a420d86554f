# Where this Region's alarms go. Each Region has a topic of its own, and each address confirms each of them.

resource "aws_sns_topic" "alerts" {
  name              = "payment-alerts-dev-test"
  display_name      = "Payment System Alerts"
  kms_master_key_id = aws_kms_key.operations.arn

  tags = {
    Name = "payment-alerts-dev-test"
  }
}

# Alarms of this account publish, nobody else.
resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "AlarmsPublish"
      Effect = "Allow"
      Principal = {
        Service = "cloudwatch.amazonaws.com"
      }
      Action   = ["sns:Publish"]
      Resource = aws_sns_topic.alerts.arn
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
        }
      }
    }]
  })
}

# Confirmed by a person, from the mail that AWS sends.
resource "aws_sns_topic_subscription" "alerts_0" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = "ops-team@pay.example.net"
}
