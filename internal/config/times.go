package config

import (
	"fmt"
	"slices"
	"time"
)

// Bounds of the times that no service of AWS bounds for us.
const (
	// minimumTick keeps the controllers' writes to the control table below two a second and Region.
	minimumTick = 500 * time.Millisecond
	// ticksPerTTL lets a holder miss two renewals and still be alive (design section 6).
	ticksPerTTL = 3
	// maximumLeaseTTL lets one run of a controller (ControllerRun) see a whole one pass, whatever it knew before.
	maximumLeaseTTL = 90 * time.Second
	minimumDNSTTL   = time.Second
	maximumDNSTTL   = time.Hour
	maximumRTO      = 24 * time.Hour
)

func validateTimes(c Config, report reporter) {
	within(report, "health_check.ttl", c.HealthCheck.TTL, minimumDNSTTL, maximumDNSTTL)
	if c.HealthCheck.TTL%time.Second != 0 {
		report("health_check.ttl", formatDuration(c.HealthCheck.TTL), "is not whole seconds, which a DNS record counts in", "")
	}
	within(report, "lease.tick", c.Lease.Tick, minimumTick, maximumLeaseTTL)
	within(report, "lease.ttl", c.Lease.TTL, ticksPerTTL*minimumTick, maximumLeaseTTL)
	if need := ticksPerTTL * c.Lease.Tick; c.Lease.TTL < need {
		report("lease.ttl", formatDuration(c.Lease.TTL),
			fmt.Sprintf("is shorter than %d ticks of %s; one late renewal would start a failover", ticksPerTTL, formatDuration(c.Lease.Tick)),
			fmt.Sprintf("set lease.ttl to %s or more, or lease.tick to %s or less", formatDuration(need), formatDuration((c.Lease.TTL/ticksPerTTL).Truncate(100*time.Millisecond))))
	}
	within(report, "objectives.rto", c.Objectives.RTO, time.Second, maximumRTO)
	within(report, "objectives.rpo", c.Objectives.RPO, 0, maximumRTO)
}

func within(report reporter, key string, value, minimum, maximum time.Duration) {
	if value < minimum || value > maximum {
		report(key, formatDuration(value), fmt.Sprintf("must be between %s and %s", formatDuration(minimum), formatDuration(maximum)), "")
	}
}

// logRetentions are the days that CloudWatch Logs allows, apart from "for ever", which has a price for ever
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
var logRetentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func validateLogs(c Config, report reporter) {
	days := c.Logs.RetentionDays
	if slices.Contains(logRetentions, days) {
		return
	}
	next := logRetentions[len(logRetentions)-1]
	if i, _ := slices.BinarySearch(logRetentions, days); i < len(logRetentions) {
		next = logRetentions[i]
	}
	report("logs.retention_days", fmt.Sprint(days), "is not one of the numbers that CloudWatch Logs allows (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html)",
		fmt.Sprintf("the next one is %d", next))
}
