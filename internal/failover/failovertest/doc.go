// Package failovertest is a small world for a failover controller: two Regions, the control table, the journal, two
// ledgers with asynchronous replication and a global cluster, all in memory and under the test's command.
//
// It keeps the contracts of packages control, journal and ledger; those packages hold the real ones to them. Nothing
// happens by itself: time moves when the test says so, replication carries what the test lets it carry, and Before and
// After may refuse, delay or end any call. It is used by one goroutine at a time.
package failovertest
