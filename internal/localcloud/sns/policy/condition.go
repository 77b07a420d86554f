package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/arn"
)

// condition compares one key of a request with values.
type condition struct {
	key      string // in lower case
	values   []string
	matches  func(value, got string) bool
	negated  bool // no value may match
	ifExists bool
}

func equal(value, got string) bool { return value == got }

// operators say how a value is compared, and whether none may match.
var operators = map[string]struct {
	matches func(value, got string) bool
	negated bool
}{
	"StringEquals":              {equal, false},
	"StringNotEquals":           {equal, true},
	"StringEqualsIgnoreCase":    {strings.EqualFold, false},
	"StringNotEqualsIgnoreCase": {strings.EqualFold, true},
	"StringLike":                {arn.Match, false},
	"StringNotLike":             {arn.Match, true},
	"ArnEquals":                 {arn.Like, false}, // the same as ArnLike, as IAM's guide says
	"ArnNotEquals":              {arn.Like, true},
	"ArnLike":                   {arn.Like, false},
	"ArnNotLike":                {arn.Like, true},
	"Bool":                      {strings.EqualFold, false},
}

// keys say what a service's request has for a condition key; "" is nothing.
var keys = map[string]func(Request) string{
	"aws:sourcearn":       func(r Request) string { return r.SourceARN },
	"aws:sourceaccount":   func(r Request) string { return r.SourceAccount },
	"aws:sourceowner":     func(r Request) string { return r.SourceAccount }, // the older name of it, which SNS's default policy has
	"aws:securetransport": func(Request) string { return "true" },
}

func parseConditions(blocks map[string]map[string]texts) ([]condition, error) {
	var list []condition
	for operator, block := range blocks {
		name, ifExists := strings.CutSuffix(operator, "IfExists")
		how, known := operators[name]
		if !known {
			return nil, fmt.Errorf("condition operator %s is not modelled", operator)
		}
		for key, values := range block {
			if _, known := keys[strings.ToLower(key)]; !known {
				return nil, fmt.Errorf("condition key %s is not modelled", key)
			}
			list = append(list, condition{strings.ToLower(key), values, how.matches, how.negated, ifExists})
		}
	}
	return list, nil
}

// holds is IAM's rule for a key that is not there: it fails, but for negated operators and ...IfExists.
func (c condition) holds(request Request) bool {
	got := keys[c.key](request)
	if got == "" {
		return c.negated || c.ifExists
	}
	return slices.ContainsFunc(c.values, func(value string) bool { return c.matches(value, got) }) != c.negated
}
