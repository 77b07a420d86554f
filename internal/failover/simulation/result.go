package simulation

import (
	"fmt"
	"strings"
	"time"
)

// Result is what a seed came to. Problem says how Invariant was broken; it is empty if none was.
type Result struct {
	Seed      uint64
	Invariant Invariant
	Problem   string
	// Story is told by Tell and Shrink; Shrunk: what does not matter is left out.
	Story  []string
	Shrunk bool

	Payments, Acknowledged, Answers int
	Harms, Disasters, Surprises     int
	// Claims counts new epochs, Takeovers those that became active in another Region than the one before.
	Claims, Takeovers, Replayed int
	// Returned: the lease came back to where it was before the first disaster.
	Returned bool
	// BornDead: a Region's database died when it had just begun a term as the writer.
	BornDead     bool
	Calls, Steps int
	Lasted       time.Duration
}

// Failed tells whether an invariant was broken.
func (r Result) Failed() bool { return r.Problem != "" }

// String is the story with what it came to.
func (r Result) String() string {
	if !r.Failed() {
		return fmt.Sprintf("seed %d keeps every invariant", r.Seed)
	}
	parts := fmt.Sprintf("%d disasters, %d harms, %d surprises, %d payments", r.Disasters, r.Harms-r.Disasters, r.Surprises, r.Payments)
	if r.Shrunk {
		parts = "the smallest story has " + parts
	}
	return fmt.Sprintf("seed %d breaks %s: %s\n%s:\n%s", r.Seed, r.Invariant, r.Problem, parts, strings.Join(r.Story, "\n"))
}
