# One role a function and Region, each allowed to do what that function does.

# Assumed by payment-processor in us-east-1.
resource "aws_iam_role" "payment_processor_primary" {
  name        = "payment-lambda-role-primary-dev-test"
  description = "payment-processor in us-east-1"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-lambda-role-primary-dev-test"
  }
}

# Writes the journal, reads the lease and its own credentials. wildcard: EC2 offers no narrower resource for
# network interfaces.
resource "aws_iam_policy" "payment_processor_primary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-lambda-policy-primary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-east-1:${local.account_id}:log-group:/aws/lambda/payment-processor-primary-dev-test:*"
      },
      {
        Sid    = "WriteJournal"
        Effect = "Allow"
        Action = ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"]
        Resource = [
          "arn:aws:dynamodb:us-east-1:${local.account_id}:table/payment-sessions-dev-test",
          "arn:aws:dynamodb:us-east-1:${local.account_id}:table/payment-sessions-dev-test/index/*",
        ]
      },
      {
        Sid      = "ReadLease"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem"]
        Resource = "arn:aws:dynamodb:us-east-1:${local.account_id}:table/payment-control-dev-test"
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.app.arn
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-east-1:${local.account_id}:function:payment-processor-primary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-lambda-policy-primary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "payment_processor_primary" {
  role       = aws_iam_role.payment_processor_primary.name
  policy_arn = aws_iam_policy.payment_processor_primary.arn
}

# Assumed by backup-verification in us-east-1.
resource "aws_iam_role" "backup_verification_primary" {
  name        = "payment-backup-lambda-role-dev-test"
  description = "backup-verification in us-east-1"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-backup-lambda-role-dev-test"
  }
}

# Reads backups; creates and removes only clusters named payment-restore-test-*, and only with this
# environment's tag. Looking for them names no cluster. wildcard: EC2 offers no narrower resource for network
# interfaces.
resource "aws_iam_policy" "backup_verification_primary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-backup-lambda-policy-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-east-1:${local.account_id}:log-group:/aws/lambda/payment-backup-verification-dev-test:*"
      },
      {
        Sid    = "ReadBackups"
        Effect = "Allow"
        Action = ["rds:DescribeDBClusters", "rds:DescribeDBClusterSnapshots"]
        Resource = [
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-primary-dev-test",
          "arn:aws:rds:us-east-1:${local.account_id}:cluster-snapshot:*payment-primary-dev-test*",
        ]
      },
      {
        Sid    = "FindThrowAwayClusters"
        Effect = "Allow"
        Action = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"]
        Resource = [
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:*",
          "arn:aws:rds:us-east-1:${local.account_id}:db:*",
        ]
      },
      {
        Sid    = "RestoreFrom"
        Effect = "Allow"
        Action = ["rds:RestoreDBClusterToPointInTime", "rds:RestoreDBClusterFromSnapshot"]
        Resource = [
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-primary-dev-test",
          "arn:aws:rds:us-east-1:${local.account_id}:cluster-snapshot:*payment-primary-dev-test*",
          "arn:aws:rds:us-east-1:${local.account_id}:subgrp:payment-primary-db-subnet-dev-test",
          "arn:aws:rds:us-east-1:${local.account_id}:cluster-pg:payment-primary-cluster-parameters-dev-test",
        ]
      },
      {
        Sid    = "RestoreIntoThrowAway"
        Effect = "Allow"
        Action = [
          "rds:RestoreDBClusterToPointInTime",
          "rds:RestoreDBClusterFromSnapshot",
          "rds:CreateDBInstance",
          "rds:AddTagsToResource",
        ]
        Resource = [
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-restore-test-dev-test-*",
          "arn:aws:rds:us-east-1:${local.account_id}:db:payment-restore-test-dev-test-*",
        ]
        Condition = {
          StringEquals = {
            "aws:RequestTag/paymentdr:restore-test" = "dev-test"
          }
        }
      },
      {
        Sid    = "DecideAndRemoveThrowAway"
        Effect = "Allow"
        Action = ["rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:DeleteDBCluster"]
        Resource = [
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-restore-test-dev-test-*",
          "arn:aws:rds:us-east-1:${local.account_id}:db:payment-restore-test-dev-test-*",
        ]
        Condition = {
          StringEquals = {
            "aws:ResourceTag/paymentdr:restore-test" = "dev-test"
          }
        }
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.app.arn
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-east-1:${local.account_id}:function:payment-backup-verification-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-backup-lambda-policy-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "backup_verification_primary" {
  role       = aws_iam_role.backup_verification_primary.name
  policy_arn = aws_iam_policy.backup_verification_primary.arn
}

# Assumed by failover-controller in us-east-1.
resource "aws_iam_role" "failover_controller_primary" {
  name        = "payment-failover-controller-role-primary-dev-test"
  description = "failover-controller in us-east-1"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-failover-controller-role-primary-dev-test"
  }
}

