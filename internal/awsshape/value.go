package awsshape

import (
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// AttributeFunc gives the new value of an attribute of a block; element is the
// object that holds it as it was, path the names from the resource down to it.
type AttributeFunc func(path []string, attribute *tfjson.SchemaAttribute, element map[string]cty.Value) (cty.Value, error)

// Rewrite maps every attribute of value, in nested blocks too. Parents come
// before their nested blocks, attributes in alphabetical order. Unknown and null
// blocks stay as they are.
func (s Schema) Rewrite(value cty.Value, change AttributeFunc) (cty.Value, error) {
	return rewrite(nil, s.Block, value, change)
}

func rewrite(path []string, block *tfjson.SchemaBlock, value cty.Value, change AttributeFunc) (cty.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	members := value.AsValueMap()
	if members == nil {
		return value, nil
	}
	for _, name := range sortedKeys(block.Attributes) {
		changed, err := change(extend(path, name), block.Attributes[name], members)
		if err != nil {
			return cty.NilVal, err
		}
		members[name] = changed
	}
	for _, name := range sortedKeys(block.NestedBlocks) {
		changed, err := rewriteNested(extend(path, name), block.NestedBlocks[name], members[name], change)
		if err != nil {
			return cty.NilVal, err
		}
		members[name] = changed
	}
	return cty.ObjectVal(members), nil
}

func rewriteNested(path []string, nested *tfjson.SchemaBlockType, value cty.Value, change AttributeFunc) (cty.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	valueType := value.Type()
	if valueType.IsObjectType() {
		return rewrite(path, nested.Block, value, change)
	}
	if value.LengthInt() == 0 {
		return value, nil
	}
	if valueType.IsMapType() {
		elements := value.AsValueMap()
		for key, element := range elements {
			changed, err := rewrite(path, nested.Block, element, change)
			if err != nil {
				return cty.NilVal, err
			}
			elements[key] = changed
		}
		return cty.MapVal(elements), nil
	}
	elements := value.AsValueSlice()
	for i, element := range elements {
		changed, err := rewrite(path, nested.Block, element, change)
		if err != nil {
			return cty.NilVal, err
		}
		elements[i] = changed
	}
	if valueType.IsSetType() {
		return cty.SetVal(elements), nil
	}
	return cty.ListVal(elements), nil
}

func extend(path []string, name string) []string {
	return append(path[:len(path):len(path)], name)
}

// Text is the string in a value, "" when it is null, unknown or no string.
func Text(value cty.Value) string {
	if value == cty.NilVal || value.IsNull() || !value.IsKnown() || value.Type() != cty.String {
		return ""
	}
	return value.AsString()
}

// IsTrue says whether value is a known true.
func IsTrue(value cty.Value) bool {
	return value != cty.NilVal && value.Type() == cty.Bool && !value.IsNull() && value.IsKnown() && value.True()
}

// Member is the named attribute of an object, null when the type has none or the object is null.
func Member(object cty.Value, name string) cty.Value {
	if object == cty.NilVal || object.IsNull() || !object.IsKnown() || !object.Type().IsObjectType() || !object.Type().HasAttribute(name) {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return object.GetAttr(name)
}

// WithMembers is object with some attributes replaced; names its type lacks are ignored.
func WithMembers(object cty.Value, replaced map[string]cty.Value) cty.Value {
	members := object.AsValueMap()
	for name, value := range replaced {
		if _, exists := members[name]; exists {
			members[name] = value
		}
	}
	return cty.ObjectVal(members)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
