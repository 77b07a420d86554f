# The AWS APIs that functions in the VPC may call, without a way to the internet.

# The journal and the lease, and no other table.
resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = aws_vpc.payment.id
  service_name      = "com.amazonaws.us-west-2.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        AWS = "*"
      }
      Action = [
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:Query",
      ]
      Resource = [
        "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-sessions-dev-test",
        "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-sessions-dev-test/index/*",
        "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-control-dev-test",
      ]
    }]
  })

  tags = {
    Name = "payment-secondary-dynamodb-dev-test"
  }
}

# Free; buckets of this account only, so that nothing can be carried out to another.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.payment.id
  service_name      = "com.amazonaws.us-west-2.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        AWS = "*"
      }
      Action   = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]
      Resource = "*"
      Condition = {
        StringEquals = {
          "aws:ResourceAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-secondary-s3-dev-test"
  }
}

resource "aws_security_group" "endpoint" {
  name        = "payment-secondary-endpoint-sg-dev-test"
  description = "Interface endpoints: called by functions."
  vpc_id      = aws_vpc.payment.id

  tags = {
    Name = "payment-secondary-endpoint-sg-dev-test"
  }
}

resource "aws_vpc_security_group_ingress_rule" "endpoint_from_functions" {
  security_group_id            = aws_security_group.endpoint.id
  description                  = "HTTPS from the functions."
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.function.id

  tags = {
    Name = "payment-secondary-endpoint_from_functions-dev-test"
  }
}

# Functions read and rotate database credentials.
resource "aws_vpc_endpoint" "secretsmanager" {
  vpc_id              = aws_vpc.payment.id
  service_name        = "com.amazonaws.us-west-2.secretsmanager"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = local.private_subnet_ids
  security_group_ids  = [aws_security_group.endpoint.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        AWS = "*"
      }
      Action = [
        "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
        "secretsmanager:GetRandomPassword",
      ]
      Resource = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-secondary-secretsmanager-dev-test"
  }
}

# The failover controller promotes the cluster; the backup verification reads and restores backups.
resource "aws_vpc_endpoint" "rds" {
  vpc_id              = aws_vpc.payment.id
  service_name        = "com.amazonaws.us-west-2.rds"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = local.private_subnet_ids
  security_group_ids  = [aws_security_group.endpoint.id]
  private_dns_enabled = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        AWS = "*"
      }
      Action = [
        "rds:DescribeGlobalClusters",
        "rds:DescribeDBClusters",
        "rds:FailoverGlobalCluster",
        "rds:SwitchoverGlobalCluster",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBInstances",
        "rds:RestoreDBClusterToPointInTime",
        "rds:RestoreDBClusterFromSnapshot",
        "rds:CreateDBInstance",
        "rds:AddTagsToResource",
        "rds:DeleteDBInstance",
        "rds:DeleteDBCluster",
      ]
      Resource = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-secondary-rds-dev-test"
  }
}
