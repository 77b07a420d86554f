package secretsmanager

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		name             string
		rules            Rules
		last, start, end string
	}{
		{"days begin at midnight and end with the day", Rules{AutomaticallyAfterDays: 30}, "2026-03-01T15:04:05Z", "2026-03-31T00:00:00Z", "2026-03-31T23:59:59Z"},
		{"a window of three hours", Rules{AutomaticallyAfterDays: 1, Duration: "3h"}, "2026-03-01T15:04:05Z", "2026-03-02T00:00:00Z", "2026-03-02T03:00:00Z"},
		{"a rate of days", Rules{ScheduleExpression: "rate(10 days)"}, "2026-02-25T15:04:05Z", "2026-03-07T00:00:00Z", "2026-03-07T23:59:59Z"},
		{"a rate of hours counts from midnight", Rules{ScheduleExpression: "rate(4 hours)"}, "2026-03-01T15:04:05Z", "2026-03-01T16:00:00Z", "2026-03-01T17:00:00Z"},
		{"a rate of hours over midnight", Rules{ScheduleExpression: "rate(12 hours)", Duration: "2h"}, "2026-03-01T15:04:05Z", "2026-03-02T00:00:00Z", "2026-03-02T02:00:00Z"},
		{"a rate of a day in hours", Rules{ScheduleExpression: "rate(24 hours)"}, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-02T01:00:00Z"},
		{"cron of a weekday", Rules{ScheduleExpression: "cron(0 8 ? * SUN *)"}, "2026-03-01T08:00:00Z", "2026-03-08T08:00:00Z", "2026-03-08T23:59:59Z"},
		{"cron of hours", Rules{ScheduleExpression: "cron(0 8,16 * * ? *)"}, "2026-03-01T06:00:00Z", "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"},
		{"not into the next day", Rules{ScheduleExpression: "cron(0 22 * * ? *)", Duration: "4h"}, "2026-03-01T06:00:00Z", "2026-03-01T22:00:00Z", "2026-03-01T23:59:59Z"},
		{"no schedule", Rules{}, "2026-03-01T06:00:00Z", "", ""},
		{"a day that never comes", Rules{ScheduleExpression: "cron(0 8 30 2 ? *)"}, "2026-03-01T06:00:00Z", "", ""},
	} {
		if err := test.rules.validate(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		last, err := time.Parse(time.RFC3339, test.last)
		if err != nil {
			t.Fatal(err)
		}
		start, end := test.rules.window(last)
		text := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.Format(time.RFC3339)
		}
		if text(start) != test.start || text(end) != test.end {
			t.Errorf("%s: %s to %s, want %s to %s", test.name, text(start), text(end), test.start, test.end)
		}
	}
}

func TestRotationRetryDelay(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 6: 32 * time.Minute, 7: time.Hour, 1000: time.Hour} {
		if got := RotationRetryDelay(failures); got != want {
			t.Errorf("after %d failures %s, want %s", failures, got, want)
		}
	}
}
