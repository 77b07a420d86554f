package simulate

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Distribution is how long something takes: a fixed time, or one between two bounds. Its zero value is no time at all.
type Distribution struct {
	// Low and High bound it; equal ones are a fixed time.
	Low, High time.Duration
	// Mode is the likeliest time of a triangular distribution; Triangular is false for a uniform one.
	Mode       time.Duration
	Triangular bool
}

// Fixed always takes as long.
func Fixed(d time.Duration) Distribution { return Distribution{Low: d, High: d} }

// Uniform takes any time between the bounds.
func Uniform(low, high time.Duration) Distribution { return Distribution{Low: low, High: high} }

// Triangular rises from low to mode and falls to high: for what is known by its bounds and its usual value.
func Triangular(low, mode, high time.Duration) Distribution {
	return Distribution{Low: low, Mode: mode, High: high, Triangular: true}
}

// longest bounds every distribution.
const longest = time.Hour

// ParseDistribution reads "2s", "uniform:1s:5s" or "triangular:30s:60s:180s".
func ParseDistribution(text string) (Distribution, error) {
	words := strings.Split(text, ":")
	shape := words[0]
	if len(words) == 1 {
		shape, words = "", []string{"", text}
	}
	var times []time.Duration
	for _, word := range words[1:] {
		value, err := time.ParseDuration(word)
		if err != nil {
			return Distribution{}, fmt.Errorf("parse distribution %q: %w", text, err)
		}
		if value < 0 || value > longest {
			return Distribution{}, fmt.Errorf("parse distribution %q: %s is not between 0 and %s", text, word, longest)
		}
		if len(times) > 0 && value < times[len(times)-1] {
			return Distribution{}, fmt.Errorf("parse distribution %q: %s is less than what stands before it", text, word)
		}
		times = append(times, value)
	}
	switch {
	case shape == "" && len(times) == 1:
		return Fixed(times[0]), nil
	case shape == "uniform" && len(times) == 2:
		return Uniform(times[0], times[1]), nil
	case shape == "triangular" && len(times) == 3:
		return Triangular(times[0], times[1], times[2]), nil
	}
	return Distribution{}, fmt.Errorf("parse distribution %q: want 2s, uniform:1s:5s or triangular:30s:60s:180s", text)
}

// String is what ParseDistribution reads.
func (d Distribution) String() string {
	switch {
	case d.Triangular:
		return fmt.Sprintf("triangular:%s:%s:%s", d.Low, d.Mode, d.High)
	case d.Low == d.High:
		return d.Low.String()
	}
	return fmt.Sprintf("uniform:%s:%s", d.Low, d.High)
}

// MarshalText makes it a string in JSON.
func (d Distribution) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads that string.
func (d *Distribution) UnmarshalText(text []byte) error {
	parsed, err := ParseDistribution(string(text))
	*d = parsed
	return err
}

// At is the time that a share u of all times, from 0 to 1, does not exceed. It never falls as u grows.
func (d Distribution) At(u float64) time.Duration {
	span := float64(d.High - d.Low)
	if !d.Triangular || span == 0 {
		return d.Low + time.Duration(u*span)
	}
	rise := float64(d.Mode - d.Low)
	if u < rise/span {
		return d.Low + time.Duration(math.Sqrt(u*span*rise))
	}
	return d.High - time.Duration(math.Sqrt((1-u)*span*(span-rise)))
}
