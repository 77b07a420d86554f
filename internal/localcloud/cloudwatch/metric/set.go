package metric

import (
	"errors"
	"math"
)

// Set is a statistic set: what is kept of the values of a period. Its zero value has seen none.
type Set struct {
	Sum, Minimum, Maximum, Count float64
	// values is the distribution; opaque says that it is not known because the publisher sent only a summary.
	values spread
	opaque bool
}

// Single is a value that was seen count times.
func Single(value, count float64) Set {
	s := Set{Sum: value * count, Minimum: value, Maximum: value, Count: count}
	s.values = spread{{indexOf(value), weight(count)}}
	return s
}

// weight is a count as distributions keep it; percentiles of fractions of a value have no meaning.
func weight(count float64) uint32 { return uint32(min(math.Ceil(count), math.MaxUint32)) }

// Summary is a statistic set that a publisher made itself. Percentiles exist only if all its values are equal, as AWS
// says ("Percentiles", Amazon CloudWatch User Guide).
func Summary(sum, minimum, maximum, count float64) (Set, error) {
	if !(count > 0) || !finite(sum, minimum, maximum, count) || minimum > maximum {
		return Set{}, errors.New("a statistic set needs finite numbers, SampleCount above 0, and Minimum not above Maximum")
	}
	s := Set{Sum: sum, Minimum: minimum, Maximum: maximum, Count: count}
	if minimum == maximum || count == 1 {
		s.values = spread{{indexOf(maximum), weight(count)}}
	} else {
		s.opaque = true
	}
	return s, nil
}

func finite(values ...float64) bool {
	for _, value := range values {
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return false
		}
	}
	return true
}

// Add puts other's values into s.
func (s *Set) Add(other Set) {
	if other.Count == 0 {
		return
	}
	if s.Count == 0 {
		s.Minimum, s.Maximum = other.Minimum, other.Maximum
	}
	s.Sum += other.Sum
	s.Count += other.Count
	s.Minimum, s.Maximum = min(s.Minimum, other.Minimum), max(s.Maximum, other.Maximum)
	s.values.merge(other.values)
	s.opaque = s.opaque || other.opaque
}

// Percentile is exact to 1 %, and exact for the extremes; known is false when there is none.
func (s *Set) Percentile(percent float64) (value float64, known bool) {
	if s.opaque || len(s.values) == 0 {
		return 0, false
	}
	if percent <= 0 {
		return s.Minimum, true
	}
	if percent >= 100 {
		return s.Maximum, true
	}
	return min(max(s.values.quantile(percent/100), s.Minimum), s.Maximum), true
}
