package schedule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Schedule is when something is due. The zero value never is.
type Schedule struct {
	every time.Duration
	cron  *cron
}

// Parse reads an expression. Its error says what is wrong with it.
func Parse(expression string) (Schedule, error) {
	kind, rest, found := strings.Cut(expression, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	var s Schedule
	var err error
	switch {
	case found && closed && kind == "rate":
		s.every, err = parseRate(inner)
	case found && closed && kind == "cron":
		s.cron, err = parseCron(inner)
	default:
		err = fmt.Errorf("it is neither rate(value unit) nor cron(six fields)")
	}
	if err != nil {
		return Schedule{}, fmt.Errorf("parse schedule %q: %w", expression, err)
	}
	return s, nil
}

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

func parseRate(inner string) (time.Duration, error) {
	fields := strings.Fields(inner)
	if len(fields) != 2 {
		return 0, fmt.Errorf("a rate is a value and a unit")
	}
	value, err := strconv.ParseUint(fields[0], 10, 32)
	if err != nil || value == 0 {
		return 0, fmt.Errorf("value %q is not a positive number", fields[0])
	}
	unit, known := units[strings.TrimSuffix(fields[1], "s")]
	switch plural := strings.HasSuffix(fields[1], "s"); {
	case !known:
		return 0, fmt.Errorf("unit %q is none of minute, hour, day and their plurals", fields[1])
	case plural == (value == 1):
		return 0, fmt.Errorf("unit %q does not agree with %d: one is singular, all else is plural", fields[1], value)
	case value > uint64(math.MaxInt64/unit):
		return 0, fmt.Errorf("value %d is too large", value)
	}
	return time.Duration(value) * unit, nil
}

// Every is the interval of a rate, 0 of a cron expression.
func (s Schedule) Every() time.Duration { return s.every }

// Next is the first time after a given one: for a rate that time plus the interval, for a cron expression the first
// minute that matches. It is zero if there is none.
func (s Schedule) Next(after time.Time) time.Time {
	switch {
	case s.every > 0:
		return after.UTC().Add(s.every)
	case s.cron != nil:
		return s.cron.next(after.UTC())
	default:
		return time.Time{}
	}
}
