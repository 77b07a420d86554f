package apply

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"github.com/zclconf/go-cty/cty/gocty"
)

// lengthFunc also counts the characters of a text.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowMarked: true}},
	Type: func(values []cty.Value) (cty.Type, error) {
		typ := values[0].Type()
		if typ == cty.String || typ.IsTupleType() || typ.IsObjectType() || typ.IsCollectionType() || typ == cty.DynamicPseudoType {
			return cty.Number, nil
		}
		return cty.Number, errors.New("the argument must be a text, a collection or a structure")
	},
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		value, marks := values[0].Unmark()
		switch typ := value.Type(); {
		case typ == cty.String:
			length, err := stdlib.Strlen(value)
			return length.WithMarks(marks), err
		case typ == cty.DynamicPseudoType:
			return cty.UnknownVal(cty.Number).WithMarks(marks), nil
		case typ.IsObjectType():
			return cty.NumberIntVal(int64(len(typ.AttributeTypes()))).WithMarks(marks), nil
		}
		return value.Length().WithMarks(marks), nil
	},
})

// coalesceFunc skips empty texts, too.
var coalesceFunc = function.New(&function.Spec{
	VarParam: &function.Parameter{Name: "vals", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true, AllowNull: true},
	Type: func(values []cty.Value) (cty.Type, error) {
		types := make([]cty.Type, len(values))
		for i, value := range values {
			types[i] = value.Type()
		}
		typ, _ := convert.UnifyUnsafe(types)
		if typ == cty.NilType {
			return cty.NilType, errors.New("all arguments must have the same type")
		}
		return typ, nil
	},
	Impl: func(values []cty.Value, typ cty.Type) (cty.Value, error) {
		for _, value := range values {
			value, err := convert.Convert(value, typ)
			switch {
			case err != nil:
				return cty.NilVal, err
			case !value.IsKnown():
				return cty.UnknownVal(typ), nil
			case !value.IsNull() && (typ != cty.String || value.AsString() != ""):
				return value, nil
			}
		}
		return cty.NilVal, errors.New("no argument is neither null nor an empty text")
	},
})

// lookupFunc is an element of a map, or the third argument.
var lookupFunc = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "map", Type: cty.DynamicPseudoType}, {Name: "key", Type: cty.String}},
	VarParam: &function.Parameter{Name: "default", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowDynamicType: true, AllowNull: true},
	Type: func(values []cty.Value) (cty.Type, error) {
		typ := values[0].Type()
		switch {
		case len(values) > 3:
			return cty.NilType, errors.New("there is one default at most")
		case typ.IsMapType():
			return typ.ElementType(), nil
		case typ.IsObjectType() && values[1].IsKnown() && typ.HasAttribute(values[1].AsString()):
			return typ.AttributeType(values[1].AsString()), nil
		case typ.IsObjectType() && values[1].IsKnown() && len(values) == 3:
			return values[2].Type(), nil
		case typ.IsObjectType():
			return cty.DynamicPseudoType, nil
		}
		return cty.NilType, errors.New("the first argument must be a map or an object")
	},
	Impl: func(values []cty.Value, typ cty.Type) (cty.Value, error) {
		from, key := values[0], values[1].AsString()
		if from.Type().IsObjectType() && from.Type().HasAttribute(key) {
			return from.GetAttr(key), nil
		}
		if from.Type().IsMapType() && from.HasIndex(values[1]).True() {
			return from.Index(values[1]), nil
		}
		if len(values) == 3 {
			return convert.Convert(values[2], typ)
		}
		return cty.NilVal, fmt.Errorf("the map has no key %q, and there is no default", key)
	},
})

// oneFunc is the only element of a collection, null where it is empty.
var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type: func(values []cty.Value) (cty.Type, error) {
		typ := values[0].Type()
		switch {
		case typ.IsListType() || typ.IsSetType():
			return typ.ElementType(), nil
		case typ.IsTupleType() && typ.Length() == 0:
			return cty.DynamicPseudoType, nil
		case typ.IsTupleType() && typ.Length() == 1:
			return typ.TupleElementType(0), nil
		}
		return cty.NilType, errors.New("the argument must be a list, set or tuple of at most one element")
	},
	Impl: func(values []cty.Value, typ cty.Type) (cty.Value, error) {
		switch values[0].LengthInt() {
		case 0:
			return cty.NullVal(typ), nil
		case 1:
			return values[0].AsValueSlice()[0], nil
		}
		return cty.NilVal, errors.New("the argument has more than one element")
	},
})

var sumFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
		if !values[0].CanIterateElements() || values[0].LengthInt() == 0 {
			return cty.NilVal, errors.New("the argument must be a list, set or tuple with elements")
		}
		if !values[0].IsWhollyKnown() {
			return cty.UnknownVal(cty.Number), nil
		}
		total := cty.Zero
		for _, element := range values[0].AsValueSlice() {
			number, err := convert.Convert(element, cty.Number)
			if err != nil || number.IsNull() {
				return cty.NilVal, errors.New("every element must be a number")
			}
			total = total.Add(number)
		}
		return total, nil
	},
})

// boolsFunc is alltrue (start true) or anytrue (start false). null counts as false.
func boolsFunc(start bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(values []cty.Value, _ cty.Type) (cty.Value, error) {
			unknown := false
			for _, element := range values[0].AsValueSlice() {
				if !element.IsKnown() {
					unknown = true
					continue
				}
				var on bool
				if !element.IsNull() {
					if err := gocty.FromCtyValue(element, &on); err != nil {
						return cty.NilVal, err
					}
				}
				if on != start {
					return cty.BoolVal(!start), nil
				}
			}
			if unknown {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(start), nil
		},
	})
}
