package cost

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const day = 86400.0

// runsPerMonth is how often rate(...) or cron(...) starts something in a month of so many seconds
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
func runsPerMonth(schedule string, month float64) (float64, error) {
	kind, inner, ok := strings.Cut(strings.TrimSuffix(schedule, ")"), "(")
	fields := strings.Fields(inner)
	switch {
	case ok && kind == "rate" && len(fields) == 2:
		return rate(schedule, fields, month)
	case ok && kind == "cron" && len(fields) == 6:
		return cron(schedule, fields, month)
	}
	return 0, fmt.Errorf("schedule %q is neither a rate nor a cron expression", schedule)
}

func rate(schedule string, fields []string, month float64) (float64, error) {
	count, err := strconv.Atoi(fields[0])
	unit := map[string]float64{"minute": 60, "hour": 3600, "day": day}[strings.TrimSuffix(fields[1], "s")]
	if err != nil || count <= 0 || unit == 0 {
		return 0, fmt.Errorf("schedule %q is not a rate of minutes, hours or days", schedule)
	}
	return month / (float64(count) * unit), nil
}

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// cron multiplies how many minutes, hours, days and months match. A field of the year counts as every year.
func cron(schedule string, fields []string, month float64) (float64, error) {
	values := make([]float64, 5)
	for i, field := range []struct {
		first, size int
		names       []string
	}{{0, 60, nil}, {0, 24, nil}, {1, 31, nil}, {1, 12, monthNames}, {1, 7, dayNames}} {
		matching, err := matches(fields[i], field.first, field.size, field.names)
		if err != nil {
			return 0, fmt.Errorf("schedule %q: %w", schedule, err)
		}
		values[i] = float64(matching) / float64(field.size)
	}
	if fields[5] != "*" {
		return 0, fmt.Errorf("schedule %q: a year has no monthly cost", schedule)
	}
	return values[0] * 60 * values[1] * 24 * values[2] * values[3] * values[4] * month / day, nil
}

// matches counts the values of a field of cron: * or ?, numbers and names, ranges, lists, and steps.
func matches(field string, first, size int, names []string) (int, error) {
	if field == "*" || field == "?" {
		return size, nil
	}
	count := 0
	for part := range strings.SplitSeq(field, ",") {
		span, step, stepped := strings.Cut(part, "/")
		every := 1
		if stepped {
			var err error
			if every, err = strconv.Atoi(step); err != nil || every < 1 {
				return 0, fmt.Errorf("step %q is not a number", part)
			}
		}
		from, to := first, first+size-1
		if span != "*" {
			low, high, ranged := strings.Cut(span, "-")
			var err error
			if from, err = value(low, first, size, names); err != nil {
				return 0, err
			}
			switch {
			case ranged:
				if to, err = value(high, first, size, names); err != nil {
					return 0, err
				}
			case !stepped:
				to = from
			}
		}
		if to < from {
			return 0, fmt.Errorf("range %q ends before it begins", part)
		}
		count += (to-from)/every + 1
	}
	return count, nil
}

func value(text string, first, size int, names []string) (int, error) {
	if i := slices.Index(names, text); i >= 0 {
		return first + i, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < first || number >= first+size {
		return 0, fmt.Errorf("value %q is not understood", text)
	}
	return number, nil
}
