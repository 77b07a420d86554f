package backup

import (
	"fmt"
	"sort"
	"time"
)

// judgeSnapshots judges the daily snapshot: the newest usable one must be young enough, whatever is under way.
func judgeSnapshots(verdict *Verdict, observation Observation, now time.Time, policy Policy) finding {
	scheduled := newestFirst(observation.Snapshots)
	if len(scheduled) > 0 {
		verdict.Latest = &scheduled[0]
	}
	usable := NewestUsable(observation.Snapshots)
	if usable == nil {
		return judgeWithoutSnapshot(verdict.Latest, observation, now, policy)
	}
	age := max(now.Sub(usable.CreatedAt), 0)
	verdict.SnapshotAge = &age
	latest := verdict.Latest
	switch {
	case age > policy.MaxSnapshotAge:
		return finding{Failure, fmt.Sprintf("newest usable snapshot %s is %s old, limit %s",
			usable.ID, rounded(age), policy.MaxSnapshotAge)}
	case latest.usable():
		return finding{Success, fmt.Sprintf("snapshot %s is %s old", usable.ID, rounded(age))}
	case stuck(*latest, now, policy):
		return finding{Warning, fmt.Sprintf("snapshot %s has been %s for %s, limit %s; %s is usable, %s old",
			latest.ID, latest.Status, rounded(now.Sub(latest.CreatedAt)), policy.MaxCreating, usable.ID, rounded(age))}
	case latest.underway():
		return finding{Success, fmt.Sprintf("snapshot %s is %s; %s is usable, %s old",
			latest.ID, latest.Status, usable.ID, rounded(age))}
	default:
		return finding{Warning, fmt.Sprintf("snapshot %s is %s; %s is still usable, %s old",
			latest.ID, latest.Status, usable.ID, rounded(age))}
	}
}

// NewestUsable returns the newest scheduled snapshot that could be restored, nil if there is none.
func NewestUsable(snapshots []Snapshot) *Snapshot {
	for _, snapshot := range newestFirst(snapshots) {
		if snapshot.usable() {
			return &snapshot
		}
	}
	return nil
}

// judgeWithoutSnapshot tells a cluster too new to have a snapshot from one whose schedule does not work.
func judgeWithoutSnapshot(latest *Snapshot, observation Observation, now time.Time, policy Policy) finding {
	if latest != nil {
		switch {
		case stuck(*latest, now, policy):
			return finding{Failure, fmt.Sprintf("only snapshot %s has been %s for %s, limit %s",
				latest.ID, latest.Status, rounded(now.Sub(latest.CreatedAt)), policy.MaxCreating)}
		case latest.underway():
			return finding{Warning, fmt.Sprintf("first snapshot %s is %s", latest.ID, latest.Status)}
		default:
			return finding{Failure, fmt.Sprintf("no usable snapshot; newest %s is %s", latest.ID, latest.Status)}
		}
	}
	due, err := firstWindowEnd(backupsBegan(observation), observation.BackupWindow)
	if err != nil {
		// Without a window all that is known is that one opens every day.
		due = backupsBegan(observation).Add(24 * time.Hour)
	}
	due = due.Add(policy.FirstWindowGrace)
	if now.Before(due) {
		return finding{Warning, fmt.Sprintf("no snapshot yet: the first is due by %s", due.UTC().Format(time.RFC3339))}
	}
	return finding{Failure, fmt.Sprintf("no scheduled snapshot: the first was due by %s", due.UTC().Format(time.RFC3339))}
}

// backupsBegan is when the present volume began to be backed up. After a managed global failover Aurora gives the old
// primary a new volume under its old name and creation time, and only EarliestRestorableTime shows it.
func backupsBegan(observation Observation) time.Time {
	if observation.EarliestRestorable.After(observation.CreatedAt) {
		return observation.EarliestRestorable
	}
	return observation.CreatedAt
}

// stuck reports whether a snapshot has been under way for too long.
func stuck(snapshot Snapshot, now time.Time, policy Policy) bool {
	return snapshot.underway() && !snapshot.CreatedAt.IsZero() && now.Sub(snapshot.CreatedAt) > policy.MaxCreating
}

// newestFirst returns the scheduled snapshots, newest first; one without a time has only just begun and leads. Ties
// are broken by identifier, so that the verdict does not depend on RDS's order.
func newestFirst(snapshots []Snapshot) []Snapshot {
	var scheduled []Snapshot
	for _, snapshot := range snapshots {
		if snapshot.Kind.Scheduled() {
			scheduled = append(scheduled, snapshot)
		}
	}
	sort.Slice(scheduled, func(i, j int) bool {
		a, b := scheduled[i], scheduled[j]
		switch {
		case a.CreatedAt.Equal(b.CreatedAt):
			return a.ID > b.ID
		case a.CreatedAt.IsZero() || b.CreatedAt.IsZero():
			return a.CreatedAt.IsZero()
		default:
			return a.CreatedAt.After(b.CreatedAt)
		}
	})
	return scheduled
}
