package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	parsed, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestNext(t *testing.T) {
	for _, test := range []struct{ expression, after, want string }{
		{"rate(1 minute)", "2026-03-01 10:00:07", "2026-03-01 10:01:07"},
		{"rate(5 minutes)", "2026-03-01 10:00:00", "2026-03-01 10:05:00"},
		{"rate(6 hours)", "2026-03-01 22:00:00", "2026-03-02 04:00:00"},
		{"rate(1 day)", "2026-02-28 10:00:00", "2026-03-01 10:00:00"},
		{"rate(7 days)", "2026-02-28 10:00:00", "2026-03-07 10:00:00"},
		// The user guide's own examples.
		{"cron(0 10 * * ? *)", "2026-03-01 10:00:00", "2026-03-02 10:00:00"},
		{"cron(15 12 * * ? *)", "2026-03-01 10:00:00", "2026-03-01 12:15:00"},
		{"cron(0 18 ? * MON-FRI *)", "2026-03-06 18:00:00", "2026-03-09 18:00:00"}, // Friday to Monday
		{"cron(0 8 1 * ? *)", "2026-03-01 08:00:00", "2026-04-01 08:00:00"},
		{"cron(0/15 * * * ? *)", "2026-03-01 10:44:59", "2026-03-01 10:45:00"},
		{"cron(0/10 * ? * MON-FRI *)", "2026-03-06 23:50:00", "2026-03-09 00:00:00"},
		{"cron(0/5 8-17 ? * MON-FRI *)", "2026-03-02 17:55:00", "2026-03-03 08:00:00"},
		{"cron(0/30 20-2 * * ? *)", "2026-03-02 17:55:00", "error"}, // a range ends after it begins
		// What the generated files have.
		{"cron(0 6 ? * SUN *)", "2026-03-01 05:59:59", "2026-03-01 06:00:00"},
		{"cron(0 6 ? * SUN *)", "2026-03-01 06:00:00", "2026-03-08 06:00:00"},
		// Steps, lists, ranges, names in any case.
		{"cron(5/20 3 * * ? *)", "2026-03-01 03:05:00", "2026-03-01 03:25:00"},
		{"cron(10-20/5 3 * * ? *)", "2026-03-01 03:16:00", "2026-03-01 03:20:00"},
		{"cron(1,59 3,4 * * ? *)", "2026-03-01 03:01:00", "2026-03-01 03:59:00"},
		{"cron(0 0 1/10 * ? *)", "2026-02-21 00:00:00", "2026-03-01 00:00:00"},
		{"cron(0 0 1 jan,Jul ? *)", "2026-03-01 00:00:00", "2026-07-01 00:00:00"},
		{"cron(0 0 ? * 1,sat *)", "2026-03-01 00:00:00", "2026-03-07 00:00:00"},
		// Last days.
		{"cron(0 0 L * ? *)", "2026-02-01 00:00:00", "2026-02-28 00:00:00"},
		{"cron(0 0 L 2 ? *)", "2027-03-01 00:00:00", "2028-02-29 00:00:00"},
		{"cron(0 0 ? * L *)", "2026-03-01 00:00:00", "2026-03-07 00:00:00"},
		{"cron(0 0 ? * 6L *)", "2026-03-01 00:00:00", "2026-03-27 00:00:00"},
		{"cron(0 0 ? * FRIL *)", "2026-03-27 00:00:00", "2026-04-24 00:00:00"},
		// Nearest weekdays stay in their month.
		{"cron(0 0 3W * ? *)", "2026-10-01 00:00:00", "2026-10-02 00:00:00"},  // the 3rd is a Saturday
		{"cron(0 0 4W * ? *)", "2026-10-01 00:00:00", "2026-10-05 00:00:00"},  // a Sunday
		{"cron(0 0 5W * ? *)", "2026-10-01 00:00:00", "2026-10-05 00:00:00"},  // a Monday
		{"cron(0 0 1W 8 ? *)", "2026-01-01 00:00:00", "2026-08-03 00:00:00"},  // Saturday the 1st
		{"cron(0 0 31W 5 ? *)", "2026-01-01 00:00:00", "2026-05-29 00:00:00"}, // Sunday the 31st
		{"cron(0 0 31W 2 ? *)", "2026-01-01 00:00:00", ""},
		// The nth weekday.
		{"cron(0 0 ? * 3#2 *)", "2026-03-01 00:00:00", "2026-03-10 00:00:00"},
		{"cron(0 0 ? * MON#5 *)", "2026-03-01 00:00:00", "2026-03-30 00:00:00"},
		{"cron(0 0 ? * MON#5 *)", "2026-03-30 00:00:00", "2026-06-29 00:00:00"},
		// Years.
		{"cron(0 0 1 1 ? 2027-2029/2)", "2026-03-01 00:00:00", "2027-01-01 00:00:00"},
		{"cron(0 0 1 1 ? 2027-2029/2)", "2027-01-01 00:00:00", "2029-01-01 00:00:00"},
		{"cron(0 0 1 1 ? 2029)", "2029-01-01 00:00:00", ""},
		{"cron(0 0 1 1 ? 1970)", "1900-03-01 00:00:00", "1970-01-01 00:00:00"},
		{"cron(59 23 31 12 ? 2199)", "2026-03-01 00:00:00", "2199-12-31 23:59:00"},
		{"cron(0 0 30 2 ? *)", "2026-03-01 00:00:00", ""},
	} {
		parsed, err := Parse(test.expression)
		if test.want == "error" {
			if err == nil {
				t.Errorf("%s was taken", test.expression)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.expression, err)
			continue
		}
		if got := parsed.Next(at(t, test.after)); !got.Equal(at(t, test.want)) {
			t.Errorf("%s after %s: %s, want %s", test.expression, test.after, got, test.want)
		}
	}
}

