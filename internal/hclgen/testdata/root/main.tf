locals {
  name = "payment-${var.suffix}"

  tags = merge({}, {
    Name = local.name
  })
}

# The primary Region's network; nothing in it is reachable from outside.
resource "aws_vpc" "primary" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true

  tags = {
    Name = "primary"
    Tier = "network"
  }
}

resource "aws_sns_topic" "alerts" {
  provider = aws.west

  name = "${local.name}-alerts"
}

resource "aws_iam_role" "processor" {
  name = "processor"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "sts:AssumeRole"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = "123456789012"
        }
      }
    }]
  })

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [description, tags]
  }

  depends_on = [aws_vpc.primary, aws_sns_topic.alerts]
}