# Writes the lease and the journal, promotes this Region's cluster. wildcard: EC2 offers no narrower resource
# for network interfaces.
resource "aws_iam_policy" "failover_controller_primary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-failover-controller-policy-primary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-east-1:${local.account_id}:log-group:/aws/lambda/payment-failover-controller-primary-dev-test:*"
      },
      {
        Sid      = "HoldLease"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"]
        Resource = "arn:aws:dynamodb:us-east-1:${local.account_id}:table/payment-control-dev-test"
      },
      {
        Sid    = "ReplayJournal"
        Effect = "Allow"
        Action = [
          "dynamodb:GetItem",
          "dynamodb:BatchGetItem",
          "dynamodb:PutItem",
          "dynamodb:UpdateItem",
          "dynamodb:Query",
        ]
        Resource = [
          "arn:aws:dynamodb:us-east-1:${local.account_id}:table/payment-sessions-dev-test",
          "arn:aws:dynamodb:us-east-1:${local.account_id}:table/payment-sessions-dev-test/index/*",
        ]
      },
      {
        Sid    = "SeeDatabase"
        Effect = "Allow"
        Action = ["rds:DescribeGlobalClusters", "rds:DescribeDBClusters"]
        Resource = [
          "arn:aws:rds::${local.account_id}:global-cluster:payment-global-dev-test",
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-primary-dev-test",
        ]
      },
      {
        Sid    = "PromoteDatabase"
        Effect = "Allow"
        Action = ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"]
        Resource = [
          "arn:aws:rds::${local.account_id}:global-cluster:payment-global-dev-test",
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-primary-dev-test",
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-secondary-dev-test",
        ]
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.app.arn
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-east-1:${local.account_id}:function:payment-failover-controller-primary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-failover-controller-policy-primary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "failover_controller_primary" {
  role       = aws_iam_role.failover_controller_primary.name
  policy_arn = aws_iam_policy.failover_controller_primary.arn
}

# Assumed by secret-rotation in us-east-1.
resource "aws_iam_role" "secret_rotation_primary" {
  name        = "payment-secret-rotation-role-primary-dev-test"
  description = "secret-rotation in us-east-1"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-secret-rotation-role-primary-dev-test"
  }
}

# Rotates the application's secret with the administrator's. wildcard: a random password has no resource; EC2
# offers none for network interfaces.
resource "aws_iam_policy" "secret_rotation_primary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-secret-rotation-policy-primary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-east-1:${local.account_id}:log-group:/aws/lambda/payment-secret-rotation-primary-dev-test:*"
      },
      {
        Sid    = "RotateApplicationSecret"
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = aws_secretsmanager_secret.app.arn
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = aws_secretsmanager_secret.admin.arn
      },
      {
        Sid      = "MakePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetRandomPassword"]
        Resource = "*"
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-east-1:${local.account_id}:function:payment-secret-rotation-primary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-secret-rotation-policy-primary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "secret_rotation_primary" {
  role       = aws_iam_role.secret_rotation_primary.name
  policy_arn = aws_iam_policy.secret_rotation_primary.arn
}

# Assumed by ledger-migration in us-east-1.
resource "aws_iam_role" "ledger_migration_primary" {
  name        = "payment-ledger-migration-role-primary-dev-test"
  description = "ledger-migration in us-east-1"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-ledger-migration-role-primary-dev-test"
  }
}

