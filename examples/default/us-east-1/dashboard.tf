# One page for the person on call.

resource "aws_cloudwatch_dashboard" "payment" {
  dashboard_name = "payment-primary-dashboard-dev-test"

  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "alarm"
        x      = 0
        y      = 0
        width  = 24
        height = 3
        properties = {
          title = "Alarms"
          alarms = [
            aws_cloudwatch_metric_alarm.db_cpu.arn,
            aws_cloudwatch_metric_alarm.db_replication_lag.arn,
            aws_cloudwatch_metric_alarm.db_rpo_lag.arn,
            aws_cloudwatch_metric_alarm.db_replication_missing.arn,
            aws_cloudwatch_metric_alarm.payment_processor_errors.arn,
            aws_cloudwatch_metric_alarm.payment_processor_throttles.arn,
            aws_cloudwatch_metric_alarm.backup_verification_errors.arn,
            aws_cloudwatch_metric_alarm.failover_controller_errors.arn,
            aws_cloudwatch_metric_alarm.secret_rotation_errors.arn,
            aws_cloudwatch_metric_alarm.ledger_migration_errors.arn,
            aws_cloudwatch_metric_alarm.dynamodb_read_throttle.arn,
            aws_cloudwatch_metric_alarm.control_read_throttle.arn,
            aws_cloudwatch_metric_alarm.dynamodb_write_throttle.arn,
            aws_cloudwatch_metric_alarm.control_write_throttle.arn,
            aws_cloudwatch_metric_alarm.journal_errors.arn,
            aws_cloudwatch_metric_alarm.api_5xx.arn,
            aws_cloudwatch_metric_alarm.api_latency.arn,
            aws_cloudwatch_metric_alarm.payments_unavailable.arn,
            aws_cloudwatch_metric_alarm.journal_backlog.arn,
            aws_cloudwatch_metric_alarm.lease_lost.arn,
            aws_cloudwatch_metric_alarm.failover_started.arn,
            aws_cloudwatch_metric_alarm.ledger_not_writable.arn,
            aws_cloudwatch_metric_alarm.controller_silent.arn,
            aws_cloudwatch_metric_alarm.lease_held.arn,
            aws_cloudwatch_metric_alarm.backup_failed.arn,
            aws_cloudwatch_metric_alarm.backup_silent.arn,
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 3
        width  = 8
        height = 6
        properties = {
          title  = "Payments"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "PaymentSystem",
              "PaymentsAccepted",
              "Environment",
              "dev-test",
              {
                stat = "Sum"
              },
            ],
            [
              "PaymentSystem",
              "PaymentsPosted",
              "Environment",
              "dev-test",
              {
                stat = "Sum"
              },
            ],
            [
              "PaymentSystem",
              "PaymentsReplayed",
              "Environment",
              "dev-test",
              {
                stat = "Sum"
              },
            ],
            [
              "PaymentSystem",
              "PaymentsRejected",
              "Environment",
              "dev-test",
              {
                stat = "Sum"
              },
            ],
            [
              "PaymentSystem",
              "PaymentsUnavailable",
              "Environment",
              "dev-test",
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 3
        width  = 8
        height = 6
        properties = {
          title  = "API latency (ms)"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "AWS/ApiGateway",
              "Latency",
              "ApiId",
              aws_apigatewayv2_api.payment.id,
              "Stage",
              aws_apigatewayv2_stage.default.name,
              {
                stat = "p50"
              },
            ],
            [
              "AWS/ApiGateway",
              "Latency",
              "ApiId",
              aws_apigatewayv2_api.payment.id,
              "Stage",
              aws_apigatewayv2_stage.default.name,
              {
                stat = "p99"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 3
        width  = 8
        height = 6
        properties = {
          title  = "API answers"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "AWS/ApiGateway",
              "Count",
              "ApiId",
              aws_apigatewayv2_api.payment.id,
              "Stage",
              aws_apigatewayv2_stage.default.name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/ApiGateway",
              "4xx",
              "ApiId",
              aws_apigatewayv2_api.payment.id,
              "Stage",
              aws_apigatewayv2_stage.default.name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/ApiGateway",
              "5xx",
              "ApiId",
              aws_apigatewayv2_api.payment.id,
              "Stage",
              aws_apigatewayv2_stage.default.name,
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 9
        width  = 8
        height = 6
        properties = {
          title  = "Lease and takeover"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "PaymentSystem",
              "LeaseHeld",
              "Environment",
              "dev-test",
              {
                stat = "Maximum"
              },
            ],
            [
              "PaymentSystem",
              "LeaseLost",
              "Environment",
              "dev-test",
              {
                stat = "Maximum"
              },
            ],
            [
              "PaymentSystem",
              "FailoverStarted",
              "Environment",
              "dev-test",
              {
                stat = "Maximum"
              },
            ],
            [
              "PaymentSystem",
              "LedgerWritable",
              "Environment",
              "dev-test",
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 9
        width  = 8
        height = 6
        properties = {
          title  = "Journal backlog"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "PaymentSystem",
              "JournalBacklog",
              "Environment",
              "dev-test",
              {
                stat = "Maximum"
              },
            ],
            [
              "PaymentSystem",
              "JournalBacklogAge",
              "Environment",
              "dev-test",
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 9
        width  = 8
        height = 6
        properties = {
          title  = "Ledger replication (ms)"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "AuroraGlobalDBReplicationLag",
              "DBClusterIdentifier",
              aws_rds_cluster.payment.cluster_identifier,
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/RDS",
              "AuroraGlobalDBRPOLag",
              "DBClusterIdentifier",
              aws_rds_cluster.payment.cluster_identifier,
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 15
        width  = 8
        height = 6
        properties = {
          title  = "Ledger"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "AWS/RDS",
              "CPUUtilization",
              "DBClusterIdentifier",
              aws_rds_cluster.payment.cluster_identifier,
              {
                stat = "Average"
              },
            ],
            [
              "AWS/RDS",
              "DatabaseConnections",
              "DBClusterIdentifier",
              aws_rds_cluster.payment.cluster_identifier,
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 15
        width  = 8
        height = 6
        properties = {
          title  = "Journal"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "AWS/DynamoDB",
              "ReadThrottleEvents",
              "TableName",
              local.global.dynamodb_table_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/DynamoDB",
              "WriteThrottleEvents",
              "TableName",
              local.global.dynamodb_table_name,
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 16
        y      = 15
        width  = 8
        height = 6
        properties = {
          title  = "Latency of the stores (ms)"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "PaymentSystem",
              "JournalLatency",
              "Environment",
              "dev-test",
              {
                stat = "p99"
              },
            ],
            [
              "PaymentSystem",
              "LedgerLatency",
              "Environment",
              "dev-test",
              {
                stat = "p99"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 0
        y      = 21
        width  = 8
        height = 6
        properties = {
          title  = "Function errors"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.payment_processor.function_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.backup_verification.function_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.failover_controller.function_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.secret_rotation.function_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.ledger_migration.function_name,
              {
                stat = "Sum"
              },
            ],
          ]
        }
      },
      {
        type   = "metric"
        x      = 8
        y      = 21
        width  = 8
        height = 6
        properties = {
          title  = "Backups: seconds since"
          region = "us-east-1"
          period = 60
          metrics = [
            [
              "PaymentSystem",
              "BackupSnapshotAge",
              "Environment",
              "dev-test",
              "Cluster",
              aws_rds_cluster.payment.cluster_identifier,
              {
                stat = "Maximum"
              },
            ],
            [
              "PaymentSystem",
              "BackupRestorableAge",
              "Environment",
              "dev-test",
              "Cluster",
              aws_rds_cluster.payment.cluster_identifier,
              {
                stat = "Maximum"
              },
            ],
          ]
        }
      },
    ]
  })
}
