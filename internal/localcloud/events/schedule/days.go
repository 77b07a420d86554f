package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	dayOfMonth = field{name: "day of month", first: 1, last: 31, steps: true}
	dayOfWeek  = field{name: "day of week", first: 1, last: 7, names: dayNames}
)

type daysFunc = func(year int, month time.Month) set

// parseDays reads the two fields of days, of which exactly one is "?".
func parseDays(ofMonth, ofWeek string) (daysFunc, error) {
	switch {
	case ofMonth == "?" && ofWeek == "?":
		return nil, errors.New("day of month and day of week are both ?")
	case ofWeek == "?":
		return parseDayOfMonth(ofMonth)
	case ofMonth == "?":
		return parseDayOfWeek(ofWeek)
	default:
		return nil, errors.New("day of month or day of week must be ?")
	}
}

// parseDayOfMonth reads values, L (the last day) or dW (the weekday nearest to day d, in the same month).
func parseDayOfMonth(text string) (daysFunc, error) {
	if text == "L" {
		return func(year int, month time.Month) set { return set{lastDay(year, month): true} }, nil
	}
	if day, ok := strings.CutSuffix(text, "W"); ok {
		wanted, err := dayOfMonth.value(day)
		if err != nil {
			return nil, err
		}
		return func(year int, month time.Month) set { return nearestWeekday(year, month, wanted) }, nil
	}
	values, err := dayOfMonth.parse(text)
	return func(int, time.Month) set { return values }, err
}

// parseDayOfWeek reads values, L (Saturday), dL (the last day d of the month) or d#n (the nth day d of the month).
func parseDayOfWeek(text string) (daysFunc, error) {
	day, nth, counted := strings.Cut(text, "#")
	last, isLast := strings.CutSuffix(text, "L")
	switch {
	case text == "L":
		text = "SAT"
	case counted:
		wanted, err := dayOfWeek.value(day)
		if err != nil {
			return nil, err
		}
		which, err := number(nth)
		if err != nil || which < 1 || which > 5 {
			return nil, fmt.Errorf("day of week: %q is no day from the first to the fifth of a month", text)
		}
		return func(year int, month time.Month) set {
			return pick(year, month, wanted, func(day int) bool { return (day-1)/7 == which-1 })
		}, nil
	case isLast:
		wanted, err := dayOfWeek.value(last)
		if err != nil {
			return nil, err
		}
		return func(year int, month time.Month) set {
			return pick(year, month, wanted, func(day int) bool { return day+7 > lastDay(year, month) })
		}, nil
	}
	values, err := dayOfWeek.parse(text)
	if err != nil {
		return nil, err
	}
	return func(year int, month time.Month) set {
		days := set{}
		for day := 1; day <= lastDay(year, month); day++ {
			if values.has(weekday(year, month, day)) {
				days[day] = true
			}
		}
		return days
	}, nil
}

// pick returns the days of a month that are a certain weekday and wanted.
func pick(year int, month time.Month, day int, wanted func(day int) bool) set {
	days := set{}
	for i := 1; i <= lastDay(year, month); i++ {
		if weekday(year, month, i) == day && wanted(i) {
			days[i] = true
		}
	}
	return days
}

// nearestWeekday stays in the month: a Saturday the 1st moves to Monday the 3rd.
func nearestWeekday(year int, month time.Month, day int) set {
	last := lastDay(year, month)
	if day > last {
		return nil
	}
	switch weekday(year, month, day) {
	case 7:
		if day--; day == 0 {
			day = 3
		}
	case 1:
		if day++; day > last {
			day -= 3
		}
	}
	return set{day: true}
}

// weekday counts as cron does: 1 is Sunday.
func weekday(year int, month time.Month, day int) int {
	return int(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Weekday()) + 1
}

func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
