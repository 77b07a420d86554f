# Each Region's functions reach the ledger of the other, on Amazon's own network.

# Asked for by the primary Region. Its status stays active when a Region fails: it is no health signal.
resource "aws_vpc_peering_connection" "payment" {
  vpc_id      = local.us_east_1.primary_vpc_id
  peer_vpc_id = local.us_west_2.secondary_vpc_id
  peer_region = "us-west-2"
  auto_accept = false

  tags = {
    Name = "payment-vpc-peering-dev-test"
  }
}

# Accepted in the secondary Region.
resource "aws_vpc_peering_connection_accepter" "payment" {
  region                    = "us-west-2"
  vpc_peering_connection_id = aws_vpc_peering_connection.payment.id
  auto_accept               = true

  tags = {
    Name = "payment-vpc-peering-accepter-dev-test"
  }
}

# Names of the peer's database resolve to its private addresses.
resource "aws_vpc_peering_connection_options" "primary" {
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.payment.id

  requester {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_route" "primary_to_peer" {
  route_table_id            = local.us_east_1.private_route_table_ids[0]
  destination_cidr_block    = "10.1.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.payment.id
}

# Names of the peer's database resolve to its private addresses.
resource "aws_vpc_peering_connection_options" "secondary" {
  region                    = "us-west-2"
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.payment.id

  accepter {
    allow_remote_vpc_dns_resolution = true
  }
}

resource "aws_route" "secondary_to_peer" {
  region                    = "us-west-2"
  route_table_id            = local.us_west_2.private_route_table_ids[0]
  destination_cidr_block    = "10.0.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.payment.id
}
