package apply

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// lifecycle is what a lifecycle block asks for that has a meaning here. create_before_destroy is accepted: nothing
// is replaced.
type lifecycle struct {
	ignored   []cty.Path
	ignoreAll bool
	// kept says that the resource may not be deleted by an Apply.
	kept bool
}

var lifecycleSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "ignore_changes"}, {Name: "create_before_destroy"}, {Name: "prevent_destroy"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "precondition"}, {Type: "postcondition"}},
}

func (res *resource) readLifecycle(n *node, block *hcl.Block) hcl.Diagnostics {
	content, diagnostics := block.Body.Content(lifecycleSchema)
	kept, _, more := constant(content.Attributes["prevent_destroy"])
	res.lifecycle.kept = kept
	diagnostics = append(diagnostics, more...)
	_, _, more = constant(content.Attributes["create_before_destroy"])
	diagnostics = append(diagnostics, more...)
	if attribute, exists := content.Attributes["ignore_changes"]; exists {
		diagnostics = append(diagnostics, res.readIgnored(attribute)...)
	}
	for _, inner := range content.Blocks {
		parsed, more := parseRule(inner)
		diagnostics = append(diagnostics, more...)
		switch {
		case parsed == nil:
		case inner.Type == "precondition":
			res.before = append(res.before, parsed)
			n.uses = append(n.uses, parsed.uses()...)
		default:
			res.afterwards = append(res.afterwards, parsed)
			n.uses = append(n.uses, parsed.others(n.key)...)
		}
	}
	return diagnostics
}

func (res *resource) readIgnored(attribute *hcl.Attribute) hcl.Diagnostics {
	if hcl.ExprAsKeyword(attribute.Expr) == "all" {
		res.lifecycle.ignoreAll = true
		return nil
	}
	items, diagnostics := hcl.ExprList(attribute.Expr)
	for _, item := range items {
		traversal, more := hcl.RelTraversalForExpr(item)
		diagnostics = append(diagnostics, more...)
		var path cty.Path
		for _, step := range traversal {
			switch step := step.(type) {
			case hcl.TraverseAttr:
				path = path.GetAttr(step.Name)
			case hcl.TraverseIndex:
				path = path.Index(step.Key)
			}
		}
		if len(path) == 0 {
			continue
		}
		first := path[0].(cty.GetAttrStep).Name
		if res.schema != nil && !res.schema.object.HasAttribute(first) {
			diagnostics = diagnostics.Append(problem(item.Range(), "ignore_changes names "+first+", which "+res.typ+" does not have"))
			continue
		}
		res.lifecycle.ignored = append(res.lifecycle.ignored, path)
	}
	return diagnostics
}

// keep is config with what ignore_changes names as it was before.
func (l lifecycle) keep(config, before cty.Value, schema *typeSchema) cty.Value {
	if l.ignoreAll {
		members := before.AsValueMap()
		for name, attribute := range schema.attributes {
			if attribute.writeOnly { // nothing is known of it before
				members[name] = config.GetAttr(name)
			}
		}
		return cty.ObjectVal(members)
	}
	for _, path := range l.ignored {
		config = replaced(config, path, before)
	}
	return config
}

// replaced is value with what is at path taken from another value; where that has nothing there, value stays.
func replaced(value cty.Value, path cty.Path, from cty.Value) cty.Value {
	if value.IsNull() || from.IsNull() {
		return value
	}
	switch step := path[0].(type) {
	case cty.GetAttrStep:
		if !value.Type().IsObjectType() || !value.Type().HasAttribute(step.Name) {
			// tags.Name is the same as tags["Name"].
			return replaced(value, append(cty.IndexStringPath(step.Name), path[1:]...), from)
		}
		members := value.AsValueMap()
		members[step.Name] = replacedStep(members[step.Name], path[1:], from.GetAttr(step.Name))
		return cty.ObjectVal(members)
	case cty.IndexStep:
		return replacedElement(value, step.Key, path[1:], from)
	}
	return value
}

func replacedStep(value cty.Value, rest cty.Path, from cty.Value) cty.Value {
	if len(rest) == 0 {
		return from
	}
	return replaced(value, rest, from)
}

func replacedElement(value, key cty.Value, rest cty.Path, from cty.Value) cty.Value {
	switch {
	case value.Type().IsMapType() && key.Type() == cty.String:
		return replacedEntry(value, key, rest, from)
	case value.Type().IsListType() && key.Type() == cty.Number && value.HasIndex(key).True() && from.HasIndex(key).True():
		elements := value.AsValueSlice()
		index, _ := key.AsBigFloat().Int64()
		elements[index] = replacedStep(elements[index], rest, from.Index(key))
		return cty.ListVal(elements)
	}
	return value
}

// replacedEntry also brings back an entry that is gone, and takes away one that is new.
func replacedEntry(value, key cty.Value, rest cty.Path, from cty.Value) cty.Value {
	elements := value.AsValueMap()
	if elements == nil {
		elements = map[string]cty.Value{}
	}
	name := key.AsString()
	before := from.HasIndex(key).True()
	_, now := elements[name]
	switch {
	case before && now:
		elements[name] = replacedStep(elements[name], rest, from.Index(key))
	case before:
		elements[name] = from.Index(key)
	case now && len(rest) == 0:
		delete(elements, name)
	}
	if len(elements) == 0 {
		return cty.MapValEmpty(value.Type().ElementType())
	}
	return cty.MapVal(elements)
}
