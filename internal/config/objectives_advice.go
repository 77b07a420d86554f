package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// fastest is the quickest setting that Route 53 allows, with the TTL of one second.
var fastest = HealthCheck{Interval: 10 * time.Second, Threshold: 1, TTL: time.Second}

// Miss is an objective that a configuration cannot meet.
type Miss struct {
	Measure   Measure `json:"measure"`
	Failure   Failure `json:"failure"`
	Subject   Subject `json:"subject"`
	Seconds   float64 `json:"seconds"`
	Objective float64 `json:"objective_seconds"`
	// Terms that a field changes, largest first.
	Terms []Term `json:"terms"`
	// Message is the whole in words, without advice.
	Message string `json:"message"`
}

// Misses are the objectives that are not met, in the order of the rows.
func (r Report) Misses() []Miss {
	var misses []Miss
	for _, row := range r.Rows {
		if row.Met {
			continue
		}
		miss := Miss{Measure: row.Measure, Failure: row.Failure, Subject: row.Subject, Seconds: row.Seconds, Objective: row.Limit.Seconds()}
		var parts []string
		for _, term := range slices.SortedStableFunc(slices.Values(row.Terms), func(a, b Term) int { return cmp.Compare(b.Duration, a.Duration) }) {
			if term.Key != "" {
				miss.Terms = append(miss.Terms, term)
				parts = append(parts, fmt.Sprintf("%gs %s (%s)", term.Seconds, term.Name, term.Key))
			}
		}
		miss.Message = fmt.Sprintf("%s Region, %s: worst case %gs, objectives.%s is %gs", row.Failure, row.Subject, miss.Seconds, row.Measure, miss.Objective)
		if len(parts) > 0 {
			miss.Message += "; change the largest terms first: " + strings.Join(parts, ", ")
		}
		misses = append(misses, miss)
	}
	return misses
}

// Explain is the misses and the advice as text for a person, a line each; empty if every objective is met.
func (r Report) Explain() string {
	misses := r.Misses()
	if len(misses) == 0 {
		return ""
	}
	var lines []string
	for _, miss := range misses {
		lines = append(lines, miss.Message)
	}
	if len(r.Advice) == 0 {
		lines = append(lines, fmt.Sprintf("no health check setting meets this; the best reachable worst case is %gs, so raise objectives.rto to that or more", r.Reachable))
		return strings.Join(lines, "\n")
	}
	var settings []string
	for _, setting := range r.Advice {
		settings = append(settings, setting.Key+": "+setting.Value)
	}
	return strings.Join(append(lines, "this would meet it: "+strings.Join(settings, ", ")), "\n")
}

// advise finds the calmest health check that meets the objectives: at least two failed probes and a TTL of 5 s or more
// if that is enough, then the slower interval, the higher threshold and the longer TTL. It never slows a setting down.
func advise(c Config) []Setting {
	now := c.HealthCheck
	for _, calm := range []bool{true, false} {
		for _, interval := range []time.Duration{30 * time.Second, 10 * time.Second} {
			for threshold := min(now.Threshold, 10); threshold >= 1; threshold-- {
				for _, ttl := range []time.Duration{now.TTL, 60 * time.Second, 30 * time.Second, 20 * time.Second, 10 * time.Second, 5 * time.Second, time.Second} {
					slower := interval > now.Interval || ttl > now.TTL
					hasty := threshold < min(2, now.Threshold) || ttl < min(5*time.Second, now.TTL)
					if slower || calm && hasty {
						continue
					}
					try := HealthCheck{Interval: interval, Threshold: threshold, TTL: ttl}
					if meets(c, try) {
						return difference(now, try)
					}
				}
			}
		}
	}
	return nil
}

func meets(c Config, check HealthCheck) bool { return slowest(check) <= c.Objectives.RTO }

// slowest is the worst case of a payer who follows DNS, over all failures.
func slowest(check HealthCheck) time.Duration {
	var worst time.Duration
	for _, failure := range Failures() {
		worst = max(worst, totalOf(dnsTerms(check, failure)))
	}
	return worst
}

// difference is what to change to come from one setting to the other.
func difference(from, to HealthCheck) []Setting {
	var settings []Setting
	if from.Interval != to.Interval {
		settings = append(settings, Setting{"health_check.interval", formatDuration(to.Interval)})
	}
	if from.Threshold != to.Threshold {
		settings = append(settings, Setting{"health_check.threshold", fmt.Sprint(to.Threshold)})
	}
	if from.TTL != to.TTL {
		settings = append(settings, Setting{"health_check.ttl", formatDuration(to.TTL)})
	}
	return settings
}
