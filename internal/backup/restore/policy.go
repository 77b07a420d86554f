package restore

import (
	"fmt"
	"time"
)

// Method says what is restored.
type Method string

// The methods. MethodAuto restores a primary to its latest restorable time and a secondary from its newest scheduled
// snapshot, because AWS documents no point-in-time restore of a secondary.
const (
	MethodAuto     Method = "auto"
	MethodLatest   Method = "latest"
	MethodSnapshot Method = "snapshot"
)

// Policy bounds a test. The zero Policy is not usable; start from DefaultPolicy.
type Policy struct {
	Method Method
	// InstanceClass of the one instance; it serves a few queries, so it is small whatever the source has.
	InstanceClass string
	// Deadline is the age above which an undecided test has failed and is removed.
	Deadline time.Duration
	// Removal is how long after Deadline a cluster may still be there before that alone is an error.
	Removal time.Duration
	// PollInterval is the pause between two looks at RDS while something is under way.
	PollInterval time.Duration
	// Margin is kept free before the context's deadline, so that an invocation ends by itself.
	Margin time.Duration
	// MaxNewestAge is the most by which the newest payment may precede the test; zero reports it without judging,
	// since a quiet system is not a broken one.
	MaxNewestAge time.Duration
}

// DefaultPolicy returns the limits used in production.
func DefaultPolicy() Policy {
	return Policy{
		Method:        MethodAuto,
		InstanceClass: "db.t4g.medium",
		Deadline:      4 * time.Hour,
		Removal:       2 * time.Hour,
		PollInterval:  15 * time.Second,
		Margin:        20 * time.Second,
	}
}

// Validate names the first field that cannot work.
func (p Policy) Validate() error {
	switch p.Method {
	case MethodAuto, MethodLatest, MethodSnapshot:
	default:
		return fmt.Errorf("check restore policy: method is %q, want %s, %s or %s", p.Method, MethodAuto, MethodLatest, MethodSnapshot)
	}
	if p.InstanceClass == "" {
		return fmt.Errorf("check restore policy: no instance class")
	}
	for name, value := range map[string]time.Duration{"deadline": p.Deadline, "removal": p.Removal, "poll interval": p.PollInterval} {
		if value <= 0 {
			return fmt.Errorf("check restore policy: %s is %s, want more than zero", name, value)
		}
	}
	if p.Margin < 0 || p.MaxNewestAge < 0 {
		return fmt.Errorf("check restore policy: margin %s and newest age %s must not be negative", p.Margin, p.MaxNewestAge)
	}
	return nil
}
