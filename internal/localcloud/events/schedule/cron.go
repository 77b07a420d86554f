package schedule

import (
	"fmt"
	"strings"
	"time"
)

const firstYear, lastYear = 1970, 2199

// cron is a parsed cron expression: the values that match, and the days of a month that do.
type cron struct {
	minutes, hours, months, years set
	days                          func(year int, month time.Month) set
}

func parseCron(inner string) (*cron, error) {
	fields := strings.Fields(inner)
	if len(fields) != 6 {
		return nil, fmt.Errorf("%d fields, want six: minutes, hours, day of month, month, day of week, year", len(fields))
	}
	var c cron
	for _, f := range []struct {
		into *set
		text string
		rule field
	}{
		{&c.minutes, fields[0], field{name: "minutes", first: 0, last: 59, steps: true}},
		{&c.hours, fields[1], field{name: "hours", first: 0, last: 23, steps: true}},
		{&c.months, fields[3], field{name: "month", first: 1, last: 12, names: monthNames, steps: true}},
		{&c.years, fields[5], field{name: "year", first: firstYear, last: lastYear, steps: true}},
	} {
		var err error
		if *f.into, err = f.rule.parse(f.text); err != nil {
			return nil, err
		}
	}
	days, err := parseDays(fields[2], fields[4])
	if err != nil {
		return nil, err
	}
	c.days = days
	return &c, nil
}

// next looks for the first matching minute, skipping years and months that do not match as a whole.
func (c *cron) next(after time.Time) time.Time {
	at := after.Truncate(time.Minute).Add(time.Minute)
	if at.Year() < firstYear {
		at = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for at.Year() <= lastYear {
		year, month, day := at.Date()
		switch {
		case !c.years.has(year):
			at = time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC)
		case !c.months.has(int(month)):
			at = time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
		case !c.days(year, month).has(day):
			at = time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC)
		case !c.hours.has(at.Hour()):
			at = time.Date(year, month, day, at.Hour()+1, 0, 0, 0, time.UTC)
		case !c.minutes.has(at.Minute()):
			at = at.Add(time.Minute)
		default:
			return at
		}
	}
	return time.Time{}
}
