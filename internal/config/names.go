package config

import (
	"strconv"
	"strings"
)

// The functions of the system; their zip files, log groups and roles are named after these.
const (
	PaymentProcessor   = "payment-processor"
	BackupVerification = "backup-verification"
	FailoverController = "failover-controller"
	SecretRotation     = "secret-rotation"
	LedgerMigration    = "ledger-migration"
)

// Services that act through a role of ours without being one of our functions; see Names.Role.
const (
	FlowLogs      = "flow-logs"
	RDSMonitoring = "rds-monitoring"
	Scheduler     = "scheduler"
	DrillTables   = "drill-tables"
	DrillNetwork  = "drill-network"
)

// Functions lists the functions in a stable order.
func Functions() []string {
	return []string{PaymentProcessor, BackupVerification, FailoverController, SecretRotation, LedgerMigration}
}

// The pattern of every name. nameRules holds the limits that AWS sets on each; Validate expands all of them.
const (
	patternJournal        = "payment-sessions-{suffix}"
	patternControl        = "payment-control-{suffix}"
	patternGlobalCluster  = "payment-global-{suffix}"
	patternCluster        = "payment-{role}-{suffix}"
	patternInstance       = "payment-{role}-instance-{index}-{suffix}"
	patternZone           = "payment-dr-{suffix}.{domain}"
	patternFailoverDomain = "api.payment-dr-{suffix}.{domain}"
	patternRegionalDomain = "{region}.api.payment-dr-{suffix}.{domain}"
	patternAdminSecret    = "payment-admin-db-creds-{suffix}"
	patternAppSecret      = "payment-app-db-creds-{suffix}"
	patternProcessor      = "payment-processor-{role}-{suffix}"
	patternVerification   = "payment-backup-verification-{suffix}"
	patternFunction       = "payment-{thing}-{role}-{suffix}"
	patternProcessorRole  = "payment-lambda-role-{role}-{suffix}"
	patternBackupRole     = "payment-backup-lambda-role-{suffix}"
	patternBackupRole2    = "payment-backup-lambda-role-secondary-{suffix}"
	patternRole           = "payment-{thing}-role-{role}-{suffix}"
	patternProcessorAllow = "payment-lambda-policy-{role}-{suffix}"
	patternBackupAllow    = "payment-backup-lambda-policy-{suffix}"
	patternBackupAllow2   = "payment-backup-lambda-policy-secondary-{suffix}"
	patternPolicy         = "payment-{thing}-policy-{role}-{suffix}"
	patternAlerts         = "payment-alerts-{suffix}"
	patternDNSAlerts      = "payment-dns-alerts-{suffix}"
	patternNamed          = "payment-{role}-{thing}-{suffix}"
	patternBackupSchedule = "payment-backup-schedule-{suffix}"
	patternStateBucket    = "{prefix}-{suffix}-{region}"
	patternFunctionLogs   = "/aws/lambda/payment-{thing}-{role}-{suffix}"
	patternAPILogs        = "/aws/apigateway/payment-{role}-{suffix}"
	patternFlowLogs       = "/aws/vpc/payment-{role}-{suffix}"
	patternDrillLogs      = "/aws/vendedlogs/fis/payment-{role}-{suffix}"
	patternKeyAlias       = "alias/payment-{role}-{thing}-{suffix}"
)

// Names derives the name of everything that the stack creates from the suffix, the domain and the Regions.
// Names are the only values that the roots share without a lookup, so they must not depend on anything else.
type Names struct{ config Config }

// Names returns the names of this configuration.
func (c Config) Names() Names { return Names{config: c} }

// fill replaces the placeholders; pairs are placeholder and value in turn and go before the common ones.
func (n Names) fill(pattern string, pairs ...string) string {
	pairs = append(pairs,
		"{suffix}", n.config.EnvironmentSuffix,
		"{domain}", n.config.Domain,
		"{prefix}", n.config.State.BucketPrefix)
	return strings.NewReplacer(pairs...).Replace(pattern)
}

// JournalTable is the session table, the journal of payments.
func (n Names) JournalTable() string { return n.fill(patternJournal) }

// ControlTable holds the lease, the intents and the history of failovers.
func (n Names) ControlTable() string { return n.fill(patternControl) }

// GlobalCluster is the identifier of the Aurora global cluster.
func (n Names) GlobalCluster() string { return n.fill(patternGlobalCluster) }

// Cluster is the identifier of a Region's Aurora cluster; it is unique across the Regions of a global cluster.
func (n Names) Cluster(role Role) string { return n.fill(patternCluster, "{role}", string(role)) }

