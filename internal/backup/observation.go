package backup

import (
	"strings"
	"time"
)

// Role is what a cluster is in its Aurora global database at the moment of observation. It changes with a failover,
// so it is always read from RDS and never configured.
type Role string

// The roles. Standalone is a cluster in no global database, for example a restored one.
const (
	RolePrimary    Role = "primary"
	RoleSecondary  Role = "secondary"
	RoleStandalone Role = "standalone"
)

// Observation is everything Judge looks at. All times are UTC; the zero time means RDS reported none.
type Observation struct {
	Cluster            string
	Found              bool // false: RDS knows no such cluster in this Region
	Role               Role
	Status             string
	CreatedAt          time.Time
	EarliestRestorable time.Time
	LatestRestorable   time.Time
	BackupWindow       string // as RDS writes it, hh:mm-hh:mm in UTC
	Retention          time.Duration
	Snapshots          []Snapshot // in any order
}

// Snapshot is one cluster snapshot of any origin.
type Snapshot struct {
	ID        string
	Kind      Kind
	Status    string
	CreatedAt time.Time // zero while RDS has not set it yet
}

// Kind says who took a snapshot, which decides whether it proves that scheduled backups work.
type Kind string

// The kinds, told apart by identifier prefix because RDS reports AWS Backup's as SnapshotType manual
// (Aurora user guide, Aurora.Managing.Backups).
const (
	// KindAutomated is Aurora's own daily snapshot.
	KindAutomated Kind = "automated"
	// KindBackupJob is a snapshot that an AWS Backup plan took; as good as an automated one.
	KindBackupJob Kind = "awsbackup-job"
	// KindContinuous stands for AWS Backup's continuous recovery point. Its creation time is the day the plan
	// began, so it says nothing about age: LatestRestorable does.
	KindContinuous Kind = "awsbackup-continuous"
	// KindFailover is the copy of the old volume that Aurora keeps after an unplanned global failover.
	KindFailover Kind = "failover"
	// KindManual is an operator's own; it proves nothing about the schedule.
	KindManual Kind = "manual"
)

// KindOf tells the origin of a snapshot from its identifier and RDS's SnapshotType.
func KindOf(id, snapshotType string) Kind {
	switch {
	case strings.HasPrefix(id, "awsbackup:job-"):
		return KindBackupJob
	case strings.HasPrefix(id, "continuous:"):
		return KindContinuous
	case strings.HasPrefix(id, "rds:unplanned-global-failover-"):
		return KindFailover
	case snapshotType == "automated" || strings.HasPrefix(id, "rds:"):
		return KindAutomated
	default:
		return KindManual
	}
}

// Scheduled reports whether a snapshot of this kind is taken by a schedule and so proves that the schedule works.
func (k Kind) Scheduled() bool { return k == KindAutomated || k == KindBackupJob }

// Snapshot states of RDS that matter here; any other state is a snapshot that will not become usable.
const (
	statusAvailable = "available"
	statusCreating  = "creating"
	statusCopying   = "copying"
)

func (s Snapshot) usable() bool   { return s.Status == statusAvailable }
func (s Snapshot) underway() bool { return s.Status == statusCreating || s.Status == statusCopying }
