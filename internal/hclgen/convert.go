package hclgen

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
)

// toExpr turns a Go value into an expression. What cannot be one becomes a
// faultExpr, which Check reports with the place it was set at.
func toExpr(value any) Expr {
	switch value := value.(type) {
	case nil:
		return nullExpr{}
	case Expr:
		return value
	case string:
		return stringExpr{value}
	case int:
		return Int(value)
	case bool:
		return boolExpr{value}
	case float64:
		return Float(value)
	case Field:
		return Object(value)
	case []Field:
		return Object(value...)
	case map[string]any:
		return Map(value)
	case *Block:
		return faultExpr{"a block is not a value", "use its Ref, or DependsOn"}
	case Block:
		return faultExpr{"a block is not a value", "use its Ref, or DependsOn"}
	}
	return reflected(reflect.ValueOf(value))
}

// reflected handles slices, maps and named types (type Region string).
func reflected(value reflect.Value) Expr {
	switch value.Kind() {
	case reflect.String:
		return stringExpr{value.String()}
	case reflect.Bool:
		return boolExpr{value.Bool()}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return numberExpr{strconv.FormatInt(value.Int(), 10)}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return numberExpr{strconv.FormatUint(value.Uint(), 10)}
	case reflect.Float32:
		return Float(value.Float())
	case reflect.Slice, reflect.Array:
		list := listExpr{items: make([]Expr, value.Len())}
		for i := range list.items {
			list.items[i] = toExpr(value.Index(i).Interface())
		}
		return list
	case reflect.Map:
		if value.Type().Key().Kind() == reflect.String {
			return reflectedMap(value)
		}
	}
	return faultExpr{fmt.Sprintf("a value of Go type %s cannot be written", value.Type()),
		"use an Expr, a string, a number, a bool, a slice or a map with string keys"}
}

func reflectedMap(value reflect.Value) Expr {
	fields := make([]Field, 0, value.Len())
	for entries := value.MapRange(); entries.Next(); {
		fields = append(fields, Field{entries.Key().String(), toExpr(entries.Value().Interface())})
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	return objectExpr{fields}
}
