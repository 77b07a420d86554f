# The alarms of this Region. Each names in treat_missing_data what silence means.

# The original's limit.
resource "aws_cloudwatch_metric_alarm" "db_cpu" {
  alarm_name        = "payment-primary-db-cpu-dev-test"
  alarm_description = "The ledger's CPU is above 80 % for 10 minutes."
  namespace         = "AWS/RDS"
  metric_name       = "CPUUtilization"

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.payment.cluster_identifier
  }

  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-db-cpu-dev-test"
  }
}

# Milliseconds. Published only where the cluster is a secondary, so both Regions have the alarm and one is
# quiet.
resource "aws_cloudwatch_metric_alarm" "db_replication_lag" {
  alarm_name        = "payment-primary-db-replication-lag-dev-test"
  alarm_description = "The ledger is more than 5 seconds behind the active Region: a failover would replay that much from the journal."
  namespace         = "AWS/RDS"
  metric_name       = "AuroraGlobalDBReplicationLag"

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.payment.cluster_identifier
  }

  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5000
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-db-replication-lag-dev-test"
  }
}

# Milliseconds of user transactions; the same metric that a data loss would be measured by.
resource "aws_cloudwatch_metric_alarm" "db_rpo_lag" {
  alarm_name        = "payment-primary-db-rpo-lag-dev-test"
  alarm_description = "User transactions of the ledger are more than 5 seconds behind the active Region."
  namespace         = "AWS/RDS"
  metric_name       = "AuroraGlobalDBRPOLag"

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.payment.cluster_identifier
  }

  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5000
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-db-rpo-lag-dev-test"
  }
}

# Half of replication_silent below; in the active Region it is always in alarm and tells nobody.
resource "aws_cloudwatch_metric_alarm" "db_replication_missing" {
  alarm_name        = "payment-primary-db-replication-missing-dev-test"
  alarm_description = "No replication metric for five minutes."
  namespace         = "AWS/RDS"
  metric_name       = "AuroraGlobalDBReplicationLag"

  dimensions = {
    DBClusterIdentifier = aws_rds_cluster.payment.cluster_identifier
  }

  statistic           = "SampleCount"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "breaching"

  tags = {
    Name = "payment-primary-db-replication-missing-dev-test"
  }
}

# The original's limit; a refused payment is an answer and not an error.
resource "aws_cloudwatch_metric_alarm" "payment_processor_errors" {
  alarm_name        = "payment-primary-payment-processor-errors-dev-test"
  alarm_description = "payment-processor failed more often than it may in a minute."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"

  dimensions = {
    FunctionName = aws_lambda_function.payment_processor.function_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-payment-processor-errors-dev-test"
  }
}

