# The zone of the payment names. The records that point at a Region are in the root link.

# Public: payers resolve the failover name here.
resource "aws_route53_zone" "payment" {
  # checkov:skip=CKV2_AWS_38: DNSSEC needs a record in the parent zone, which is the domain owner's to make.
  # checkov:skip=CKV2_AWS_39: queries name no payer; who needs the log adds it for a cost per query.
  name                        = "payment-dr-dev-test.pay.example.net"
  enable_accelerated_recovery = true
  force_destroy               = false

  tags = {
    Name = "payment-dr-dev-test.pay.example.net"
  }
}

# For the failover name, which moves between the Regions, and for the Regions' own names below it.
resource "aws_acm_certificate" "primary" {
  # checkov:skip=CKV2_AWS_71: the wildcard covers the Regions' names below our own failover name and nothing
  # else.
  domain_name               = "api.payment-dr-dev-test.pay.example.net"
  subject_alternative_names = ["*.api.payment-dr-dev-test.pay.example.net"]
  validation_method         = "DNS"

  tags = {
    Name = "payment-primary-api-dev-test"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# For the failover name, which moves between the Regions, and for the Regions' own names below it.
resource "aws_acm_certificate" "secondary" {
  # checkov:skip=CKV2_AWS_71: the wildcard covers the Regions' names below our own failover name and nothing
  # else.
  region                    = "us-west-2"
  domain_name               = "api.payment-dr-dev-test.pay.example.net"
  subject_alternative_names = ["*.api.payment-dr-dev-test.pay.example.net"]
  validation_method         = "DNS"

  tags = {
    Name = "payment-secondary-api-dev-test"
  }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  validation_options = tolist(aws_acm_certificate.primary.domain_validation_options)
}

# Proves the names to the certificate authority; one record serves both Regions' certificates.
resource "aws_route53_record" "certificate" {
  zone_id = aws_route53_zone.payment.zone_id
  name    = local.validation_options[0].resource_record_name
  type    = local.validation_options[0].resource_record_type
  ttl     = 300
  records = [local.validation_options[0].resource_record_value]
}

# Waits until the certificate is issued, for which the zone must be delegated.
resource "aws_acm_certificate_validation" "primary" {
  certificate_arn         = aws_acm_certificate.primary.arn
  validation_record_fqdns = [aws_route53_record.certificate.fqdn]
}

# Waits until the certificate is issued, for which the zone must be delegated.
resource "aws_acm_certificate_validation" "secondary" {
  region                  = "us-west-2"
  certificate_arn         = aws_acm_certificate.secondary.arn
  validation_record_fqdns = [aws_route53_record.certificate.fqdn]
}
