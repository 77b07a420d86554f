output "dns_failover_domain" {
  description = "The name that payers use."
  value       = "api.payment-dr-dev-test.pay.example.net"
}

output "health_check_ids" {
  description = "Route 53's view of the Regions."

  value = {
    primary   = aws_route53_health_check.primary.id
    secondary = aws_route53_health_check.secondary.id
  }
}
