// Package devstack runs what the payment API stands on, on this machine alone: a PostgreSQL server with the ledger's
// schema and DynamoDB Local with both tables, an active lease and a ledger fenced for it.
//
// Everything listens on loopback, on free ports. Nothing outlives the process that started it, however that ends: a
// killed one leaves a temporary folder, which the next one removes.
//
// What it does not model: a second Region, its replication and its failover; Secrets Manager (the ledger's password is a
// file); any latency. The lease is written once and never renewed, which nothing here watches.
package devstack
