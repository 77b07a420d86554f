# The functions. Their zip files are built beside the roots, from the same version as these files.

resource "aws_cloudwatch_log_group" "payment_processor" {
  name              = "/aws/lambda/payment-processor-secondary-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/lambda/payment-processor-secondary-dev-test"
  }
}

# Takes payments: journal first, then the ledger.
resource "aws_lambda_function" "payment_processor" {
  function_name    = "payment-processor-secondary-dev-test"
  role             = local.global.role_arns.secondary.payment_processor
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  memory_size      = 512
  timeout          = 30
  filename         = "${path.module}/../lambda/payment-processor.zip"
  source_code_hash = filebase64sha256("${path.module}/../lambda/payment-processor.zip")

  tags = {
    Name = "payment-processor-secondary-dev-test"
  }

  environment {
    variables = {
      CLUSTER_IDENTIFIER = aws_rds_cluster.payment.cluster_identifier
      CONTROL_TABLE      = local.global.control_table_name
      DB_SECRET_ARN      = local.global.secret_arns.app.secondary
      DYNAMODB_TABLE     = local.global.dynamodb_table_name
      ENVIRONMENT        = "dev-test"
      GLOBAL_CLUSTER     = local.global.global_database_id
      LEASE_TICK         = "2s"
      LEASE_TTL          = "15s"
      LEDGER_DATABASE    = "paymentdb"
      LEDGER_GLOBAL_HOST = local.global.global_writer_endpoint
      LEDGER_HOST        = aws_rds_cluster.payment.endpoint
      LEDGER_PORT        = "5432"
      PEER_REGION        = "us-east-1"
      PLACE              = "secondary"
      REGION             = "us-west-2"
    }
  }

  vpc_config {
    subnet_ids         = local.private_subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.payment_processor.name
  }
}

resource "aws_cloudwatch_log_group" "backup_verification" {
  name              = "/aws/lambda/payment-backup-verification-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/lambda/payment-backup-verification-dev-test"
  }
}

# Looks at this Region's backups, restores one every week, and says whether the ledger could be restored.
resource "aws_lambda_function" "backup_verification" {
  function_name    = "payment-backup-verification-dev-test"
  role             = local.global.role_arns.secondary.backup_verification
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  filename         = "${path.module}/../lambda/backup-verification.zip"
  source_code_hash = filebase64sha256("${path.module}/../lambda/backup-verification.zip")

  tags = {
    Name = "payment-backup-verification-dev-test"
  }

  environment {
    variables = {
      CLUSTER_IDENTIFIER = aws_rds_cluster.payment.cluster_identifier
      DB_SECRET_ARN      = local.global.secret_arns.app.secondary
      ENVIRONMENT        = "dev-test"
      REGION             = "us-west-2"
    }
  }

  vpc_config {
    subnet_ids         = local.private_subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.backup_verification.name
  }
}

resource "aws_cloudwatch_log_group" "failover_controller" {
  name              = "/aws/lambda/payment-failover-controller-secondary-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/lambda/payment-failover-controller-secondary-dev-test"
  }
}

# Holds or watches the lease; each run outlives the start after next, so that a late one leaves no second
# unwatched.
resource "aws_lambda_function" "failover_controller" {
  function_name    = "payment-failover-controller-secondary-dev-test"
  role             = local.global.role_arns.secondary.failover_controller
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 150
  filename         = "${path.module}/../lambda/failover-controller.zip"
  source_code_hash = filebase64sha256("${path.module}/../lambda/failover-controller.zip")

  tags = {
    Name = "payment-failover-controller-secondary-dev-test"
  }

  environment {
    variables = {
      CLUSTER_IDENTIFIER = aws_rds_cluster.payment.cluster_identifier
      CONTROL_TABLE      = local.global.control_table_name
      DB_SECRET_ARN      = local.global.secret_arns.app.secondary
      DYNAMODB_TABLE     = local.global.dynamodb_table_name
      ENVIRONMENT        = "dev-test"
      GLOBAL_CLUSTER     = local.global.global_database_id
      LEASE_TICK         = "2s"
      LEASE_TTL          = "15s"
      LEDGER_DATABASE    = "paymentdb"
      LEDGER_GLOBAL_HOST = local.global.global_writer_endpoint
      LEDGER_HOST        = aws_rds_cluster.payment.endpoint
      LEDGER_PORT        = "5432"
      PEER_REGION        = "us-east-1"
      PLACE              = "secondary"
      REGION             = "us-west-2"
    }
  }

  vpc_config {
    subnet_ids         = local.private_subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.failover_controller.name
  }
}

