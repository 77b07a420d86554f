package health

import "time"

// Minute is what a health check gives CloudWatch once a minute (namespace AWS/Route53).
type Minute struct {
	HealthCheckID string
	// Start is the minute's begin, a whole minute of UTC.
	Start time.Time
	// Lowest is HealthCheckStatus: 1 if the check was healthy during the whole minute, else 0.
	Lowest float64
	// LowestPercentage is the least HealthCheckPercentageHealthy of the minute, 0 to 100.
	LowestPercentage float64
}

// minimum gathers one minute. Its zero value has seen nothing.
type minimum struct {
	status, percentage float64
	seen               bool
}

func (m minimum) observe(healthy bool, percentage float64) minimum {
	status := 0.0
	if healthy {
		status = 1
	}
	if m.seen {
		status, percentage = min(status, m.status), min(percentage, m.percentage)
	}
	return minimum{status: status, percentage: percentage, seen: true}
}
