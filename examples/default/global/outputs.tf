output "dynamodb_table_name" {
  description = "The session table, the same name in both Regions."
  value       = aws_dynamodb_table.sessions.name
}

output "control_table_name" {
  description = "The table of the lease and the history."
  value       = aws_dynamodb_table.control.name
}

output "global_database_id" {
  description = "The Aurora global cluster."
  value       = aws_rds_global_cluster.payment.id
}

output "global_writer_endpoint" {
  description = "The ledger's writer, wherever it is."
  value       = aws_rds_global_cluster.payment.endpoint
}

output "secret_arns" {
  description = "The secrets by name and by the Region that reads them."

  value = {
    admin = {
      primary   = aws_secretsmanager_secret.admin.arn
      secondary = replace(aws_secretsmanager_secret.admin.arn, ":us-east-1:", ":us-west-2:")
    }
    app = {
      primary   = aws_secretsmanager_secret.app.arn
      secondary = replace(aws_secretsmanager_secret.app.arn, ":us-east-1:", ":us-west-2:")
    }
  }
}

output "role_arns" {
  description = "The roles by Region and purpose."

  value = {
    primary = {
      payment_processor   = aws_iam_role.payment_processor_primary.arn
      backup_verification = aws_iam_role.backup_verification_primary.arn
      failover_controller = aws_iam_role.failover_controller_primary.arn
      secret_rotation     = aws_iam_role.secret_rotation_primary.arn
      ledger_migration    = aws_iam_role.ledger_migration_primary.arn
      flow_logs           = aws_iam_role.flow_logs_primary.arn
      rds_monitoring      = aws_iam_role.rds_monitoring_primary.arn
    }
    secondary = {
      payment_processor   = aws_iam_role.payment_processor_secondary.arn
      backup_verification = aws_iam_role.backup_verification_secondary.arn
      failover_controller = aws_iam_role.failover_controller_secondary.arn
      secret_rotation     = aws_iam_role.secret_rotation_secondary.arn
      ledger_migration    = aws_iam_role.ledger_migration_secondary.arn
      flow_logs           = aws_iam_role.flow_logs_secondary.arn
      rds_monitoring      = aws_iam_role.rds_monitoring_secondary.arn
    }
  }
}

output "zone_id" {
  description = "The zone of the payment names."
  value       = aws_route53_zone.payment.zone_id
}

output "name_servers" {
  description = "What the parent zone must delegate to."
  value       = aws_route53_zone.payment.name_servers
}

output "certificate_arns" {
  description = "Validated certificates, one a Region."

  value = {
    primary   = aws_acm_certificate_validation.primary.certificate_arn
    secondary = aws_acm_certificate_validation.secondary.certificate_arn
  }
}
