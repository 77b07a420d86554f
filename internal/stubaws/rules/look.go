package rules

import (
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// all gives every value at a dotted path, through all blocks on the way.
func (r resource) all(path string) []cty.Value {
	return descend(r.value, strings.Split(path, "."))
}

func descend(value cty.Value, path []string) []cty.Value {
	if len(path) == 0 {
		return []cty.Value{value}
	}
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	if !value.Type().IsObjectType() {
		if !value.CanIterateElements() {
			return nil
		}
		var found []cty.Value
		for _, element := range value.AsValueSlice() {
			found = append(found, descend(element, path)...)
		}
		return found
	}
	if !value.Type().HasAttribute(path[0]) {
		return nil
	}
	return descend(value.GetAttr(path[0]), path[1:])
}

// get is a top-level value, null when the type has none of the name.
func (r resource) get(name string) cty.Value {
	if found := descend(r.value, []string{name}); len(found) == 1 {
		return found[0]
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

// present says whether an argument is written or a block stands; an unknown
// value counts, since something is written.
func (r resource) present(name string) bool {
	value := r.get(name)
	if value.IsNull() {
		return false
	}
	if isBlocks(value) {
		return !value.IsKnown() || value.LengthInt() > 0
	}
	return true
}

// set is present with a value that is known.
func (r resource) set(name string) bool {
	return r.present(name) && r.get(name).IsKnown()
}

// unknown says that the value is not known yet.
func (r resource) unknown(name string) bool {
	return !r.get(name).IsKnown()
}

// isBlocks says whether a value is a list or set of objects, in which empty means absent.
func isBlocks(value cty.Value) bool {
	valueType := value.Type()
	return (valueType.IsListType() || valueType.IsSetType()) && valueType.ElementType().IsObjectType()
}

// text is the known string at a top-level name, "" otherwise.
func (r resource) text(name string) string {
	return asText(r.get(name))
}

// yes says whether the top-level bool is known and true.
func (r resource) yes(name string) bool {
	value := r.get(name)
	return !value.IsNull() && value.IsKnown() && value.Type() == cty.Bool && value.True()
}

// blocks are the known blocks of a name.
func (r resource) blocks(name string) []resource {
	value := r.get(name)
	if value.IsNull() || !value.IsKnown() || !value.CanIterateElements() {
		return nil
	}
	var found []resource
	for _, element := range value.AsValueSlice() {
		found = append(found, resource{typeName: r.typeName + "." + name, value: element})
	}
	return found
}

func asText(value cty.Value) string {
	if value.IsNull() || !value.IsKnown() || value.Type() != cty.String {
		return ""
	}
	return value.AsString()
}
