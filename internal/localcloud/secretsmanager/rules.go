package secretsmanager

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/events/schedule"
)

// Rules are a secret's rotation rules: a number of days or a schedule expression, and the length of the window.
type Rules struct {
	AutomaticallyAfterDays int    `json:",omitempty"`
	Duration               string `json:",omitempty"` // "3h"
	ScheduleExpression     string `json:",omitempty"` // rate(4 hours), rate(10 days), cron(0 8 ? * SUN *)
}

const (
	maximumDays  = 1000
	minimumHours = 4
	aDay         = 24 * time.Hour
)

var durationPattern = regexp.MustCompile(`^[0-9]{1,2}h$`)

// validate refuses what RotateSecret refuses.
func (r Rules) validate() error {
	switch {
	case r.AutomaticallyAfterDays != 0 && r.ScheduleExpression != "":
		return invalid("You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
	case r.AutomaticallyAfterDays < 0 || r.AutomaticallyAfterDays > maximumDays:
		return invalid("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
	case r.Duration != "" && (!durationPattern.MatchString(r.Duration) || r.duration() < time.Hour || r.duration() > aDay):
		return invalid("RotationRules.Duration %q must be a number of hours from 1h to 24h.", r.Duration)
	case r.ScheduleExpression == "":
		return nil
	}
	parsed, err := schedule.Parse(r.ScheduleExpression)
	every := parsed.Every()
	switch fields := strings.Fields(r.ScheduleExpression); {
	case err != nil:
		return invalid("RotationRules.ScheduleExpression is not valid: %s", err)
	case every != 0 && (strings.Contains(r.ScheduleExpression, "minute") || every < minimumHours*time.Hour):
		return invalid("RotationRules.ScheduleExpression: a rate is in hours or days, and not more often than every %d hours.", minimumHours)
	case every > maximumDays*aDay:
		return invalid("RotationRules.ScheduleExpression: a rate is %d days at the most.", maximumDays)
	case every != 0 && r.duration() > every:
		return invalid("RotationRules.Duration: the rotation window must not extend into the next one.")
	case every == 0 && (fields[0] != "cron(0" || fields[5] != "*)"):
		return invalid("RotationRules.ScheduleExpression: of a cron expression the minutes are 0 and the year is *.")
	}
	return nil
}

func (r Rules) duration() time.Duration {
	hours, _ := strconv.Atoi(strings.TrimSuffix(r.Duration, "h")) // checked by validate
	return time.Duration(hours) * time.Hour
}

// window is the next rotation window after a rotation: where it begins, and when it ends at the latest. Windows of days
// begin at midnight and end with the day, windows of hours are an hour, unless there is a duration.
func (r Rules) window(last time.Time) (start, end time.Time) {
	midnight := last.UTC().Truncate(aDay)
	parsed, err := schedule.Parse(r.ScheduleExpression)
	every := parsed.Every()
	hours := false
	switch {
	case r.AutomaticallyAfterDays > 0:
		start = midnight.AddDate(0, 0, r.AutomaticallyAfterDays)
	case err != nil: // no schedule: rotated by hand only
		return time.Time{}, time.Time{}
	case every > 0 && every%aDay == 0 && strings.Contains(r.ScheduleExpression, "day"):
		start = midnight.Add(every)
	case every > 0:
		hours = true
		for start = midnight; !start.After(last); {
			start = start.Add(every)
		}
	default:
		start = parsed.Next(last)
		hours = day(parsed.Next(start)).Equal(day(start))
	}
	switch duration := r.duration(); {
	case start.IsZero():
		return start, start
	case duration > 0:
		end = start.Add(duration)
	case hours:
		end = start.Add(time.Hour)
	default:
		end = start.Truncate(aDay).Add(aDay)
	}
	// It does not extend into the next day: it ends with the last second of its own.
	if last := start.Truncate(aDay).Add(aDay - time.Second); end.After(last) {
		end = last
	}
	return start, end
}