// Instance is the identifier of a cluster's instance, counted from 0.
func (n Names) Instance(role Role, index int) string {
	return n.fill(patternInstance, "{role}", string(role), "{index}", strconv.Itoa(index))
}

// Zone is the hosted zone.
func (n Names) Zone() string { return n.fill(patternZone) }

// FailoverDomain is the name that payers use; Route 53 answers it with the Region that takes payments.
// It is the certificate's first domain name (its common name); RegionalDomain is an alternative name of it.
func (n Names) FailoverDomain() string { return n.fill(patternFailoverDomain) }

// RegionalDomain is the name of one Region's API, for probes and for clients that know both Regions.
func (n Names) RegionalDomain(role Role) string {
	return n.fill(patternRegionalDomain, "{region}", n.config.Region(role))
}

// AdminSecret holds the credentials of the database administrator.
func (n Names) AdminSecret() string { return n.fill(patternAdminSecret) }

// AppSecret holds the credentials that payment-processor and failover-controller use.
func (n Names) AppSecret() string { return n.fill(patternAppSecret) }

// Function is the name of a function in a Region. Lambda names are Regional, so the original's single name of
// backup-verification serves in both.
func (n Names) Function(name string, role Role) string {
	switch name {
	case PaymentProcessor:
		return n.fill(patternProcessor, "{role}", string(role))
	case BackupVerification:
		return n.fill(patternVerification)
	}
	return n.fill(patternFunction, "{thing}", name, "{role}", string(role))
}

// Role is the name of the IAM role that a function, or one of the services above, acts with in a Region. IAM names are
// global, so every name holds its place.
func (n Names) Role(name string, role Role) string {
	switch {
	case name == PaymentProcessor:
		return n.fill(patternProcessorRole, "{role}", string(role))
	case name == BackupVerification && role == Primary:
		return n.fill(patternBackupRole)
	case name == BackupVerification:
		return n.fill(patternBackupRole2)
	}
	return n.fill(patternRole, "{thing}", name, "{role}", string(role))
}

// Policy is the name of the IAM policy of the role with the same arguments.
func (n Names) Policy(name string, role Role) string {
	switch {
	case name == PaymentProcessor:
		return n.fill(patternProcessorAllow, "{role}", string(role))
	case name == BackupVerification && role == Primary:
		return n.fill(patternBackupAllow)
	case name == BackupVerification:
		return n.fill(patternBackupAllow2)
	}
	return n.fill(patternPolicy, "{thing}", name, "{role}", string(role))
}

// AlertsTopic is the SNS topic of each Region's alarms.
func (n Names) AlertsTopic() string { return n.fill(patternAlerts) }

// DNSAlertsTopic is the SNS topic in us-east-1, where Route 53 publishes its metrics.
func (n Names) DNSAlertsTopic() string { return n.fill(patternDNSAlerts) }

// Alarm is the name of a Region's alarm; what is at most LongestThing characters.
func (n Names) Alarm(role Role, what string) string { return n.Named(role, what) }

// BackupSchedule is the name of the daily schedule of backup-verification.
func (n Names) BackupSchedule() string { return n.fill(patternBackupSchedule) }

// Named is the name of anything else in a Region: VPC, security group, subnet group, dashboard, schedule.
// The thing is at most LongestThing characters.
func (n Names) Named(role Role, thing string) string {
	return n.fill(patternNamed, "{role}", string(role), "{thing}", thing)
}

// StateBucket is the bucket of the engine's state in a Region; S3 names are global.
func (n Names) StateBucket(region string) string {
	return n.fill(patternStateBucket, "{region}", region)
}

// FunctionLogGroup is the log group that Lambda writes a function's output to.
func (n Names) FunctionLogGroup(name string, role Role) string {
	return "/aws/lambda/" + n.Function(name, role)
}

// APILogGroup is the log group of the API's access log.
func (n Names) APILogGroup(role Role) string { return n.fill(patternAPILogs, "{role}", string(role)) }

// FlowLogGroup is the log group of the VPC's flow logs.
func (n Names) FlowLogGroup(role Role) string { return n.fill(patternFlowLogs, "{role}", string(role)) }

// DrillLogGroup is the log group of the experiments of AWS FIS; the prefix is AWS's for logs that its services deliver.
func (n Names) DrillLogGroup(role Role) string {
	return n.fill(patternDrillLogs, "{role}", string(role))
}

// KeyAlias is the alias of a KMS key, with the prefix alias/ that KMS demands.
func (n Names) KeyAlias(role Role, what string) string {
	return n.fill(patternKeyAlias, "{role}", string(role), "{thing}", what)
}
