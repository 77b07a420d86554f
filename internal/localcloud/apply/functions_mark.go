package apply

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var anyValue = function.Parameter{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowNull: true, AllowMarked: true}

func sameType(values []cty.Value) (cty.Type, error) { return values[0].Type(), nil }

// markFunc is sensitive().
var markFunc = function.New(&function.Spec{Params: []function.Parameter{anyValue}, Type: sameType,
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) { return values[0].Mark(sensitive), nil }})

// unmarkFunc is nonsensitive().
func unmarkFunc(m mark) function.Function {
	return function.New(&function.Spec{Params: []function.Parameter{anyValue}, Type: sameType,
		Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
			value, marks := values[0].Unmark()
			delete(marks, m)
			return value.WithMarks(marks), nil
		}})
}

// ephemeralAsNullFunc is a value whose ephemeral parts are null, so that the rest may be kept.
var ephemeralAsNullFunc = function.New(&function.Spec{Params: []function.Parameter{anyValue},
	Type: func(values []cty.Value) (cty.Type, error) {
		value, err := ephemeralAsNull(values[0])
		return value.Type(), err
	},
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) { return ephemeralAsNull(values[0]) }})

func ephemeralAsNull(value cty.Value) (cty.Value, error) {
	return cty.Transform(value, func(_ cty.Path, part cty.Value) (cty.Value, error) {
		if part.HasMark(ephemeral) {
			return cty.NullVal(part.Type()), nil
		}
		return part, nil
	})
}
