# The journal: written in two Regions before a payment is acknowledged (RPO 0).

# One item a payment. A conditional put here is the lock against paying twice, in whichever Region it is
# tried.
resource "aws_dynamodb_table" "sessions" {
  name                        = "payment-sessions-dev-test"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "sessionId"
  deletion_protection_enabled = false
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"

  tags = {
    Name = "payment-sessions-dev-test"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }

  # Not copied between replicas: each says so for itself.
  point_in_time_recovery {
    enabled = true
  }

  attribute {
    name = "sessionId"
    type = "S"
  }

  attribute {
    name = "pendingShard"
    type = "S"
  }

  attribute {
    name = "createdShard"
    type = "S"
  }

  attribute {
    name = "createdAt"
    type = "S"
  }

  # Acknowledged payments that the ledger does not have yet; the attribute is removed when it has, so the
  # index stays small.
  global_secondary_index {
    name            = "pending"
    projection_type = "KEYS_ONLY"

    key_schema {
      attribute_name = "pendingShard"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "createdAt"
      key_type       = "RANGE"
    }
  }

  # Payments by creation hour: what a promotion replays into the ledger.
  global_secondary_index {
    name            = "created"
    projection_type = "KEYS_ONLY"

    key_schema {
      attribute_name = "createdShard"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "createdAt"
      key_type       = "RANGE"
    }
  }

  # Strongly consistent: a write is acknowledged when two Regions have it, and conditions see the latest write
  # of both.
  replica {
    region_name                 = "us-west-2"
    consistency_mode            = "STRONG"
    kms_key_arn                 = aws_kms_replica_key.data.arn
    point_in_time_recovery      = true
    deletion_protection_enabled = false
    propagate_tags              = true
  }

  # Completes the quorum; holds no data that anyone reads, costs no writes.
  global_table_witness {
    region_name = "us-east-2"
  }
}

# The lease that says which Region is active, operators' intents and the history of decisions.
resource "aws_dynamodb_table" "control" {
  name                        = "payment-control-dev-test"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  deletion_protection_enabled = false
  range_key                   = "sk"

  tags = {
    Name = "payment-control-dev-test"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }

  # Not copied between replicas: each says so for itself.
  point_in_time_recovery {
    enabled = true
  }

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  # Strongly consistent: a write is acknowledged when two Regions have it, and conditions see the latest write
  # of both.
  replica {
    region_name                 = "us-west-2"
    consistency_mode            = "STRONG"
    kms_key_arn                 = aws_kms_replica_key.data.arn
    point_in_time_recovery      = true
    deletion_protection_enabled = false
    propagate_tags              = true
  }

  # Completes the quorum; holds no data that anyone reads, costs no writes.
  global_table_witness {
    region_name = "us-east-2"
  }
}
