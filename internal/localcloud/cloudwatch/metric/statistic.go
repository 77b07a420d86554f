package metric

import (
	"fmt"
	"strconv"
	"strings"
)

// Statistic is one number of a Set: Sum, p99, ...
type Statistic struct {
	// Name is as AWS writes it.
	Name string
	// Percentile is set for p0 to p100.
	Percentile   float64
	IsPercentile bool
}

// The statistics that are no percentiles.
const (
	Average     = "Average"
	Sum         = "Sum"
	Minimum     = "Minimum"
	Maximum     = "Maximum"
	SampleCount = "SampleCount"
)

// Simple are the statistics that are no percentiles.
var Simple = []string{SampleCount, Average, Sum, Minimum, Maximum}

// ParseStatistic reads Average, Sum, Minimum, Maximum, SampleCount and p0 to p100.
func ParseStatistic(name string) (Statistic, error) {
	switch name {
	case Average, Sum, Minimum, Maximum, SampleCount:
		return Statistic{Name: name}, nil
	}
	if digits, ok := strings.CutPrefix(name, "p"); ok {
		percent, err := strconv.ParseFloat(digits, 64)
		if err == nil && percent >= 0 && percent <= 100 {
			return Statistic{Name: name, Percentile: percent, IsPercentile: true}, nil
		}
	}
	return Statistic{}, fmt.Errorf("statistic %q: Average, Sum, Minimum, Maximum, SampleCount and p0 to p100 are modelled (no trimmed means, percentile ranks and the like)", name)
}

// Of is the statistic of a set; known is false when it has none.
func (s Statistic) Of(set *Set) (value float64, known bool) {
	if set.Count == 0 {
		return 0, false
	}
	if s.IsPercentile {
		return set.Percentile(s.Percentile)
	}
	switch s.Name {
	case Average:
		return set.Sum / set.Count, true
	case Sum:
		return set.Sum, true
	case Minimum:
		return set.Minimum, true
	case Maximum:
		return set.Maximum, true
	default:
		return set.Count, true
	}
}
