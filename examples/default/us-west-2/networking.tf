# The VPC of the functions and the ledger. Nothing in it is reachable from the internet.

# DNS names on: endpoints and the peer's database are found by name.
resource "aws_vpc" "payment" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "payment-secondary-vpc-dev-test"
  }
}

# No rules: what was given no group of its own reaches nobody.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.payment.id

  tags = {
    Name = "payment-secondary-default-sg-dev-test"
  }
}

# Inert while egress is by endpoints: no route leads to it and no subnet is public.
resource "aws_internet_gateway" "payment" {
  vpc_id = aws_vpc.payment.id

  tags = {
    Name = "payment-secondary-igw-dev-test"
  }
}

# For the functions and the ledger, one a zone.
resource "aws_subnet" "private_0" {
  vpc_id            = aws_vpc.payment.id
  cidr_block        = "10.1.0.0/24"
  availability_zone = "us-west-2a"

  tags = {
    Name = "payment-secondary-private-0-dev-test"
  }
}

resource "aws_subnet" "private_1" {
  vpc_id            = aws_vpc.payment.id
  cidr_block        = "10.1.1.0/24"
  availability_zone = "us-west-2b"

  tags = {
    Name = "payment-secondary-private-1-dev-test"
  }
}

resource "aws_subnet" "private_2" {
  vpc_id            = aws_vpc.payment.id
  cidr_block        = "10.1.2.0/24"
  availability_zone = "us-west-2c"

  tags = {
    Name = "payment-secondary-private-2-dev-test"
  }
}

locals {
  private_subnet_ids = [aws_subnet.private_0.id, aws_subnet.private_1.id, aws_subnet.private_2.id]
}

# Local traffic, the gateway endpoints and, from the root link, the peer Region. No way out.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.payment.id

  tags = {
    Name = "payment-secondary-rt-dev-test"
  }
}

resource "aws_route_table_association" "private_0" {
  subnet_id      = aws_subnet.private_0.id
  route_table_id = aws_route_table.private.id
}

resource "aws_route_table_association" "private_1" {
  subnet_id      = aws_subnet.private_1.id
  route_table_id = aws_route_table.private.id
}

resource "aws_route_table_association" "private_2" {
  subnet_id      = aws_subnet.private_2.id
  route_table_id = aws_route_table.private.id
}

# Who talked to whom; what an investigation asks for first.
resource "aws_cloudwatch_log_group" "flow_log" {
  name              = "/aws/vpc/payment-secondary-dev-test"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.operations.arn

  tags = {
    Name = "/aws/vpc/payment-secondary-dev-test"
  }
}

# All traffic, accepted and rejected.
resource "aws_flow_log" "payment" {
  vpc_id                   = aws_vpc.payment.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = aws_cloudwatch_log_group.flow_log.arn
  iam_role_arn             = local.global.role_arns.secondary.flow_logs
  max_aggregation_interval = 60

  tags = {
    Name = "payment-secondary-flow-log-dev-test"
  }
}
