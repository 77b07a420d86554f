package config

import (
	"fmt"
	"strings"
)

// Violation is one thing that is wrong with a configuration.
type Violation struct {
	// Key is the dotted key, such as database.instances; empty if the whole source is at fault.
	Key string `json:"key"`
	// Value is the refused value as text.
	Value string `json:"value"`
	// Source says where the value came from: file:line:column, an environment variable, a flag, or "default".
	Source string `json:"source"`
	// Reason says what is wrong, with the numbers that were compared.
	Reason string `json:"reason"`
	// Fix says what to do; it may be empty.
	Fix string `json:"fix,omitempty"`
}

// String is the violation in one line.
func (v Violation) String() string {
	text := v.Source + ": "
	if v.Key != "" {
		text += v.Key + ": "
	}
	if v.Value != "" {
		text += fmt.Sprintf("%q: ", v.Value)
	}
	text += v.Reason
	if v.Fix != "" {
		text += "; " + v.Fix
	}
	return text
}

// Violations is every fault of a configuration; as an error it has a line for each.
type Violations []Violation

// Error lists the violations, one a line.
func (v Violations) Error() string {
	lines := make([]string, len(v))
	for i, violation := range v {
		lines[i] = violation.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the violations as an error, nil if there are none.
func (v Violations) Err() error {
	if len(v) == 0 {
		return nil
	}
	return v
}

// reporter collects one fault of a key; the collector adds where the value came from.
type reporter func(key, value, reason, fix string)
