package apply

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// rule is a validation, precondition or postcondition.
type rule struct {
	condition, message hcl.Expression
	place              hcl.Range
}

var ruleSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "condition", Required: true}, {Name: "error_message", Required: true}}}

func parseRule(block *hcl.Block) (*rule, hcl.Diagnostics) {
	content, diagnostics := block.Body.Content(ruleSchema)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return &rule{content.Attributes["condition"].Expr, content.Attributes["error_message"].Expr, block.DefRange}, nil
}

// uses are the references in the rule.
func (c *rule) uses() []hcl.Traversal {
	return append(c.condition.Variables(), c.message.Variables()...)
}

// others are the references without those to the rule's own block, which is own or self.
func (c *rule) others(own string) []hcl.Traversal {
	var others []hcl.Traversal
	for _, traversal := range c.uses() {
		if key, _ := keyOf(traversal); key != own && traversal.RootName() != "self" {
			others = append(others, traversal)
		}
	}
	return others
}

// check gives the rule's own message where its condition is false. While something in it is unknown it holds.
func (c *rule) check(scope *hcl.EvalContext, address string) Faults {
	value, diagnostics := c.condition.Value(scope)
	if diagnostics.HasErrors() {
		return faultsOf(diagnostics, c.place, address)
	}
	value, _ = value.Unmark()
	holds, err := convert.Convert(value, cty.Bool)
	if err != nil || holds.IsNull() {
		return Faults{at(c.condition.Range(), address, "the condition is neither true nor false", "")}
	}
	if !holds.IsKnown() || holds.True() {
		return nil
	}
	message, diagnostics := c.message.Value(scope)
	message, marks := message.Unmark()
	if diagnostics.HasErrors() || len(marks) > 0 || text(message) == "" {
		message = cty.StringVal("a condition does not hold")
	}
	return Faults{at(c.place, address, fmt.Sprintf("refused by the files' own rule: %s", oneLine(text(message))), "")}
}
