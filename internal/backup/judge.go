package backup

import (
	"fmt"
	"sort"
	"time"
)

// Level is the outcome of a verification; a higher one is worse.
type Level int

// The levels, in the order of their gravity.
const (
	Success Level = iota
	Warning
	Failure
)

// String returns the word the result's status field uses.
func (l Level) String() string { return [...]string{"success", "warning", "failure"}[l] }

// Verdict is what Judge found. Reasons is never empty, names every finding and lists the worst first.
type Verdict struct {
	Level   Level
	Cluster string
	Role    Role
	Reasons []string
	// Latest is the newest scheduled snapshot, usable or not; nil if there is none.
	Latest *Snapshot
	// SnapshotAge is the age of the newest usable scheduled snapshot; nil if there is none.
	SnapshotAge *time.Duration
	// RestorableAge is the time since LatestRestorableTime; nil if RDS reported none.
	RestorableAge *time.Duration
}

// finding is one observation with its gravity.
type finding struct {
	level Level
	text  string
}

// Judge measures an observation against a policy at the given time. It is pure, and total: every observation has a
// verdict. Continuous backup (the restorable time) and the daily snapshot are judged apart and the worse one counts.
func Judge(observation Observation, now time.Time, policy Policy) Verdict {
	verdict := Verdict{Cluster: observation.Cluster, Role: observation.Role}
	if !observation.Found {
		verdict.Level = Failure
		verdict.Reasons = []string{fmt.Sprintf("cluster %s does not exist in this Region", observation.Cluster)}
		return verdict
	}
	findings := judgeCluster(observation, policy)
	findings = append(findings, judgeSnapshots(&verdict, observation, now, policy))
	findings = append(findings, judgeRestorable(&verdict, observation, now, policy))
	sort.SliceStable(findings, func(i, j int) bool { return findings[i].level > findings[j].level })
	verdict.Level = findings[0].level
	for _, one := range findings {
		verdict.Reasons = append(verdict.Reasons, one.text)
	}
	return verdict
}

// judgeCluster looks at the cluster itself; it finds nothing to say about a healthy one.
func judgeCluster(observation Observation, policy Policy) []finding {
	var findings []finding
	switch observation.Status {
	case "inaccessible-encryption-credentials", "inaccessible-encryption-credentials-recoverable":
		findings = append(findings, finding{Failure,
			fmt.Sprintf("cluster is %s: without its KMS key no backup can be restored", observation.Status)})
	}
	if observation.Retention < policy.MinRetention {
		findings = append(findings, finding{Warning,
			fmt.Sprintf("backups are kept %s, want at least %s", observation.Retention, policy.MinRetention)})
	}
	return findings
}

// judgeRestorable judges continuous backup by LatestRestorableTime.
func judgeRestorable(verdict *Verdict, observation Observation, now time.Time, policy Policy) finding {
	if observation.LatestRestorable.IsZero() {
		switch {
		case observation.Role == RoleSecondary:
			// AWS does not say whether a secondary reports one, so its absence alone proves nothing; the
			// snapshot is still judged, and after a promotion the rule below applies.
			return finding{Success, "a secondary reports no restorable time; judged by its snapshots"}
		case now.Sub(observation.CreatedAt) <= policy.FirstRestorable:
			return finding{Warning, fmt.Sprintf("no restorable time yet, the cluster is %s old",
				rounded(now.Sub(observation.CreatedAt)))}
		default:
			return finding{Failure, "no restorable time: continuous backup does not run"}
		}
	}
	// A clock a little behind RDS's must not yield a negative age.
	age := max(now.Sub(observation.LatestRestorable), 0)
	verdict.RestorableAge = &age
	switch {
	case age > policy.MaxRestorableAge:
		return finding{Failure, fmt.Sprintf("latest restorable time is %s old, limit %s", rounded(age), policy.MaxRestorableAge)}
	case age > policy.WarnRestorableAge:
		return finding{Warning, fmt.Sprintf("latest restorable time is %s old, normal is below %s",
			rounded(age), policy.WarnRestorableAge)}
	default:
		return finding{Success, fmt.Sprintf("restorable to %s ago", rounded(age))}
	}
}

// rounded keeps reasons readable.
func rounded(d time.Duration) time.Duration { return d.Round(time.Second) }
