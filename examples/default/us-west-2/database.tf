# This Region's cluster of the global database. Which Region writes is decided at run time, not here.

# The three private subnets.
resource "aws_db_subnet_group" "payment" {
  name       = "payment-secondary-db-subnet-dev-test"
  subnet_ids = local.private_subnet_ids

  tags = {
    Name = "payment-secondary-db-subnet-dev-test"
  }
}

# The same in both Regions, because a promoted cluster keeps its own. rds.global_db_rpo stays unset: with two
# Regions it would stop all writes after a failover.
resource "aws_rds_cluster_parameter_group" "payment" {
  name        = "payment-secondary-cluster-parameters-dev-test"
  family      = "aurora-postgresql17"
  description = "Payment ledger, dev-test"

  tags = {
    Name = "payment-secondary-cluster-parameters-dev-test"
  }

  # No connection without TLS.
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Milliseconds; slower statements are logged.
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  parameter {
    name  = "log_connections"
    value = "1"
  }

  # Schema changes for the auditor; no data and no password of a data statement.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  # Milliseconds; a function that died holds no lock for longer.
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "10000"
  }
}

# Nothing but defaults yet; a group of our own can be changed without a new instance.
resource "aws_db_parameter_group" "payment" {
  name        = "payment-secondary-instance-parameters-dev-test"
  family      = "aurora-postgresql17"
  description = "Payment ledger instances, dev-test"

  tags = {
    Name = "payment-secondary-instance-parameters-dev-test"
  }
}

# Follows the primary until it is promoted, which no change of this file does or undoes.
resource "aws_rds_cluster" "payment" {
  cluster_identifier                  = "payment-secondary-dev-test"
  global_cluster_identifier           = local.global.global_database_id
  engine                              = "aurora-postgresql"
  engine_version                      = "17.7"
  db_subnet_group_name                = aws_db_subnet_group.payment.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  db_cluster_parameter_group_name     = aws_rds_cluster_parameter_group.payment.name
  port                                = 5432
  storage_encrypted                   = true
  kms_key_id                          = aws_kms_key.database.arn
  iam_database_authentication_enabled = true
  backup_retention_period             = 7
  preferred_backup_window             = "03:00-04:00"
  preferred_maintenance_window        = "mon:04:00-mon:05:00"
  copy_tags_to_snapshot               = true
  enabled_cloudwatch_logs_exports     = ["postgresql"]
  deletion_protection                 = false
  skip_final_snapshot                 = true

  tags = {
    Name = "payment-secondary-cluster-dev-test"
  }

  # A failover swaps the roles; planning these back would detach or promote a cluster.
  lifecycle {
    ignore_changes = [replication_source_identifier, global_cluster_identifier, engine_version]
  }
}

# Equal in size, each able to take over from the other.
resource "aws_rds_cluster_instance" "payment_0" {
  identifier                      = "payment-secondary-instance-0-dev-test"
  cluster_identifier              = aws_rds_cluster.payment.id
  engine                          = "aurora-postgresql"
  engine_version                  = "17.7"
  instance_class                  = "db.r6g.large"
  db_parameter_group_name         = aws_db_parameter_group.payment.name
  ca_cert_identifier              = "rds-ca-rsa2048-g1"
  publicly_accessible             = false
  auto_minor_version_upgrade      = false
  promotion_tier                  = 0
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.database.arn
  monitoring_interval             = 60
  monitoring_role_arn             = local.global.role_arns.secondary.rds_monitoring
  copy_tags_to_snapshot           = true

  tags = {
    Name = "payment-secondary-instance-0-dev-test"
  }

  lifecycle {
    ignore_changes = [engine_version]
  }
}

resource "aws_rds_cluster_instance" "payment_1" {
  identifier                      = "payment-secondary-instance-1-dev-test"
  cluster_identifier              = aws_rds_cluster.payment.id
  engine                          = "aurora-postgresql"
  engine_version                  = "17.7"
  instance_class                  = "db.r6g.large"
  db_parameter_group_name         = aws_db_parameter_group.payment.name
  ca_cert_identifier              = "rds-ca-rsa2048-g1"
  publicly_accessible             = false
  auto_minor_version_upgrade      = false
  promotion_tier                  = 1
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.database.arn
  monitoring_interval             = 60
  monitoring_role_arn             = local.global.role_arns.secondary.rds_monitoring
  copy_tags_to_snapshot           = true

  tags = {
    Name = "payment-secondary-instance-1-dev-test"
  }

  lifecycle {
    ignore_changes = [engine_version]
  }
}
