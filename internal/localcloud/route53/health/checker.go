package health

import "time"

// Verdict is one checker's opinion.
type Verdict int

// A checker has no opinion until as many results in a row as the threshold agree.
const (
	Unknown Verdict = iota
	Well
	Ill
)

// Result is the outcome of one probe.
type Result struct {
	Healthy bool
	// Reason is worded for people, beginning with "Success: " or "Failure: ".
	Reason string
	// Connect is the time until connected; Total until the status, or the body, was judged.
	Connect, Total time.Duration
}

// Checker is the state of one checker. Its zero value, with a threshold, is a new one.
type Checker struct {
	// Threshold is how many results in a row change the verdict, to either side.
	Threshold int
	Verdict   Verdict
	// Streak is how many results in a row were like the last one.
	Streak int
	Last   Result
	// Checked is when the last probe ended.
	Checked time.Time
}

// Observe takes the result of a probe that ended now and returns the checker afterwards.
func (c Checker) Observe(result Result, now time.Time) Checker {
	if c.Checked.IsZero() || result.Healthy != c.Last.Healthy {
		c.Streak = 0
	}
	c.Streak++
	c.Last, c.Checked = result, now
	if c.Streak >= c.Threshold {
		c.Verdict = Ill
		if result.Healthy {
			c.Verdict = Well
		}
	}
	return c
}

// Next is when the checker probes again: the interval counts from the response and not from the request.
func (c Checker) Next(interval time.Duration) time.Time { return c.Checked.Add(interval) }

// healthyShare is the documented share of checkers above which an endpoint is healthy, in percent: "more than 18%".
const healthyShare = 18

// Healthy counts checkers: healthy if more than 18 % of them are. One without an opinion counts as healthy, so that a
// new health check is healthy until enough checkers know better.
func Healthy(checkers []Checker) bool {
	well := countWell(checkers)
	return len(checkers) == 0 || well*100 > len(checkers)*healthyShare
}

// Percentage is the share of checkers that say healthy, 0 to 100, as the metric HealthCheckPercentageHealthy has it.
func Percentage(checkers []Checker) float64 {
	if len(checkers) == 0 {
		return 100
	}
	return 100 * float64(countWell(checkers)) / float64(len(checkers))
}

// Status is what DNS uses: disabled counts as healthy, and inverting comes last.
func Status(config Config, checkers []Checker) bool {
	return (config.Disabled || Healthy(checkers)) != config.Inverted
}

func countWell(checkers []Checker) int {
	well := 0
	for _, checker := range checkers {
		if checker.Verdict != Ill {
			well++
		}
	}
	return well
}
