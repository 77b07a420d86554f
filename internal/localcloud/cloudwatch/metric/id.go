package metric

import (
	"maps"
	"slices"
	"strings"
)

// ID identifies a metric. Its dimensions are part of it: a metric with fewer is another metric.
type ID struct {
	Namespace, Name string
	Dimensions      map[string]string
}

// Key is the ID as a map's key; dimensions are in order.
func (id ID) Key() string {
	var b strings.Builder
	b.Grow(128)
	b.WriteString(id.Namespace)
	b.WriteByte(0)
	b.WriteString(id.Name)
	write := func(name string) {
		b.WriteByte(0)
		b.WriteString(name)
		b.WriteByte(0)
		b.WriteString(id.Dimensions[name])
	}
	if len(id.Dimensions) == 1 { // the usual case needs no sorting
		for name := range id.Dimensions {
			write(name)
		}
		return b.String()
	}
	for _, name := range slices.Sorted(maps.Keys(id.Dimensions)) {
		write(name)
	}
	return b.String()
}

// Units are the units that CloudWatch knows.
var Units = []string{
	"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
	"Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count",
	"Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
	"Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", UnitNone,
}

// UnitNone is the unit of a value without one.
const UnitNone = "None"