func TestNextIsUTC(t *testing.T) {
	parsed, err := Parse("cron(0 10 * * ? *)")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := time.Date(2026, 3, 1, 9, 30, 0, 0, time.FixedZone("", -5*3600)) // 14:30 UTC
	if got := parsed.Next(elsewhere); got.String() != "2026-03-02 10:00:00 +0000 UTC" {
		t.Errorf("next is %s", got)
	}
	if got := (Schedule{}).Next(elsewhere); !got.IsZero() {
		t.Errorf("the zero value is due at %s", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for expression, want := range map[string]string{
		"":                            "neither rate",
		"every minute":                "neither rate",
		"at(2026-01-01T00:00:00)":     "neither rate",
		"Rate(1 minute)":              "neither rate",
		"rate(1 minute":               "neither rate",
		"rate()":                      "a value and a unit",
		"rate(5)":                     "a value and a unit",
		"rate(0 minutes)":             `value "0"`,
		"rate(-1 minutes)":            `value "-1"`,
		"rate(1.5 hours)":             `value "1.5"`,
		"rate(1 minutes)":             "does not agree",
		"rate(5 minute)":              "does not agree",
		"rate(30 seconds)":            `unit "seconds"`,
		"rate(1 week)":                `unit "week"`,
		"rate(4294967295 days)":       "too large",
		"cron(* * * * *)":             "5 fields",
		"cron(0 6 * * * *)":           "must be ?",
		"cron(0 6 ? * ? *)":           "both ?",
		"cron(0 6 1 * MON *)":         "must be ?",
		"cron(60 6 ? * MON *)":        `minutes: "60"`,
		"cron(-1 6 ? * MON *)":        "minutes",
		"cron(+1 6 ? * MON *)":        `minutes: "+1"`,
		"cron(0 24 ? * MON *)":        `hours: "24"`,
		"cron(? 1 ? * MON *)":         "minutes",
		"cron(0 1 0 * ? *)":           `day of month: "0"`,
		"cron(0 1 32W * ? *)":         `day of month: "32"`,
		"cron(0 1 1W,15W * ? *)":      "day of month",
		"cron(0 1 ? * 0 *)":           `day of week: "0"`,
		"cron(0 1 ? * 8 *)":           `day of week: "8"`,
		"cron(0 1 ? * MON#6 *)":       "fifth",
		"cron(0 1 ? * MON#1,TUE#1 *)": "fifth",
		"cron(0 1 ? * 2/2 *)":         "day of week: step",
		"cron(0 1 ? * FRI-MON *)":     "ends before it begins",
		"cron(0 1 ? 13 MON *)":        `month: "13"`,
		"cron(0 1 ? FEBR MON *)":      `month: "FEBR"`,
		"cron(0 1 ? * MON 1969)":      `year: "1969"`,
		"cron(0 1 ? * MON 2200)":      `year: "2200"`,
		"cron(0/0 1 ? * MON *)":       "minutes: step",
		"cron(,1 1 ? * MON *)":        "minutes",
	} {
		if _, err := Parse(expression); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", expression, err, want)
		}
	}
}

// TestAgreesWithEveryMinute compares Next with a slow, obvious twin that asks every minute whether it matches.
func TestAgreesWithEveryMinute(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	choose := func(from ...string) string { return from[random.IntN(len(from))] }
	for range 40 {
		ofMonth, ofWeek := "?", choose("*", "MON-FRI", "2", "1,4", "L", "6L", "5#3", "SUN")
		if random.IntN(2) == 0 {
			ofMonth, ofWeek = choose("*", "1", "L", "15W", "1W", "31W", "5-20/3", "10,29"), "?"
		}
		fields := []string{
			choose("*", "0", "0/20", "7,31", "50-55"), choose("*", "0", "6-9", "3/7"), ofMonth,
			choose("*", "2", "JAN-MAR", "4/3"), ofWeek, choose("*", "2026", "2027-2028"),
		}
		expression := "cron(" + strings.Join(fields, " ") + ")"
		parsed, err := Parse(expression)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(int64(500 * 24 * time.Hour))))
		var want time.Time
		for minute := start.Truncate(time.Minute).Add(time.Minute); minute.Before(start.AddDate(0, 2, 0)); minute = minute.Add(time.Minute) {
			if matches(fields, minute) {
				want = minute
				break
			}
		}
		got := parsed.Next(start)
		if !want.IsZero() && !got.Equal(want) || want.IsZero() && !got.IsZero() && got.Before(start.AddDate(0, 2, 0)) {
			t.Fatalf("seed %d: %s after %s: %s, want %s", seed, expression, start, got, want)
		}
	}
}

