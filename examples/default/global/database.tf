# The global cluster that both Regions' Aurora clusters join.

# Replicates the ledger's storage to the secondary Region, asynchronously; the journal covers what is in
# flight.
resource "aws_rds_global_cluster" "payment" {
  global_cluster_identifier = "payment-global-dev-test"
  engine                    = "aurora-postgresql"
  engine_version            = "17.7"
  database_name             = "paymentdb"
  storage_encrypted         = true
  deletion_protection       = false

  tags = {
    Name = "payment-global-dev-test"
  }
}
