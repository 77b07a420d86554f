package apply

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// output is a value that the root shows, and that other roots read.
type output struct {
	expression hcl.Expression
	sensitive  bool
	rules      []*rule
}

var outputSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "value", Required: true}, {Name: "description"}, {Name: "sensitive"}, {Name: "ephemeral"},
		{Name: "deprecated"}, {Name: "depends_on"}},
	Blocks: []hcl.BlockHeaderSchema{{Type: "precondition"}},
}

func (r *root) declareOutput(block *hclsyntax.Block, place hcl.Range) {
	n := &node{key: "output." + block.Labels[0], place: place}
	content, diagnostics := block.Body.Content(outputSchema)
	on, _, more := constant(content.Attributes["sensitive"])
	diagnostics = append(diagnostics, more...)
	o := &output{sensitive: on}
	n.part = o
	if attribute, exists := content.Attributes["value"]; exists {
		o.expression = attribute.Expr
		n.uses = attribute.Expr.Variables()
	}
	n.after, more = traversals(content.Attributes["depends_on"])
	diagnostics = append(diagnostics, more...)
	for _, precondition := range content.Blocks {
		parsed, more := parseRule(precondition)
		diagnostics = append(diagnostics, more...)
		if parsed != nil {
			o.rules = append(o.rules, parsed)
			n.uses = append(n.uses, parsed.uses()...)
		}
	}
	r.faults = append(r.faults, faultsOf(diagnostics, place, n.key)...)
	r.add(n)
}

func (o *output) evaluate(r *run, n *node) (cty.Value, Faults, error) {
	if o.expression == nil {
		return cty.DynamicVal, nil, nil
	}
	scope := r.scope(n)
	faults := r.nulls(scope, n, o.expression.Variables())
	for _, rule := range o.rules {
		faults = append(faults, rule.check(scope, n.key)...)
	}
	if len(faults) > 0 {
		return cty.DynamicVal, faults, nil
	}
	value, diagnostics := o.expression.Value(scope)
	faults = faultsOf(diagnostics, n.place, n.key)
	_, marks := value.UnmarkDeep()
	switch {
	case has(marks, ephemeral):
		faults = append(faults, at(o.expression.Range(), n.key, "the value is ephemeral and may not be kept", "use ephemeralasnull()"))
	case has(marks, sensitive) && !o.sensitive:
		faults = append(faults, at(o.expression.Range(), n.key, "the value is sensitive, the output is not", "set sensitive = true"))
	}
	if o.sensitive {
		value = value.Mark(sensitive)
	}
	return value, faults, nil
}

func has(marks cty.ValueMarks, m mark) bool { _, found := marks[m]; return found }

// traversals are the references in a list such as depends_on.
func traversals(attribute *hcl.Attribute) ([]hcl.Traversal, hcl.Diagnostics) {
	if attribute == nil {
		return nil, nil
	}
	items, diagnostics := hcl.ExprList(attribute.Expr)
	var found []hcl.Traversal
	for _, item := range items {
		traversal, more := hcl.AbsTraversalForExpr(item)
		diagnostics = append(diagnostics, more...)
		found = append(found, traversal)
	}
	return slices.DeleteFunc(found, func(t hcl.Traversal) bool { return len(t) == 0 }), diagnostics
}