# Runs the ledger's migrations and makes the application's first credentials. wildcard: a random password has
# no resource; EC2 offers none for network interfaces.
resource "aws_iam_policy" "ledger_migration_primary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-ledger-migration-policy-primary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-east-1:${local.account_id}:log-group:/aws/lambda/payment-ledger-migration-primary-dev-test:*"
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [aws_secretsmanager_secret.admin.arn, aws_secretsmanager_secret.app.arn]
      },
      {
        Sid      = "MakeFirstCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"]
        Resource = aws_secretsmanager_secret.app.arn
      },
      {
        Sid      = "MakePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetRandomPassword"]
        Resource = "*"
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-east-1:${local.account_id}:function:payment-ledger-migration-primary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-ledger-migration-policy-primary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "ledger_migration_primary" {
  role       = aws_iam_role.ledger_migration_primary.name
  policy_arn = aws_iam_policy.ledger_migration_primary.arn
}

# Lets the VPC write its flow log.
resource "aws_iam_role" "flow_logs_primary" {
  name = "payment-flow-logs-role-primary-dev-test"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "vpc-flow-logs.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-flow-logs-role-primary-dev-test"
  }
}

# One log group, which the Region's root creates.
resource "aws_iam_role_policy" "flow_logs_primary" {
  name = "write-flow-log"
  role = aws_iam_role.flow_logs_primary.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      Resource = "arn:aws:logs:us-east-1:${local.account_id}:log-group:/aws/vpc/payment-primary-dev-test:*"
    }]
  })
}

# Lets RDS write the instances' operating system metrics.
resource "aws_iam_role" "rds_monitoring_primary" {
  name = "payment-rds-monitoring-role-primary-dev-test"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "monitoring.rds.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-rds-monitoring-role-primary-dev-test"
  }
}

# AWS's own policy for exactly this.
resource "aws_iam_role_policy_attachment" "rds_monitoring_primary" {
  role       = aws_iam_role.rds_monitoring_primary.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

# Assumed by payment-processor in us-west-2.
resource "aws_iam_role" "payment_processor_secondary" {
  name        = "payment-lambda-role-secondary-dev-test"
  description = "payment-processor in us-west-2"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-lambda-role-secondary-dev-test"
  }
}

# Writes the journal, reads the lease and its own credentials. wildcard: EC2 offers no narrower resource for
# network interfaces.
resource "aws_iam_policy" "payment_processor_secondary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-lambda-policy-secondary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-west-2:${local.account_id}:log-group:/aws/lambda/payment-processor-secondary-dev-test:*"
      },
      {
        Sid    = "WriteJournal"
        Effect = "Allow"
        Action = ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:Query"]
        Resource = [
          "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-sessions-dev-test",
          "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-sessions-dev-test/index/*",
        ]
      },
      {
        Sid      = "ReadLease"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem"]
        Resource = "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-control-dev-test"
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:")
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-west-2:${local.account_id}:function:payment-processor-secondary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-lambda-policy-secondary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "payment_processor_secondary" {
  role       = aws_iam_role.payment_processor_secondary.name
  policy_arn = aws_iam_policy.payment_processor_secondary.arn
}

# Assumed by backup-verification in us-west-2.
resource "aws_iam_role" "backup_verification_secondary" {
  name        = "payment-backup-lambda-role-secondary-dev-test"
  description = "backup-verification in us-west-2"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-backup-lambda-role-secondary-dev-test"
  }
}

