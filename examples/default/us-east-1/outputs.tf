output "primary_vpc_id" {
  description = "The VPC of us-east-1."
  value       = aws_vpc.payment.id
}

output "sns_topic_arn" {
  description = "Alerts of us-east-1."
  value       = aws_sns_topic.alerts.arn
}

output "private_route_table_ids" {
  description = "Where the root link adds the route to the peer."
  value       = [aws_route_table.private.id]
}

output "failover_target" {
  description = "What the failover name points at while this Region answers."

  value = {
    domain_name = aws_apigatewayv2_domain_name.failover.domain_name_configuration[0].target_domain_name
    zone_id     = aws_apigatewayv2_domain_name.failover.domain_name_configuration[0].hosted_zone_id
  }
}

output "regional_target" {
  description = "What this Region's own name points at."

  value = {
    domain_name = aws_apigatewayv2_domain_name.regional.domain_name_configuration[0].target_domain_name
    zone_id     = aws_apigatewayv2_domain_name.regional.domain_name_configuration[0].hosted_zone_id
  }
}

output "cluster_identifier" {
  description = "This Region's Aurora cluster."
  value       = aws_rds_cluster.payment.cluster_identifier
}

output "cluster_arn" {
  description = "What a failover or a switchover names as its target."
  value       = aws_rds_cluster.payment.arn
}

output "api_id" {
  description = "The HTTP API."
  value       = aws_apigatewayv2_api.payment.id
}

output "function_names" {
  description = "The functions."

  value = {
    payment_processor   = aws_lambda_function.payment_processor.function_name
    backup_verification = aws_lambda_function.backup_verification.function_name
    failover_controller = aws_lambda_function.failover_controller.function_name
    secret_rotation     = aws_lambda_function.secret_rotation.function_name
    ledger_migration    = aws_lambda_function.ledger_migration.function_name
  }
}
