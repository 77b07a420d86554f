# What payers resolve. A failover changes nothing here: Route 53 answers by the health checks.

# Asks the Region's own name, as deeply as a payment goes; the primary answers 200 only while it is active.
resource "aws_route53_health_check" "primary" {
  type              = "HTTPS"
  fqdn              = "us-east-1.api.payment-dr-dev-test.pay.example.net"
  port              = 443
  resource_path     = "/health"
  request_interval  = 10
  failure_threshold = 2
  measure_latency   = true
  enable_sni        = true

  tags = {
    Name = "payment-primary-health-dev-test"
  }
}

# Asks the Region's own name, as deeply as a payment goes; the primary answers 200 only while it is active.
resource "aws_route53_health_check" "secondary" {
  type              = "HTTPS"
  fqdn              = "us-west-2.api.payment-dr-dev-test.pay.example.net"
  port              = 443
  resource_path     = "/health"
  request_interval  = 10
  failure_threshold = 2
  measure_latency   = true
  enable_sni        = true

  tags = {
    Name = "payment-secondary-health-dev-test"
  }
}

# The Region by name, for health checks and for clients that know both.
resource "aws_route53_record" "primary_regional" {
  zone_id = local.global.zone_id
  name    = "us-east-1.api.payment-dr-dev-test.pay.example.net"
  type    = "A"

  alias {
    name                   = local.us_east_1.regional_target.domain_name
    zone_id                = local.us_east_1.regional_target.zone_id
    evaluate_target_health = false
  }
}

# The Region by name, for health checks and for clients that know both.
resource "aws_route53_record" "secondary_regional" {
  zone_id = local.global.zone_id
  name    = "us-west-2.api.payment-dr-dev-test.pay.example.net"
  type    = "A"

  alias {
    name                   = local.us_west_2.regional_target.domain_name
    zone_id                = local.us_west_2.regional_target.zone_id
    evaluate_target_health = false
  }
}

# A CNAME and not an alias, because an alias would not let us choose the TTL.
resource "aws_route53_record" "primary_failover" {
  zone_id         = local.global.zone_id
  name            = "api.payment-dr-dev-test.pay.example.net"
  type            = "CNAME"
  ttl             = 10
  records         = [local.us_east_1.failover_target.domain_name]
  set_identifier  = "primary"
  health_check_id = aws_route53_health_check.primary.id

  failover_routing_policy {
    type = "PRIMARY"
  }
}

# A CNAME and not an alias, because an alias would not let us choose the TTL.
resource "aws_route53_record" "secondary_failover" {
  zone_id         = local.global.zone_id
  name            = "api.payment-dr-dev-test.pay.example.net"
  type            = "CNAME"
  ttl             = 10
  records         = [local.us_west_2.failover_target.domain_name]
  set_identifier  = "secondary"
  health_check_id = aws_route53_health_check.secondary.id

  failover_routing_policy {
    type = "SECONDARY"
  }
}