# Reads backups; creates and removes only clusters named payment-restore-test-*, and only with this
# environment's tag. Looking for them names no cluster. wildcard: EC2 offers no narrower resource for network
# interfaces.
resource "aws_iam_policy" "backup_verification_secondary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-backup-lambda-policy-secondary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-west-2:${local.account_id}:log-group:/aws/lambda/payment-backup-verification-dev-test:*"
      },
      {
        Sid    = "ReadBackups"
        Effect = "Allow"
        Action = ["rds:DescribeDBClusters", "rds:DescribeDBClusterSnapshots"]
        Resource = [
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-secondary-dev-test",
          "arn:aws:rds:us-west-2:${local.account_id}:cluster-snapshot:*payment-secondary-dev-test*",
        ]
      },
      {
        Sid    = "FindThrowAwayClusters"
        Effect = "Allow"
        Action = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"]
        Resource = [
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:*",
          "arn:aws:rds:us-west-2:${local.account_id}:db:*",
        ]
      },
      {
        Sid    = "RestoreFrom"
        Effect = "Allow"
        Action = ["rds:RestoreDBClusterToPointInTime", "rds:RestoreDBClusterFromSnapshot"]
        Resource = [
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-secondary-dev-test",
          "arn:aws:rds:us-west-2:${local.account_id}:cluster-snapshot:*payment-secondary-dev-test*",
          "arn:aws:rds:us-west-2:${local.account_id}:subgrp:payment-secondary-db-subnet-dev-test",
          "arn:aws:rds:us-west-2:${local.account_id}:cluster-pg:payment-secondary-cluster-parameters-dev-test",
        ]
      },
      {
        Sid    = "RestoreIntoThrowAway"
        Effect = "Allow"
        Action = [
          "rds:RestoreDBClusterToPointInTime",
          "rds:RestoreDBClusterFromSnapshot",
          "rds:CreateDBInstance",
          "rds:AddTagsToResource",
        ]
        Resource = [
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-restore-test-dev-test-*",
          "arn:aws:rds:us-west-2:${local.account_id}:db:payment-restore-test-dev-test-*",
        ]
        Condition = {
          StringEquals = {
            "aws:RequestTag/paymentdr:restore-test" = "dev-test"
          }
        }
      },
      {
        Sid    = "DecideAndRemoveThrowAway"
        Effect = "Allow"
        Action = ["rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:DeleteDBCluster"]
        Resource = [
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-restore-test-dev-test-*",
          "arn:aws:rds:us-west-2:${local.account_id}:db:payment-restore-test-dev-test-*",
        ]
        Condition = {
          StringEquals = {
            "aws:ResourceTag/paymentdr:restore-test" = "dev-test"
          }
        }
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:")
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-west-2:${local.account_id}:function:payment-backup-verification-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-backup-lambda-policy-secondary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "backup_verification_secondary" {
  role       = aws_iam_role.backup_verification_secondary.name
  policy_arn = aws_iam_policy.backup_verification_secondary.arn
}

# Assumed by failover-controller in us-west-2.
resource "aws_iam_role" "failover_controller_secondary" {
  name        = "payment-failover-controller-role-secondary-dev-test"
  description = "failover-controller in us-west-2"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-failover-controller-role-secondary-dev-test"
  }
}

# Writes the lease and the journal, promotes this Region's cluster. wildcard: EC2 offers no narrower resource
# for network interfaces.
resource "aws_iam_policy" "failover_controller_secondary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-failover-controller-policy-secondary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-west-2:${local.account_id}:log-group:/aws/lambda/payment-failover-controller-secondary-dev-test:*"
      },
      {
        Sid      = "HoldLease"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:Query"]
        Resource = "arn:aws:dynamodb:us-west-2:${local.account_id}:table/payment-control-dev-test"
      },
      {
        Sid    = "ReplayJournal"
        Effect = "Allow"
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
        ]
      },
      {
        Sid    = "SeeDatabase"
        Effect = "Allow"
        Action = ["rds:DescribeGlobalClusters", "rds:DescribeDBClusters"]
        Resource = [
          "arn:aws:rds::${local.account_id}:global-cluster:payment-global-dev-test",
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-secondary-dev-test",
        ]
      },
      {
        Sid    = "PromoteDatabase"
        Effect = "Allow"
        Action = ["rds:FailoverGlobalCluster", "rds:SwitchoverGlobalCluster"]
        Resource = [
          "arn:aws:rds::${local.account_id}:global-cluster:payment-global-dev-test",
          "arn:aws:rds:us-east-1:${local.account_id}:cluster:payment-primary-dev-test",
          "arn:aws:rds:us-west-2:${local.account_id}:cluster:payment-secondary-dev-test",
        ]
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:")
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-west-2:${local.account_id}:function:payment-failover-controller-secondary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-failover-controller-policy-secondary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "failover_controller_secondary" {
  role       = aws_iam_role.failover_controller_secondary.name
  policy_arn = aws_iam_policy.failover_controller_secondary.arn
}

# Assumed by secret-rotation in us-west-2.
resource "aws_iam_role" "secret_rotation_secondary" {
  name        = "payment-secret-rotation-role-secondary-dev-test"
  description = "secret-rotation in us-west-2"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-secret-rotation-role-secondary-dev-test"
  }
}

