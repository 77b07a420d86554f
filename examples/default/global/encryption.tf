# The key of what both Regions share: tables and secrets.

# Encrypts the tables and secrets; multi-Region, so that the secondary decrypts with its own copy when the
# primary is gone. wildcard: the account's own policies decide who administers it; without that a key can lock
# everyone out.
resource "aws_kms_key" "data" {
  description             = "Payment tables and secrets, dev-test"
  multi_region            = true
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
        Sid    = "UsedThroughTablesAndSecrets"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:DescribeKey",
          "kms:CreateGrant",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = local.account_id
            "kms:ViaService" = [
              "dynamodb.us-east-1.amazonaws.com",
              "secretsmanager.us-east-1.amazonaws.com",
            ]
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-primary-data-key-dev-test"
  }
}

# The same key in the secondary Region, usable without the primary. wildcard: the account's own policies
# decide who administers it; without that a key can lock everyone out.
resource "aws_kms_replica_key" "data" {
  region                  = "us-west-2"
  description             = "Payment tables and secrets, dev-test"
  primary_key_arn         = aws_kms_key.data.arn
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
        Sid    = "UsedThroughTablesAndSecrets"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:DescribeKey",
          "kms:CreateGrant",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "kms:CallerAccount" = local.account_id
            "kms:ViaService" = [
              "dynamodb.us-west-2.amazonaws.com",
              "secretsmanager.us-west-2.amazonaws.com",
            ]
          }
        }
      },
    ]
  })

  tags = {
    Name = "payment-secondary-data-key-dev-test"
  }
}

# A name for people.
resource "aws_kms_alias" "data_primary" {
  name          = "alias/payment-primary-data-dev-test"
  target_key_id = aws_kms_key.data.key_id
}

# A name for people.
resource "aws_kms_alias" "data_secondary" {
  region        = "us-west-2"
  name          = "alias/payment-secondary-data-dev-test"
  target_key_id = aws_kms_replica_key.data.key_id
}
