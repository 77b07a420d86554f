package apply

import (
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// scope is what the expressions of n may refer to: the values of its references, and functions.
func (r *run) scope(n *node) *hcl.EvalContext {
	scope := &hcl.EvalContext{Functions: n.root.functions.table,
		Variables: map[string]cty.Value{"path": n.root.paths(), "terraform": workspace}}
	groups := map[string]map[string]cty.Value{}
	deep := map[string]map[string]map[string]cty.Value{}
	put := func(key string, value cty.Value) {
		switch parts := strings.SplitN(key, ".", 3); len(parts) {
		case 2:
			insert(groups, parts[0], parts[1], value)
		case 3:
			if deep[parts[0]] == nil {
				deep[parts[0]] = map[string]map[string]cty.Value{}
			}
			insert(deep[parts[0]], parts[1], parts[2], value)
		}
	}
	for _, ref := range n.refs {
		put(ref.key, r.values[ref.id])
	}
	for _, key := range n.missing {
		put(key, cty.DynamicVal) // reported already
	}
	for name, members := range groups {
		scope.Variables[name] = cty.ObjectVal(members)
	}
	for name, types := range deep {
		members := make(map[string]cty.Value, len(types))
		for typ, labelled := range types {
			members[typ] = cty.ObjectVal(labelled)
		}
		scope.Variables[name] = cty.ObjectVal(members)
	}
	for _, key := range n.missing {
		if !strings.Contains(key, ".") {
			scope.Variables[key] = cty.DynamicVal
		}
	}
	return scope
}

func insert(groups map[string]map[string]cty.Value, group, name string, value cty.Value) {
	if groups[group] == nil {
		groups[group] = map[string]cty.Value{}
	}
	groups[group][name] = value
}

// setName adds one value to a group of a scope: var.x.
func setName(scope *hcl.EvalContext, group, name string, value cty.Value) {
	members := map[string]cty.Value{}
	if known, exists := scope.Variables[group]; exists {
		maps.Copy(members, known.AsValueMap())
	}
	members[name] = value
	scope.Variables[group] = cty.ObjectVal(members)
}

// nulls finds references to attributes that nobody gave a value: neither the files nor the handler. In the real
// engine they always have one, so null would silently mean "unset" here.
func (r *run) nulls(scope *hcl.EvalContext, n *node, uses []hcl.Traversal) Faults {
	if r.planning {
		return nil
	}
	var faults Faults
	for _, traversal := range uses {
		key, _ := keyOf(traversal)
		target, exists := n.root.nodes[key]
		if !exists || n.root.tolerates(traversal.SourceRange()) {
			continue
		}
		res, isResource := target.part.(*resource)
		if !isResource {
			continue
		}
		value, diagnostics := traversal.TraverseAbs(scope)
		if diagnostics.HasErrors() || !value.IsNull() {
			continue
		}
		what := fmt.Sprintf("%s is null: neither the files nor the handler of %s give it a value", written(traversal), res.typ)
		if _, meaningless := r.engine.options.Handlers.Meaningless[res.typ]; meaningless && res.mode == Managed {
			what = fmt.Sprintf("%s is null: %s has no local meaning, and no such attribute is made up for it", written(traversal), res.typ)
		}
		faults = append(faults, at(traversal.SourceRange(), n.key, what, "set it in the files, or let the handler return it"))
	}
	return faults
}

// tolerates says whether the place is inside an expression that deals with null itself.
func (r *root) tolerates(place hcl.Range) bool {
	for _, tolerant := range r.tolerant[place.Filename] {
		if tolerant.Start.Byte <= place.Start.Byte && place.End.Byte <= tolerant.End.Byte {
			return true
		}
	}
	return false
}