# Rotates the application's secret with the administrator's. wildcard: a random password has no resource; EC2
# offers none for network interfaces.
resource "aws_iam_policy" "secret_rotation_secondary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-secret-rotation-policy-secondary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-west-2:${local.account_id}:log-group:/aws/lambda/payment-secret-rotation-secondary-dev-test:*"
      },
      {
        Sid    = "RotateApplicationSecret"
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        Resource = replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:")
      },
      {
        Sid      = "ReadCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = replace(aws_secretsmanager_secret.admin.arn, ":us-east-1:", ":us-west-2:")
      },
      {
        Sid      = "MakePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetRandomPassword"]
        Resource = "*"
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-west-2:${local.account_id}:function:payment-secret-rotation-secondary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-secret-rotation-policy-secondary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "secret_rotation_secondary" {
  role       = aws_iam_role.secret_rotation_secondary.name
  policy_arn = aws_iam_policy.secret_rotation_secondary.arn
}

# Assumed by ledger-migration in us-west-2.
resource "aws_iam_role" "ledger_migration_secondary" {
  name        = "payment-ledger-migration-role-secondary-dev-test"
  description = "ledger-migration in us-west-2"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "lambda.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
    }]
  })

  tags = {
    Name = "payment-ledger-migration-role-secondary-dev-test"
  }
}

# Runs the ledger's migrations and makes the application's first credentials. wildcard: a random password has
# no resource; EC2 offers none for network interfaces.
resource "aws_iam_policy" "ledger_migration_secondary" {
  # checkov:skip=CKV_AWS_290: network interfaces have no narrower resource, and the code itself is denied
  # them.
  name = "payment-ledger-migration-policy-secondary-dev-test"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:us-west-2:${local.account_id}:log-group:/aws/lambda/payment-ledger-migration-secondary-dev-test:*"
      },
      {
        Sid    = "ReadCredentials"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          replace(aws_secretsmanager_secret.admin.arn, ":us-east-1:", ":us-west-2:"),
          replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:"),
        ]
      },
      {
        Sid      = "MakeFirstCredentials"
        Effect   = "Allow"
        Action   = ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"]
        Resource = replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:")
      },
      {
        Sid      = "MakePassword"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetRandomPassword"]
        Resource = "*"
      },
      {
        Sid    = "AttachToNetwork"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
      },
      {
        Sid    = "NotFromTheCodeItself"
        Effect = "Deny"
        Action = [
          "ec2:CreateNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:DeleteNetworkInterface",
          "ec2:AssignPrivateIpAddresses",
          "ec2:UnassignPrivateIpAddresses",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeVpcs",
          "ec2:GetSecurityGroupsForVpc",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "lambda:SourceFunctionArn" = "arn:aws:lambda:us-west-2:${local.account_id}:function:payment-ledger-migration-secondary-dev-test"
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-ledger-migration-policy-secondary-dev-test"
  }
}

resource "aws_iam_role_policy_attachment" "ledger_migration_secondary" {
  role       = aws_iam_role.ledger_migration_secondary.name
  policy_arn = aws_iam_policy.ledger_migration_secondary.arn
}

# Lets the VPC write its flow log.
resource "aws_iam_role" "flow_logs_secondary" {
  name = "payment-flow-logs-role-secondary-dev-test"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "vpc-flow-logs.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-flow-logs-role-secondary-dev-test"
  }
}

# One log group, which the Region's root creates.
resource "aws_iam_role_policy" "flow_logs_secondary" {
  name = "write-flow-log"
  role = aws_iam_role.flow_logs_secondary.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      Resource = "arn:aws:logs:us-west-2:${local.account_id}:log-group:/aws/vpc/payment-secondary-dev-test:*"
    }]
  })
}

# Lets RDS write the instances' operating system metrics.
resource "aws_iam_role" "rds_monitoring_secondary" {
  name = "payment-rds-monitoring-role-secondary-dev-test"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Principal = {
        Service = "monitoring.rds.amazonaws.com"
      }
      Action = ["sts:AssumeRole"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account_id
        }
      }
    }]
  })

  tags = {
    Name = "payment-rds-monitoring-role-secondary-dev-test"
  }
}

# AWS's own policy for exactly this.
resource "aws_iam_role_policy_attachment" "rds_monitoring_secondary" {
  role       = aws_iam_role.rds_monitoring_secondary.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
