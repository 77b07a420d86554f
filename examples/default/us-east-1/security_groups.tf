# Who may talk to whom. No rule is wider than the connection it is for.

resource "aws_security_group" "function" {
  name        = "payment-primary-lambda-sg-dev-test"
  description = "Functions: they call, nobody calls them."
  vpc_id      = aws_vpc.payment.id

  tags = {
    Name = "payment-primary-lambda-sg-dev-test"
  }
}

resource "aws_security_group" "database" {
  name        = "payment-primary-db-sg-dev-test"
  description = "The ledger: called by functions of both Regions, calls nobody."
  vpc_id      = aws_vpc.payment.id

  tags = {
    Name = "payment-primary-db-sg-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_database" {
  security_group_id            = aws_security_group.function.id
  description                  = "The ledger in this Region."
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id

  tags = {
    Name = "payment-primary-function_to_database-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_peer_database_0" {
  security_group_id = aws_security_group.function.id
  description       = "The ledger in the peer Region, over the peering; groups of another Region cannot be named."
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.1.0.0/24"

  tags = {
    Name = "payment-primary-function_to_peer_database_0-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_peer_database_1" {
  security_group_id = aws_security_group.function.id
  description       = "The ledger in the peer Region, over the peering; groups of another Region cannot be named."
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.1.1.0/24"

  tags = {
    Name = "payment-primary-function_to_peer_database_1-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_peer_database_2" {
  security_group_id = aws_security_group.function.id
  description       = "The ledger in the peer Region, over the peering; groups of another Region cannot be named."
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.1.2.0/24"

  tags = {
    Name = "payment-primary-function_to_peer_database_2-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_dynamodb" {
  security_group_id = aws_security_group.function.id
  description       = "The dynamodb gateway endpoint."
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.dynamodb.prefix_list_id

  tags = {
    Name = "payment-primary-function_to_dynamodb-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_s3" {
  security_group_id = aws_security_group.function.id
  description       = "The s3 gateway endpoint."
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id

  tags = {
    Name = "payment-primary-function_to_s3-dev-test"
  }
}

resource "aws_vpc_security_group_egress_rule" "function_to_endpoints" {
  security_group_id            = aws_security_group.function.id
  description                  = "The interface endpoints."
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = aws_security_group.endpoint.id

  tags = {
    Name = "payment-primary-function_to_endpoints-dev-test"
  }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_functions" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from this Region's functions."
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.function.id

  tags = {
    Name = "payment-primary-database_from_functions-dev-test"
  }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_peer_0" {
  security_group_id = aws_security_group.database.id
  description       = "PostgreSQL from the peer Region's private subnets, for its functions while this Region is active."
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.1.0.0/24"

  tags = {
    Name = "payment-primary-database_from_peer_0-dev-test"
  }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_peer_1" {
  security_group_id = aws_security_group.database.id
  description       = "PostgreSQL from the peer Region's private subnets, for its functions while this Region is active."
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.1.1.0/24"

  tags = {
    Name = "payment-primary-database_from_peer_1-dev-test"
  }
}

resource "aws_vpc_security_group_ingress_rule" "database_from_peer_2" {
  security_group_id = aws_security_group.database.id
  description       = "PostgreSQL from the peer Region's private subnets, for its functions while this Region is active."
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
  cidr_ipv4         = "10.1.2.0/24"

  tags = {
    Name = "payment-primary-database_from_peer_2-dev-test"
  }
}
