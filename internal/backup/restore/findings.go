package restore

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// Findings is what the ledger's own checks saw in a restored database.
type Findings struct {
	// TrialBalance is the sum of all entries by currency, in minor units; every one must be zero.
	TrialBalance map[string]int64
	// Payments is how many payments were restored.
	Payments int64
	// NewestPayment is when the newest of them was posted; zero if there is none.
	NewestPayment time.Time
}

// JudgeFindings decides whether a restored ledger is sound, at the time the test began, and says why in one line. It
// is pure. An empty ledger passes: a new system has one, and the trial balance of nothing is zero.
func JudgeFindings(findings Findings, startedAt time.Time, policy Policy) (passed bool, reason string) {
	var off []string
	for currency, sum := range findings.TrialBalance {
		if sum != 0 {
			off = append(off, fmt.Sprintf("%s %+d", currency, sum))
		}
	}
	if len(off) > 0 {
		sort.Strings(off)
		return false, "trial balance is not zero, in minor units: " + strings.Join(off, ", ")
	}
	if findings.Payments == 0 {
		return true, "trial balance is zero; the ledger has no payment"
	}
	age := max(startedAt.Sub(findings.NewestPayment), 0).Round(time.Second)
	if policy.MaxNewestAge > 0 && age > policy.MaxNewestAge {
		return false, fmt.Sprintf("newest payment is %s older than the test, limit %s", age, policy.MaxNewestAge)
	}
	return true, fmt.Sprintf("trial balance is zero over %d payments; the newest is %s older than the test", findings.Payments, age)
}
