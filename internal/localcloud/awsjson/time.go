package awsjson

import (
	"strconv"
	"time"
)

// Time is written as the protocol does: seconds since 1970 with milliseconds.
type Time time.Time

// At returns nil for the zero time, so that omitempty leaves it out.
func At(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	converted := Time(t)
	return &converted
}

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', -1, 64), nil
}