resource "aws_cloudwatch_log_group" "secret_rotation" {
  name              = "/aws/lambda/payment-secret-rotation-secondary-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/lambda/payment-secret-rotation-secondary-dev-test"
  }
}

# The four steps of a rotation, between two users of the application.
resource "aws_lambda_function" "secret_rotation" {
  function_name    = "payment-secret-rotation-secondary-dev-test"
  role             = local.global.role_arns.secondary.secret_rotation
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 60
  filename         = "${path.module}/../lambda/secret-rotation.zip"
  source_code_hash = filebase64sha256("${path.module}/../lambda/secret-rotation.zip")

  tags = {
    Name = "payment-secret-rotation-secondary-dev-test"
  }

  environment {
    variables = {
      CLUSTER_IDENTIFIER  = aws_rds_cluster.payment.cluster_identifier
      DB_ADMIN_SECRET_ARN = local.global.secret_arns.admin.secondary
      DB_SECRET_ARN       = local.global.secret_arns.app.secondary
      ENVIRONMENT         = "dev-test"
      LEDGER_DATABASE     = "paymentdb"
      LEDGER_GLOBAL_HOST  = local.global.global_writer_endpoint
      LEDGER_HOST         = aws_rds_cluster.payment.endpoint
      LEDGER_PORT         = "5432"
      REGION              = "us-west-2"
    }
  }

  vpc_config {
    subnet_ids         = local.private_subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.secret_rotation.name
  }
}

resource "aws_cloudwatch_log_group" "ledger_migration" {
  name              = "/aws/lambda/payment-ledger-migration-secondary-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/lambda/payment-ledger-migration-secondary-dev-test"
  }
}

# Brings the ledger's schema to this version; run by the deploy, never by a payment.
resource "aws_lambda_function" "ledger_migration" {
  function_name    = "payment-ledger-migration-secondary-dev-test"
  role             = local.global.role_arns.secondary.ledger_migration
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 300
  filename         = "${path.module}/../lambda/ledger-migration.zip"
  source_code_hash = filebase64sha256("${path.module}/../lambda/ledger-migration.zip")

  tags = {
    Name = "payment-ledger-migration-secondary-dev-test"
  }

  environment {
    variables = {
      CLUSTER_IDENTIFIER  = aws_rds_cluster.payment.cluster_identifier
      DB_ADMIN_SECRET_ARN = local.global.secret_arns.admin.secondary
      DB_SECRET_ARN       = local.global.secret_arns.app.secondary
      ENVIRONMENT         = "dev-test"
      LEDGER_DATABASE     = "paymentdb"
      LEDGER_GLOBAL_HOST  = local.global.global_writer_endpoint
      LEDGER_HOST         = aws_rds_cluster.payment.endpoint
      LEDGER_PORT         = "5432"
      REGION              = "us-west-2"
    }
  }

  vpc_config {
    subnet_ids         = local.private_subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.ledger_migration.name
  }
}

# Secrets Manager rotates the application's secret of this account.
resource "aws_lambda_permission" "secret_rotation" {
  statement_id  = "Allow-payment-secret-rotation-secondary-dev-test-secret-rotation"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.secret_rotation.function_name
  principal     = "secretsmanager.amazonaws.com"
  source_arn    = local.global.secret_arns.app.secondary
}
