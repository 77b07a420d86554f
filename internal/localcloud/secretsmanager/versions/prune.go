package versions

import (
	"slices"
	"time"
)

const (
	// Limit is how many versions a secret may have: Secrets Manager keeps the 100 most recent ones.
	Limit = 100
	// LabelLimit is how many labels all versions of a secret may have together.
	LabelLimit = 20
	// young versions are never removed.
	young = 24 * time.Hour
)

// Prune removes what Secrets Manager removes in the background: versions without a label that are not among the most
// recent ones and older than a day, and those without a label that never got a value.
func (s Set) Prune(now time.Time) Set {
	excess := len(s) - Limit
	index := -1
	return slices.DeleteFunc(s, func(version Version) bool {
		index++
		if len(version.Stages) > 0 {
			return false
		}
		return version.Value.Empty() || index < excess && now.Sub(version.Created) > young
	})
}