# The Region's concurrency is used up: raise the quota in both Regions, before it is needed.
resource "aws_cloudwatch_metric_alarm" "payment_processor_throttles" {
  alarm_name        = "payment-primary-payment-processor-throttles-dev-test"
  alarm_description = "Payments are turned away because no function may start."
  namespace         = "AWS/Lambda"
  metric_name       = "Throttles"

  dimensions = {
    FunctionName = aws_lambda_function.payment_processor.function_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-payment-processor-throttles-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "backup_verification_errors" {
  alarm_name        = "payment-primary-backup-verification-errors-dev-test"
  alarm_description = "backup-verification failed more often than it may in a minute."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"

  dimensions = {
    FunctionName = aws_lambda_function.backup_verification.function_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-backup-verification-errors-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "failover_controller_errors" {
  alarm_name        = "payment-primary-failover-controller-errors-dev-test"
  alarm_description = "failover-controller failed more often than it may in a minute."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"

  dimensions = {
    FunctionName = aws_lambda_function.failover_controller.function_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-failover-controller-errors-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "secret_rotation_errors" {
  alarm_name        = "payment-primary-secret-rotation-errors-dev-test"
  alarm_description = "secret-rotation failed more often than it may in a minute."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"

  dimensions = {
    FunctionName = aws_lambda_function.secret_rotation.function_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-secret-rotation-errors-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "ledger_migration_errors" {
  alarm_name        = "payment-primary-ledger-migration-errors-dev-test"
  alarm_description = "ledger-migration failed more often than it may in a minute."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"

  dimensions = {
    FunctionName = aws_lambda_function.ledger_migration.function_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-ledger-migration-errors-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "dynamodb_read_throttle" {
  alarm_name        = "payment-primary-dynamodb-read-throttle-dev-test"
  alarm_description = "DynamoDB throttles this Region's dynamodb table."
  namespace         = "AWS/DynamoDB"
  metric_name       = "ReadThrottleEvents"

  dimensions = {
    TableName = local.global.dynamodb_table_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-dynamodb-read-throttle-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "control_read_throttle" {
  alarm_name        = "payment-primary-control-read-throttle-dev-test"
  alarm_description = "DynamoDB throttles this Region's control table."
  namespace         = "AWS/DynamoDB"
  metric_name       = "ReadThrottleEvents"

  dimensions = {
    TableName = local.global.control_table_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-control-read-throttle-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "dynamodb_write_throttle" {
  alarm_name        = "payment-primary-dynamodb-write-throttle-dev-test"
  alarm_description = "DynamoDB throttles this Region's dynamodb table."
  namespace         = "AWS/DynamoDB"
  metric_name       = "WriteThrottleEvents"

  dimensions = {
    TableName = local.global.dynamodb_table_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-dynamodb-write-throttle-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "control_write_throttle" {
  alarm_name        = "payment-primary-control-write-throttle-dev-test"
  alarm_description = "DynamoDB throttles this Region's control table."
  namespace         = "AWS/DynamoDB"
  metric_name       = "WriteThrottleEvents"

  dimensions = {
    TableName = local.global.control_table_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-control-write-throttle-dev-test"
  }
}

# A strongly consistent table publishes no replication metric; its own errors are what shows that this Region
# is cut off.
resource "aws_cloudwatch_metric_alarm" "journal_errors" {
  alarm_name        = "payment-primary-journal-errors-dev-test"
  alarm_description = "The journal refuses writes in this Region: it may be cut off from the other Region and the witness."
  namespace         = "AWS/DynamoDB"
  metric_name       = "SystemErrors"

  dimensions = {
    Operation = "PutItem"
    TableName = local.global.dynamodb_table_name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-journal-errors-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "api_5xx" {
  alarm_name        = "payment-primary-api-5xx-dev-test"
  alarm_description = "The payment API answers with 5xx."
  namespace         = "AWS/ApiGateway"
  metric_name       = "5xx"

  dimensions = {
    ApiId = aws_apigatewayv2_api.payment.id
    Stage = aws_apigatewayv2_stage.default.name
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 10
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-api-5xx-dev-test"
  }
}

# Milliseconds; the 99th of a hundred payers.
resource "aws_cloudwatch_metric_alarm" "api_latency" {
  alarm_name        = "payment-primary-api-latency-dev-test"
  alarm_description = "One payer in a hundred waits longer than 3 seconds."
  namespace         = "AWS/ApiGateway"
  metric_name       = "Latency"

  dimensions = {
    ApiId = aws_apigatewayv2_api.payment.id
    Stage = aws_apigatewayv2_stage.default.name
  }

  extended_statistic  = "p99"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 3000
  period              = 60
  evaluation_periods  = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-api-latency-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "payments_unavailable" {
  alarm_name        = "payment-primary-payments-unavailable-dev-test"
  alarm_description = "Payments are answered 503: no durable record could be made."
  namespace         = "PaymentSystem"
  metric_name       = "PaymentsUnavailable"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-payments-unavailable-dev-test"
  }
}

# Seconds. Acknowledged payments are safe in the journal; this is how long the ledger may lack them.
resource "aws_cloudwatch_metric_alarm" "journal_backlog" {
  alarm_name        = "payment-primary-journal-backlog-dev-test"
  alarm_description = "Acknowledged payments wait for the ledger longer than a minute."
  namespace         = "PaymentSystem"
  metric_name       = "JournalBacklogAge"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 60
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-journal-backlog-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "lease_lost" {
  alarm_name        = "payment-primary-lease-lost-dev-test"
  alarm_description = "This Region stopped being active without having been asked to."
  namespace         = "PaymentSystem"
  metric_name       = "LeaseLost"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-lease-lost-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "failover_started" {
  alarm_name        = "payment-primary-failover-started-dev-test"
  alarm_description = "This Region is taking over."
  namespace         = "PaymentSystem"
  metric_name       = "FailoverStarted"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-failover-started-dev-test"
  }
}

# Told only by the active Region.
resource "aws_cloudwatch_metric_alarm" "ledger_not_writable" {
  alarm_name        = "payment-primary-ledger-not-writable-dev-test"
  alarm_description = "The ledger takes no writes; payments are answered 202 and wait in the journal."
  namespace         = "PaymentSystem"
  metric_name       = "LedgerWritable"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-ledger-not-writable-dev-test"
  }
}

# Silence is the failure: a standby that does not watch will not take over.
resource "aws_cloudwatch_metric_alarm" "controller_silent" {
  alarm_name        = "payment-primary-controller-silent-dev-test"
  alarm_description = "This Region's failover controller has said nothing for three minutes."
  namespace         = "PaymentSystem"
  metric_name       = "LeaseHeld"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "SampleCount"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-controller-silent-dev-test"
  }
}

# Not an alarm but a fact for replication_silent: in alarm while this Region is active.
resource "aws_cloudwatch_metric_alarm" "lease_held" {
  alarm_name        = "payment-primary-lease-held-dev-test"
  alarm_description = "This Region holds the lease."
  namespace         = "PaymentSystem"
  metric_name       = "LeaseHeld"

  dimensions = {
    Environment = "dev-test"
  }

  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"

  tags = {
    Name = "payment-primary-lease-held-dev-test"
  }
}

resource "aws_cloudwatch_metric_alarm" "backup_failed" {
  alarm_name        = "payment-primary-backup-failed-dev-test"
  alarm_description = "The ledger could not be restored from this Region's backups as it should."
  namespace         = "PaymentSystem"
  metric_name       = "BackupVerificationFailure"

  dimensions = {
    Cluster     = aws_rds_cluster.payment.cluster_identifier
    Environment = "dev-test"
  }

  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-backup-failed-dev-test"
  }
}

# A day without a good verdict, whatever the reason.
resource "aws_cloudwatch_metric_alarm" "backup_silent" {
  alarm_name        = "payment-primary-backup-silent-dev-test"
  alarm_description = "No verification of backups has succeeded for 24 hours."
  namespace         = "PaymentSystem"
  metric_name       = "BackupVerificationSuccess"

  dimensions = {
    Cluster     = aws_rds_cluster.payment.cluster_identifier
    Environment = "dev-test"
  }

  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 3600
  evaluation_periods  = 24
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-backup-silent-dev-test"
  }
}

# Follows the lease by itself: after a failover it is the other Region's alarm that counts.
resource "aws_cloudwatch_composite_alarm" "replication_silent" {
  alarm_name        = "payment-primary-replication-silent-dev-test"
  alarm_description = "This Region is standby and its ledger reports no replication."
  alarm_rule        = "ALARM(${aws_cloudwatch_metric_alarm.db_replication_missing.alarm_name}) AND NOT ALARM(${aws_cloudwatch_metric_alarm.lease_held.alarm_name})"
  alarm_actions     = [aws_sns_topic.alerts.arn]
  ok_actions        = [aws_sns_topic.alerts.arn]

  tags = {
    Name = "payment-primary-replication-silent-dev-test"
  }
}
