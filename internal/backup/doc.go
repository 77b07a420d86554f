// Package backup verifies that the ledger could be restored: that Aurora's continuous backup is current, that the
// daily snapshot is there and young, in whichever Region the function runs.
//
// Observe reads RDS, the pure Judge decides, Handler is the Lambda. A failed verdict is both a metric
// (BackupVerificationFailure) and an error, so that Lambda's own Errors metric sees it too. The package restore beside
// it goes further and restores a backup into a throw-away cluster.
package backup
