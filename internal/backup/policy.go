package backup

import (
	"fmt"
	"time"
)

// Policy holds the limits Judge measures against. The zero Policy is not usable; start from DefaultPolicy.
type Policy struct {
	// MaxSnapshotAge is the age above which the newest usable scheduled snapshot is stale, which is a failure.
	MaxSnapshotAge time.Duration
	// MaxCreating is how long a snapshot may be under way before it counts as stuck.
	MaxCreating time.Duration
	// FirstWindowGrace is added to the end of the first backup window before a missing first snapshot is a failure.
	FirstWindowGrace time.Duration
	// WarnRestorableAge and MaxRestorableAge bound the age of LatestRestorableTime.
	WarnRestorableAge time.Duration
	MaxRestorableAge  time.Duration
	// FirstRestorable is how long a new cluster may have no LatestRestorableTime at all.
	FirstRestorable time.Duration
	// MinRetention is the least backup retention that raises no warning; zero checks nothing.
	MinRetention time.Duration
}

// DefaultPolicy returns the limits used in production: 25 hours for the daily snapshot as the original had it, and
// 30 minutes for the restorable time, which Aurora normally keeps within five (Aurora user guide,
// Aurora.Managing.Backups).
func DefaultPolicy() Policy {
	return Policy{
		MaxSnapshotAge:    25 * time.Hour,
		MaxCreating:       6 * time.Hour,
		FirstWindowGrace:  time.Hour,
		WarnRestorableAge: 10 * time.Minute,
		MaxRestorableAge:  30 * time.Minute,
		FirstRestorable:   time.Hour,
	}
}

// Validate names the first limit that is not positive or that contradicts another.
func (p Policy) Validate() error {
	limits := []struct {
		name  string
		value time.Duration
	}{
		{"MaxSnapshotAge", p.MaxSnapshotAge},
		{"MaxCreating", p.MaxCreating},
		{"FirstWindowGrace", p.FirstWindowGrace},
		{"WarnRestorableAge", p.WarnRestorableAge},
		{"MaxRestorableAge", p.MaxRestorableAge},
		{"FirstRestorable", p.FirstRestorable},
	}
	for _, limit := range limits {
		if limit.value <= 0 {
			return fmt.Errorf("check backup policy: %s is %s, want more than zero", limit.name, limit.value)
		}
	}
	if p.WarnRestorableAge > p.MaxRestorableAge {
		return fmt.Errorf("check backup policy: WarnRestorableAge %s is above MaxRestorableAge %s",
			p.WarnRestorableAge, p.MaxRestorableAge)
	}
	if p.MinRetention < 0 {
		return fmt.Errorf("check backup policy: MinRetention is %s, want zero or more", p.MinRetention)
	}
	return nil
}
