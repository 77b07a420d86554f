// Package telemetry names the metrics that the functions emit and the alarms watch, and writes them.
//
// Both sides use the same constants, so that an alarm on a metric nobody emits cannot be written.
package telemetry

// Namespace of every metric of our own.
const Namespace = "PaymentSystem"

// Dimensions. Every metric has Environment (the suffix); the backup metrics have Cluster as well.
// There is no Region dimension: CloudWatch is Regional.
const (
	DimensionEnvironment = "Environment"
	DimensionCluster     = "Cluster"
)

// Metrics of the payment processor: counts per request, latencies in milliseconds.
const (
	PaymentsAccepted    = "PaymentsAccepted"    // Count: answered 2xx for the first time
	PaymentsPosted      = "PaymentsPosted"      // Count: written to the ledger by this request
	PaymentsReplayed    = "PaymentsReplayed"    // Count: answered from the journal
	PaymentsRejected    = "PaymentsRejected"    // Count: answered 4xx
	PaymentsUnavailable = "PaymentsUnavailable" // Count: answered 503, nothing durable
	JournalLatency      = "JournalLatency"      // Milliseconds
	LedgerLatency       = "LedgerLatency"       // Milliseconds
)

// Metrics of the failover controller, emitted every tick or when something happens.
const (
	LeaseHeld         = "LeaseHeld"         // Count: 1 while this Region holds the lease, else 0
	LeaseLost         = "LeaseLost"         // Count: this Region stopped holding it without releasing it
	FailoverStarted   = "FailoverStarted"   // Count: this Region began to take over
	JournalBacklog    = "JournalBacklog"    // Count: acknowledged payments not yet in the ledger
	JournalBacklogAge = "JournalBacklogAge" // Seconds: age of the oldest of them
	LedgerWritable    = "LedgerWritable"    // Count: 1 while the active Region's ledger accepts writes
)

// DrillHeartbeat is told by a drill on AWS while it watches (Count: 1 while the Region that is left alone can take
// payments, else 0). The experiment stops when it stops, see docs/drills-aws.md.
const DrillHeartbeat = "DrillHeartbeat"

// Metrics of the backup verification, dimensions Environment and Cluster.
const (
	BackupVerificationSuccess = "BackupVerificationSuccess" // Count
	BackupVerificationWarning = "BackupVerificationWarning" // Count
	BackupVerificationFailure = "BackupVerificationFailure" // Count
	BackupSnapshotAge         = "BackupSnapshotAge"         // Seconds
	BackupRestorableAge       = "BackupRestorableAge"       // Seconds since LatestRestorableTime
)
