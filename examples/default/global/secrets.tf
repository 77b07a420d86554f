# Database credentials, replicated to the secondary Region.

# May create the ledger's roles; read by migration and rotation only. A new password is a new version number
# below and in the primary's database.tf.
resource "aws_secretsmanager_secret" "admin" {
  # checkov:skip=CKV2_AWS_57: changed by its version number; rotation would retire the version that this root
  # owns.
  name                    = "payment-admin-db-creds-dev-test"
  kms_key_id              = aws_kms_key.data.arn
  recovery_window_in_days = 0

  tags = {
    Name = "payment-admin-db-creds-dev-test"
  }

  # Readable in the secondary Region when the primary is gone.
  replica {
    region     = "us-west-2"
    kms_key_id = aws_kms_replica_key.data.arn
  }
}

# Exists only while apply runs.
ephemeral "aws_secretsmanager_random_password" "admin" {
  password_length     = 40
  exclude_punctuation = true
}

# Write-only: neither plan nor state holds the password.
resource "aws_secretsmanager_secret_version" "admin" {
  secret_id = aws_secretsmanager_secret.admin.id

  secret_string_wo = jsonencode({
    engine   = "postgres"
    username = "dbadmin"
    password = ephemeral.aws_secretsmanager_random_password.admin.random_password
    dbname   = "paymentdb"
    port     = 5432
  })

  secret_string_wo_version = 1
}

# The payment functions' credentials, rotated every 30 days between two users; its first value is made by the
# ledger's migration.
resource "aws_secretsmanager_secret" "app" {
  # checkov:skip=CKV2_AWS_57: rotated by aws_secretsmanager_secret_rotation.app in the root us-east-1.
  name                    = "payment-app-db-creds-dev-test"
  kms_key_id              = aws_kms_key.data.arn
  recovery_window_in_days = 0

  tags = {
    Name = "payment-app-db-creds-dev-test"
  }

  # Readable in the secondary Region when the primary is gone.
  replica {
    region     = "us-west-2"
    kms_key_id = aws_kms_replica_key.data.arn
  }
}
