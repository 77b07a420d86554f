package backup

import (
	"fmt"
	"time"
)

// firstWindowEnd returns the end of the first whole backup window that starts at or after begin. The window is RDS's
// hh:mm-hh:mm in UTC and may cross midnight.
func firstWindowEnd(begin time.Time, window string) (time.Time, error) {
	start, length, err := parseWindow(window)
	if err != nil {
		return time.Time{}, err
	}
	begin = begin.UTC()
	opens := begin.Truncate(24 * time.Hour).Add(start)
	if opens.Before(begin) {
		opens = opens.Add(24 * time.Hour)
	}
	return opens.Add(length), nil
}

// parseWindow returns when in the UTC day a window opens and how long it stays open.
func parseWindow(window string) (start, length time.Duration, err error) {
	const layout = "15:04"
	if len(window) != len("hh:mm-hh:mm") || window[5] != '-' {
		return 0, 0, fmt.Errorf("parse backup window %q: want hh:mm-hh:mm", window)
	}
	from, err := time.Parse(layout, window[:5])
	if err != nil {
		return 0, 0, fmt.Errorf("parse backup window %q: %w", window, err)
	}
	to, err := time.Parse(layout, window[6:])
	if err != nil {
		return 0, 0, fmt.Errorf("parse backup window %q: %w", window, err)
	}
	length = to.Sub(from)
	if length <= 0 {
		length += 24 * time.Hour
	}
	return time.Duration(from.Hour())*time.Hour + time.Duration(from.Minute())*time.Minute, length, nil
}
