package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// set holds the values of a field that match; nil holds none.
type set map[int]bool

func (s set) has(value int) bool { return s[value] }

// field is what may stand in a field of a cron expression.
type field struct {
	name        string
	first, last int
	names       []string // of the values from first on
	steps       bool     // whether / is allowed
}

// parse reads a list of values, ranges, * and steps.
func (f field) parse(text string) (set, error) {
	values := set{}
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		every := 1
		if stepped {
			var err error
			if every, err = number(step); err != nil || every < 1 || !f.steps {
				return nil, fmt.Errorf("%s: step %q is not allowed", f.name, part)
			}
		}
		from, to, err := f.span(span, stepped)
		if err != nil {
			return nil, err
		}
		for value := from; value <= to; value += every {
			values[value] = true
		}
	}
	return values, nil
}

// span reads *, a value or a range; a value with a step goes on to the end.
func (f field) span(text string, stepped bool) (from, to int, err error) {
	if text == "*" {
		return f.first, f.last, nil
	}
	low, high, ranged := strings.Cut(text, "-")
	if from, err = f.value(low); err != nil {
		return 0, 0, err
	}
	switch to = from; {
	case ranged:
		if to, err = f.value(high); err != nil {
			return 0, 0, err
		}
		if to < from {
			return 0, 0, fmt.Errorf("%s: range %q ends before it begins", f.name, text)
		}
	case stepped:
		to = f.last
	}
	return from, to, nil
}

// value reads a number or a name.
func (f field) value(text string) (int, error) {
	if i := slices.Index(f.names, strings.ToUpper(text)); i >= 0 {
		return f.first + i, nil
	}
	value, err := number(text)
	if err != nil || value < f.first || value > f.last {
		return 0, fmt.Errorf("%s: %q is no value from %d to %d", f.name, text, f.first, f.last)
	}
	return value, nil
}

// number reads digits only: strconv.Atoi also takes signs.
func number(text string) (int, error) {
	value, err := strconv.ParseUint(text, 10, 16)
	return int(value), err
}
