// Package functionenv names the environment variables that the stack sets on the functions and the functions read.
package functionenv

// The original system's variables keep their names and meaning.
const (
	JournalTable = "DYNAMODB_TABLE"     // name of the session table
	DBSecretARN  = "DB_SECRET_ARN"      // this Region's copy of the application's database credentials
	Region       = "REGION"             // the Region the function runs in
	Cluster      = "CLUSTER_IDENTIFIER" // this Region's Aurora cluster
	Environment  = "ENVIRONMENT"        // the environment suffix, a dimension of every metric
)

// Ours.
const (
	ControlTable     = "CONTROL_TABLE"       // name of the table with the lease, intents and history
	PeerRegion       = "PEER_REGION"         // the other Region
	Place            = "PLACE"               // primary or secondary, as configured
	GlobalCluster    = "GLOBAL_CLUSTER"      // identifier of the Aurora global cluster
	LedgerHost       = "LEDGER_HOST"         // this Region's cluster endpoint; writable only while promoted
	LedgerGlobalHost = "LEDGER_GLOBAL_HOST"  // the global writer endpoint; follows the promoted cluster
	LedgerPort       = "LEDGER_PORT"         // TCP port of both
	LedgerDatabase   = "LEDGER_DATABASE"     // database name
	LedgerCAFile     = "LEDGER_CA_FILE"      // optional PEM file instead of the built-in RDS certificate bundle
	AdminSecretARN   = "DB_ADMIN_SECRET_ARN" // credentials that may create roles; rotation and migration only
	LeaseTTL         = "LEASE_TTL"           // time.Duration
	LeaseTick        = "LEASE_TICK"          // time.Duration
	AlertTopicARN    = "ALERT_TOPIC_ARN"     // this Region's SNS topic
	LogLevel         = "LOG_LEVEL"           // slog level, default INFO
)
