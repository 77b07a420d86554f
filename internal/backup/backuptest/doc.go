// Package backuptest is an in-memory RDS that speaks the real query protocol over HTTP, so that the unmodified SDK
// client runs against it: request encoding, paging, errors and time formats are the real ones.
//
// It models: clusters, cluster snapshots and instances with their life cycle (creating, available, deleting, gone) on
// a clock of the test's; paging; the filter db-cluster-id; restoring from a snapshot and to a point in time; tags;
// deletion protection; the refusal to delete a cluster that still has instances.
//
// It does not model: signatures and IAM, quotas, subnet, parameter and security groups (names are kept, not checked),
// KMS, global databases beyond the two identifying fields, final snapshots, modification, events, and data: a restored
// cluster's endpoint is whatever the test says.
package backuptest
