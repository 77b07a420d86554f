// Package rules refuses configurations that fit the provider's schema and that
// the real provider or the AWS API refuses all the same: conflicting arguments,
// values outside an enumeration, names over a limit, combinations that AWS does
// not offer. It is one table, read by the stub provider.
//
// It shares no code with hclgen's own table of such traps, only the names of the
// traps: two judges that were written apart, whose verdicts a test compares.
// A value that is unknown at validation is never refused; the rules run again at
// plan, when more is known.
package rules

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Finding is one refusal.
type Finding struct {
	// Trap is the name of the rule, the same in every judge.
	Trap string
	// Attribute is the top-level argument or block at fault, "" for the whole resource.
	Attribute string
	// Summary and Detail are the words of the provider or API, as far as known.
	Summary, Detail string
}

// rule is one line of the table. check gives the detail of a refusal, "" for none.
type rule struct {
	trap      string
	attribute string
	check     func(r resource) string
}

// name is the trap's name for a type: enumerations are named by type and path.
func (line rule) name(typeName string) string {
	return strings.Replace(line.trap, enumeration+".", enumeration+typeName+".", 1)
}

// resource is what a rule looks at: configuration at validation, planned state at plan.
type resource struct {
	typeName string
	value    cty.Value
}

const summary = "Invalid combination or value of arguments"

// Validate judges a configuration. typeName is that of the resource, or it begins
// with "data." or "ephemeral.", or it is "provider".
func Validate(typeName string, config cty.Value) []Finding {
	return slices.Concat(
		run(common[typeName], resource{typeName: typeName, value: config}),
		run(special[typeName], resource{typeName: typeName, value: config}))
}

// Plan judges a planned state, in which Region and values of other resources may
// be known. create says that the resource does not exist yet.
func Plan(typeName string, planned cty.Value, create bool) []Finding {
	judged := resource{typeName: typeName, value: planned}
	findings := run(atPlan[typeName], judged)
	if create {
		findings = append(findings, run(creation[typeName], judged)...)
	}
	return findings
}

func run(table []rule, judged resource) []Finding {
	if judged.value.IsNull() || !judged.value.IsKnown() {
		return nil
	}
	var findings []Finding
	for _, line := range table {
		if detail := line.check(judged); detail != "" {
			findings = append(findings, Finding{Trap: line.name(judged.typeName), Attribute: line.attribute, Summary: summary, Detail: detail})
		}
	}
	return findings
}

// Traps names every trap of the table, sorted, each once.
func Traps() []string {
	var names []string
	for _, table := range []map[string][]rule{common, special, atPlan, creation} {
		for typeName, lines := range table {
			for _, line := range lines {
				names = append(names, line.name(typeName))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
