// Package span is measured time, as long as it was or as long as it was watched, and how reports write numbers.
package span

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// Span is a time. Open says that it had not ended when nobody watched any more: it is longer than Length.
type Span struct {
	Length time.Duration
	Open   bool
}

// wire is a Span in JSON: seconds to the millisecond.
type wire struct {
	Seconds float64 `json:"seconds"`
	Open    bool    `json:"open,omitempty"`
}

// MarshalJSON writes seconds.
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal(wire{Seconds(s.Length), s.Open}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Span) UnmarshalJSON(data []byte) error {
	var read wire
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	*s = Span{Length: time.Duration(math.Round(read.Seconds*1000)) * time.Millisecond, Open: read.Open}
	return nil
}

// Seconds is a length to the millisecond, as reports give it.
func Seconds(length time.Duration) float64 {
	return float64(length.Round(time.Millisecond).Milliseconds()) / 1000
}

// Text is a length for people: milliseconds below a second, tenths of a second below two minutes.
func Text(length time.Duration) string {
	switch {
	case length < 0:
		return "-" + Text(-length)
	case length == 0:
		return "0 s"
	case length < time.Second:
		return fmt.Sprintf("%d ms", max(length.Round(time.Millisecond).Milliseconds(), 1))
	case length < 2*time.Minute:
		return fmt.Sprintf("%.1f s", length.Seconds())
	}
	whole := length.Round(time.Second)
	return fmt.Sprintf("%d min %02d s", whole/time.Minute, whole%time.Minute/time.Second)
}

// String is for people.
func (s Span) String() string {
	if s.Open {
		return "over " + Text(s.Length)
	}
	return Text(s.Length)
}

// Within tells whether the span ended and was no longer than limit.
func (s Span) Within(limit time.Duration) bool { return !s.Open && s.Length <= limit }

// Compare orders by length; what has not ended is longer than all that has.
func Compare(a, b Span) int {
	if a.Open != b.Open {
		if a.Open {
			return 1
		}
		return -1
	}
	return cmp.Compare(a.Length, b.Length)
}

// Quantiles are of a number of spans.
type Quantiles struct {
	Count int  `json:"count"`
	P50   Span `json:"p50"`
	P99   Span `json:"p99"`
	Max   Span `json:"max"`
}

// Summarize gives the quantiles by nearest rank: the p99 of fewer than a hundred spans is the longest of them.
func Summarize(spans []Span) Quantiles {
	if len(spans) == 0 {
		return Quantiles{}
	}
	sorted := slices.SortedFunc(slices.Values(spans), Compare)
	rank := func(share float64) Span { return sorted[int(math.Ceil(share*float64(len(sorted))))-1] }
	return Quantiles{Count: len(sorted), P50: rank(0.5), P99: rank(0.99), Max: sorted[len(sorted)-1]}
}

// Count is a number with its thousands apart.
func Count(n int) string {
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	for place := len(digits) - 3; place > 0; place -= 3 {
		digits = digits[:place] + "," + digits[place:]
	}
	return sign + digits
}
