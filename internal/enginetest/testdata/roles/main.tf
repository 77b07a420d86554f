terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "secondary"
  region = "us-west-2"
}

resource "aws_rds_global_cluster" "ledger" {
  global_cluster_identifier = "payment-global-x7"
  engine                    = "aurora-postgresql"
  engine_version            = "17.7"
  database_name             = "paymentdb"
  storage_encrypted         = true
}

resource "aws_rds_cluster" "primary" {
  cluster_identifier         = "payment-primary-x7"
  global_cluster_identifier  = aws_rds_global_cluster.ledger.id
  engine                     = aws_rds_global_cluster.ledger.engine
  engine_version             = aws_rds_global_cluster.ledger.engine_version
  database_name              = "paymentdb"
  master_username            = "dbadmin"
  master_password_wo         = "written-only-once"
  master_password_wo_version = 1
  storage_encrypted          = true
  skip_final_snapshot        = true

  lifecycle {
    ignore_changes = [global_cluster_identifier, replication_source_identifier]
  }
}

resource "aws_rds_cluster" "secondary" {
  provider                  = aws.secondary
  cluster_identifier        = "payment-secondary-x7"
  global_cluster_identifier = aws_rds_global_cluster.ledger.id
  engine                    = aws_rds_global_cluster.ledger.engine
  engine_version            = aws_rds_global_cluster.ledger.engine_version
  kms_key_id                = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-4333-8444-555555555555"
  storage_encrypted         = true
  skip_final_snapshot       = true
  depends_on                = [aws_rds_cluster.primary]

  lifecycle {
    ignore_changes = [global_cluster_identifier, replication_source_identifier]
  }
}
