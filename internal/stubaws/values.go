package stubaws

import (
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// decode reads a value that the engine sent; a missing one is null.
func decode(value *tfprotov5.DynamicValue, valueType cty.Type) (cty.Value, error) {
	switch {
	case value == nil:
		return cty.NullVal(valueType), nil
	case value.MsgPack != nil:
		decoded, err := msgpack.Unmarshal(value.MsgPack, valueType)
		if err != nil {
			return cty.NilVal, fmt.Errorf("decode value: %w", err)
		}
		return decoded, nil
	case value.JSON != nil:
		decoded, err := ctyjson.Unmarshal(value.JSON, valueType)
		if err != nil {
			return cty.NilVal, fmt.Errorf("decode value: %w", err)
		}
		return decoded, nil
	}
	return cty.NullVal(valueType), nil
}

// encode writes a value for the engine.
func encode(value cty.Value, valueType cty.Type) (*tfprotov5.DynamicValue, error) {
	encoded, err := msgpack.Marshal(value, valueType)
	if err != nil {
		return nil, fmt.Errorf("encode value: %w", err)
	}
	return &tfprotov5.DynamicValue{MsgPack: encoded}, nil
}

// attributeFunc gives the new value of an attribute of a block; element is the
// object that holds it as it was, path the names from the resource down to it.
type attributeFunc func(path []string, attribute *tfjson.SchemaAttribute, element map[string]cty.Value) (cty.Value, error)

// rewrite maps every attribute of value, in nested blocks too. Parents come
// before their nested blocks, attributes in alphabetical order. Unknown and null
// blocks stay as they are.
func rewrite(path []string, block *tfjson.SchemaBlock, value cty.Value, change attributeFunc) (cty.Value, error) {
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

func rewriteNested(path []string, nested *tfjson.SchemaBlockType, value cty.Value, change attributeFunc) (cty.Value, error) {
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

// text is the string in a value, "" when it is null, unknown or no string.
func text(value cty.Value) string {
	if value == cty.NilVal || value.IsNull() || !value.IsKnown() || value.Type() != cty.String {
		return ""
	}
	return value.AsString()
}

// isTrue says whether value is a known true.
func isTrue(value cty.Value) bool {
	return value != cty.NilVal && value.Type() == cty.Bool && !value.IsNull() && value.IsKnown() && value.True()
}

// member is the named attribute of an object, null when the type has none or the object is null.
func member(object cty.Value, name string) cty.Value {
	if object.IsNull() || !object.IsKnown() || !object.Type().IsObjectType() || !object.Type().HasAttribute(name) {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return object.GetAttr(name)
}

// withMembers is object with some attributes replaced; names its type lacks are ignored.
func withMembers(object cty.Value, replaced map[string]cty.Value) cty.Value {
	members := object.AsValueMap()
	for name, value := range replaced {
		if _, exists := members[name]; exists {
			members[name] = value
		}
	}
	return cty.ObjectVal(members)
}
