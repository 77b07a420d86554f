package apply

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// mark follows a value through expressions.
type mark string

const (
	// sensitive values are shown to nobody.
	sensitive mark = "sensitive"
	// ephemeral values may not be kept.
	ephemeral mark = "ephemeral"
)

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// keyText is an instance key or index as it is written between brackets.
func keyText(key cty.Value) string {
	switch {
	case !key.IsKnown() || key.IsNull():
		return "?"
	case key.Type() == cty.Number:
		return key.AsBigFloat().Text('f', -1)
	case key.Type() == cty.String:
		return strconv.Quote(key.AsString())
	}
	return "?"
}

// pathText is the path of a value inside a resource: environment[0].variables["X"].
func pathText(path cty.Path) string {
	var text strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case cty.GetAttrStep:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(step.Name)
		case cty.IndexStep:
			fmt.Fprintf(&text, "[%s]", keyText(step.Key))
		}
	}
	return text.String()
}

// text is the string in a value, "" when it is null, unknown or no string.
func text(value cty.Value) string {
	if value == cty.NilVal || value.IsNull() || !value.IsKnown() || value.Type() != cty.String {
		return ""
	}
	return value.AsString()
}

// member is an attribute of an object, null where it has none.
func member(object cty.Value, name string) cty.Value {
	if object == cty.NilVal || object.IsNull() || !object.IsKnown() || !object.Type().IsObjectType() || !object.Type().HasAttribute(name) {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	return object.GetAttr(name)
}

// texts is a map of strings as Go has it; null elements are left out.
func texts(value cty.Value) map[string]string {
	result := map[string]string{}
	if value.IsNull() || !value.IsKnown() || !value.CanIterateElements() {
		return result
	}
	for key, element := range value.AsValueMap() {
		if !element.IsNull() {
			result[key] = text(element)
		}
	}
	return result
}

func mapOf(values map[string]string) cty.Value {
	if len(values) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	elements := make(map[string]cty.Value, len(values))
	for key, value := range values {
		elements[key] = cty.StringVal(value)
	}
	return cty.MapVal(elements)
}