// matches compares each field as text with what the minute would be called.
func matches(fields []string, minute time.Time) bool {
	one := func(text string, value int, names ...string) bool {
		return slices.ContainsFunc(strings.Split(text, ","), func(part string) bool {
			span, step, stepped := strings.Cut(part, "/")
			every, _ := strconv.Atoi(step)
			low, high, ranged := strings.Cut(span, "-")
			read := func(text string) int {
				if i := slices.Index(names, text); i >= 0 {
					return i + 1
				}
				number, _ := strconv.Atoi(text)
				return number
			}
			from, to := read(low), read(high)
			switch {
			case span == "*":
				return true
			case ranged && stepped:
				return value >= from && value <= to && (value-from)%every == 0
			case ranged:
				return value >= from && value <= to
			case stepped:
				return value >= from && (value-from)%every == 0
			default:
				return value == from
			}
		})
	}
	day, tomorrow, inWeek := minute.Day(), minute.AddDate(0, 0, 1), minute.AddDate(0, 0, 7)
	week := int(minute.Weekday()) + 1
	days := false
	switch text := fields[2] + fields[4]; text {
	case "L?":
		days = tomorrow.Month() != minute.Month()
	case "?L":
		days = week == 7
	case "?6L":
		days = week == 6 && inWeek.Month() != minute.Month()
	case "?5#3":
		days = week == 5 && day >= 15 && day <= 21
	case "15W?", "1W?", "31W?":
		target, _ := strconv.Atoi(strings.TrimSuffix(fields[2], "W"))
		days = nearest(minute, target)
	default:
		days = fields[2] != "?" && one(fields[2], day) || fields[4] != "?" && one(fields[4], week, "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
	}
	return days && one(fields[0], minute.Minute()) && one(fields[1], minute.Hour()) && one(fields[5], minute.Year()) &&
		one(fields[3], int(minute.Month()), "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
}

// nearest compares the distances of all weekdays of the month.
func nearest(minute time.Time, target int) bool {
	best, distance := 0, 100
	for day := 1; day <= 31; day++ {
		date := time.Date(minute.Year(), minute.Month(), day, 0, 0, 0, 0, time.UTC)
		if date.Month() != minute.Month() || date.Weekday() == time.Saturday || date.Weekday() == time.Sunday {
			continue
		}
		if away := max(day-target, target-day); away < distance {
			best, distance = day, away
		}
	}
	exists := time.Date(minute.Year(), minute.Month(), target, 0, 0, 0, 0, time.UTC).Month() == minute.Month()
	return exists && best == minute.Day()
}

func ExampleParse() {
	schedule, err := Parse("cron(0 6 ? * SUN *)")
	if err != nil {
		panic(err)
	}
	fmt.Println(schedule.Next(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)))
	// Output: 2026-03-08 06:00:00 +0000 UTC
}
