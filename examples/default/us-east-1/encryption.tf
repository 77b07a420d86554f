# The Region's own keys; the key of tables and secrets is in the root global.

# Encrypts the ledger's storage, backups and performance data in this Region. wildcard: the account's own
# policies decide who administers it; without that a key can lock everyone out.
resource "aws_kms_key" "database" {
  description             = "Payment database, us-east-1, dev-test"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "AccountAdministers"
      Effect = "Allow"
      Principal = {
        AWS = "arn:aws:iam::${local.account_id}:root"
      }
      Action   = ["kms:*"]
      Resource = "*"
    }]
  })

  tags = {
    Name = "payment-primary-database-key-dev-test"
  }
}

# A name for people.
resource "aws_kms_alias" "database" {
  name          = "alias/payment-primary-database-dev-test"
  target_key_id = aws_kms_key.database.key_id
}

# Encrypts logs and alerts; used by the services that write them. wildcard: the account's own policies decide
# who administers it; without that a key can lock everyone out.
resource "aws_kms_key" "operations" {
  description             = "Payment operations, us-east-1, dev-test"
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
        Sid    = "LogsOfThisAccount"
        Effect = "Allow"
        Principal = {
          Service = "logs.us-east-1.amazonaws.com"
        }
        Action = [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
          "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext",
          "kms:DescribeKey",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:us-east-1:${local.account_id}:log-group:*"
          }
        }
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
    Name = "payment-primary-operations-key-dev-test"
  }
}

# A name for people.
resource "aws_kms_alias" "operations" {
  name          = "alias/payment-primary-operations-dev-test"
  target_key_id = aws_kms_key.operations.key_id
}
