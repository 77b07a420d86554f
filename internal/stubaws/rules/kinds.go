package rules

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// The kinds of rule that most lines of the table are. Their words are those of
// the provider's SDK.

// enumeration begins the name of the trap of a value outside an enumeration;
// run puts the type behind it.
const enumeration = "enumeration "

// conflicts refuses more than one of the names.
func conflicts(trap string, names ...string) rule {
	return rule{trap, names[0], func(r resource) string {
		var written []string
		for _, name := range names {
			if r.set(name) {
				written = append(written, name)
			}
		}
		if len(written) > 1 {
			return fmt.Sprintf("%q: conflicts with %s", written[0], strings.Join(written[1:], ", "))
		}
		return ""
	}}
}

// exactlyOne refuses none and more than one of the names.
func exactlyOne(trap string, names ...string) rule {
	return rule{trap, names[0], func(r resource) string {
		var written []string
		for _, name := range names {
			if r.set(name) {
				written = append(written, name)
			}
			if r.unknown(name) {
				return ""
			}
		}
		switch {
		case len(written) == 0:
			return fmt.Sprintf("%q: one of `%s` must be specified", names[0], strings.Join(names, ","))
		case len(written) > 1:
			return fmt.Sprintf("%q: only one of `%s` can be specified, but `%s` were specified.", written[0], strings.Join(names, ","), strings.Join(written, ","))
		}
		return ""
	}}
}

// together refuses name without the others.
func together(trap, name string, others ...string) rule {
	return rule{trap, name, func(r resource) string {
		if !r.present(name) {
			return ""
		}
		for _, other := range others {
			if !r.present(other) {
				return fmt.Sprintf("%q: all of `%s,%s` must be specified", name, name, strings.Join(others, ","))
			}
		}
		return ""
	}}
}

// required refuses a missing argument that the schema calls optional.
func required(trap, name string) rule {
	return rule{trap, name, func(r resource) string {
		if !r.present(name) {
			return fmt.Sprintf("%q is required", name)
		}
		return ""
	}}
}

// oneOf refuses other strings at the path. The trap is named by type and path.
func oneOf(path string, allowed ...string) rule {
	return rule{enumeration + "." + path, top(path), func(r resource) string {
		for _, value := range r.all(path) {
			if asText(value) != "" && !slices.Contains(allowed, value.AsString()) {
				return fmt.Sprintf("expected %s to be one of %q, got %s", path, allowed, value.AsString())
			}
		}
		return ""
	}}
}

// between refuses numbers outside the range at the path.
func between(trap, path string, low, high int64) rule {
	return rule{trap, top(path), func(r resource) string {
		for _, value := range r.all(path) {
			if value.IsNull() || !value.IsKnown() || value.Type() != cty.Number {
				continue
			}
			number := value.AsBigFloat()
			if number.Cmp(big.NewFloat(float64(low))) < 0 || number.Cmp(big.NewFloat(float64(high))) > 0 {
				return fmt.Sprintf("expected %s to be in the range (%d - %d), got %s", path, low, high, number.Text('f', -1))
			}
		}
		return ""
	}}
}

// numberOneOf refuses other whole numbers at the path.
func numberOneOf(trap, path string, allowed ...int64) rule {
	return rule{trap, top(path), func(r resource) string {
		for _, value := range r.all(path) {
			if value.IsNull() || !value.IsKnown() || value.Type() != cty.Number {
				continue
			}
			number, accuracy := value.AsBigFloat().Int64()
			if accuracy != big.Exact || !slices.Contains(allowed, number) {
				return fmt.Sprintf("expected %s to be one of %v, got %s", path, allowed, value.AsBigFloat().Text('f', -1))
			}
		}
		return ""
	}}
}

// matches refuses strings that do not match the pattern at the path.
func matches(trap, path, pattern, words string) rule {
	expression := regexp.MustCompile(pattern)
	return rule{trap, top(path), func(r resource) string {
		for _, value := range r.all(path) {
			if asText(value) != "" && !expression.MatchString(value.AsString()) {
				return fmt.Sprintf("invalid value for %s (%s): %q", path, words, value.AsString())
			}
		}
		return ""
	}}
}

// policy refuses text that is no JSON object.
func policy(path string) rule {
	return rule{"policy-document", top(path), func(r resource) string {
		for _, value := range r.all(path) {
			var document map[string]any
			if asText(value) == "" {
				continue
			}
			if err := json.Unmarshal([]byte(value.AsString()), &document); err != nil {
				return fmt.Sprintf("%q contains an invalid JSON policy: %v", path, err)
			}
		}
		return ""
	}}
}

// network refuses what is no IPv4 network address at the path.
func network(path string) rule {
	return rule{"cidr", top(path), func(r resource) string {
		for _, value := range r.all(path) {
			if asText(value) == "" {
				continue
			}
			prefix, err := netip.ParsePrefix(value.AsString())
			if err != nil || !prefix.Addr().Is4() {
				return fmt.Sprintf("%q is not a valid IPv4 CIDR block", value.AsString())
			}
			if prefix != prefix.Masked() {
				return fmt.Sprintf("%q is not a valid IPv4 CIDR block; did you mean %q?", value.AsString(), prefix.Masked())
			}
		}
		return ""
	}}
}

// top is the first name of a path.
func top(path string) string {
	name, _, _ := strings.Cut(path, ".")
	return name
}
