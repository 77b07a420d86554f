package metric

import (
	"math"
	"slices"
)

// growth is the ratio of two neighbouring classes: percentiles are exact to 1 %.
const growth = 1.02

var logGrowth = math.Log(growth)

// class is a number of values that are equal to within growth.
type class struct {
	index int16
	count uint32
}

// spread says how values are distributed, in classes that grow exponentially, sorted by index. Its size is bounded by the
// range of its values: three classes for 0, 1 and 2, 460 from 1 ms to 10,000 s.
type spread []class

// The magnitudes that are told apart: 1e-9 to about 1e19, of either sign.
const (
	smallest     = 1e-9
	highestIndex = 3300
)

// indexOf is 0 for zero, positive for positive and negative for negative values.
func indexOf(value float64) int16 {
	magnitude := math.Abs(value)
	if magnitude < smallest {
		return 0
	}
	index := int16(min(1+math.Round(math.Log(magnitude/smallest)/logGrowth), highestIndex))
	if value < 0 {
		return -index
	}
	return index
}

// valueOf is the middle of a class.
func valueOf(index int16) float64 {
	switch {
	case index == 0:
		return 0
	case index < 0:
		return -valueOf(-index)
	}
	return smallest * math.Exp(float64(index-1)*logGrowth)
}

func (s *spread) add(index int16, count uint32) {
	at, found := slices.BinarySearchFunc(*s, index, func(c class, index int16) int { return int(c.index) - int(index) })
	if found {
		(*s)[at].count += count
		return
	}
	*s = slices.Insert(*s, at, class{index, count})
}

func (s *spread) merge(other spread) {
	for _, c := range other {
		s.add(c.index, c.count)
	}
}

// quantile is the value below which the share q of all values lies; s is not empty.
func (s spread) quantile(q float64) float64 {
	total := 0.0
	for _, c := range s {
		total += float64(c.count)
	}
	rank := max(math.Ceil(q*total), 1)
	seen := 0.0
	for _, c := range s {
		if seen += float64(c.count); seen >= rank {
			return valueOf(c.index)
		}
	}
	return valueOf(s[len(s)-1].index)
}
