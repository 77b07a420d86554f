package hclgen

import (
	"math"
	"sort"
	"strconv"
)

// Expr is an HCL expression. The set of implementations is closed: build one
// with the functions of this package.
type Expr interface{ isExpr() }

type (
	stringExpr  struct{ value string }
	numberExpr  struct{ text string }
	boolExpr    struct{ value bool }
	nullExpr    struct{}
	keywordExpr struct{ word string }
	heredocExpr struct{ text string }
	listExpr    struct{ items []Expr }
	// objectExpr is an object or a map: HCL writes both alike.
	objectExpr struct{ fields []Field }
	callExpr   struct {
		name string
		args []Expr
	}
	// templateExpr holds literal parts (stringExpr) and interpolated ones.
	templateExpr struct{ parts []Expr }
	// refExpr points to a block; path is what follows the block's address.
	refExpr struct {
		block *Block
		path  string
	}
	// faultExpr stands where a value could not be used; it prints as null.
	faultExpr struct{ what, fix string }
)

func (stringExpr) isExpr()   {}
func (numberExpr) isExpr()   {}
func (boolExpr) isExpr()     {}
func (nullExpr) isExpr()     {}
func (keywordExpr) isExpr()  {}
func (heredocExpr) isExpr()  {}
func (listExpr) isExpr()     {}
func (objectExpr) isExpr()   {}
func (callExpr) isExpr()     {}
func (templateExpr) isExpr() {}
func (refExpr) isExpr()      {}
func (faultExpr) isExpr()    {}

// Field is one key and value of an Object.
type Field struct {
	Name  string
	Value Expr
}

// F makes a Field; value follows the rule of Block.Set.
func F(name string, value any) Field { return Field{Name: name, Value: toExpr(value)} }

// String is a quoted literal: nothing in s is read as a template.
func String(s string) Expr { return stringExpr{s} }

// Int is a whole number.
func Int(n int) Expr { return numberExpr{strconv.Itoa(n)} }

// Float is a number in its shortest exact form; infinities and NaN are faults.
func Float(f float64) Expr {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return faultExpr{"number " + strconv.FormatFloat(f, 'g', -1, 64) + " cannot be written", "use a finite number"}
	}
	return numberExpr{strconv.FormatFloat(f, 'f', -1, 64)}
}

// Bool is true or false.
func Bool(b bool) Expr { return boolExpr{b} }

// Null is the null literal: the same as leaving the argument out.
func Null() Expr { return nullExpr{} }

// Keyword is a bare word or traversal: the names in ignore_changes, a provider
// alias, each.key, a type constraint. Check resolves those that look like
// references, but Block.Ref is the way to make one.
func Keyword(word string) Expr { return keywordExpr{word} }

// List is a tuple; its items follow the rule of Block.Set.
func List(items ...any) Expr {
	list := listExpr{items: make([]Expr, len(items))}
	for i, item := range items {
		list.items[i] = toExpr(item)
	}
	return list
}

// Object keeps the order of its fields; a key given twice is a fault.
func Object(fields ...Field) Expr {
	copied := make([]Field, len(fields))
	for i, field := range fields {
		copied[i] = Field{field.Name, toExpr(field.Value)}
	}
	return objectExpr{copied}
}

// Map is an object with its keys sorted.
func Map(m map[string]any) Expr {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	fields := make([]Field, len(names))
	for i, name := range names {
		fields[i] = Field{name, toExpr(m[name])}
	}
	return objectExpr{fields}
}

// Call is a function call; its arguments follow the rule of Block.Set.
func Call(name string, args ...any) Expr {
	call := callExpr{name: name, args: make([]Expr, len(args))}
	for i, arg := range args {
		call.args[i] = toExpr(arg)
	}
	return call
}

// JSON is jsonencode(value), laid out over lines so that a policy can be read.
func JSON(value any) Expr { return Call("jsonencode", value) }

// Template joins its parts to one string: Go strings are literal text, anything
// else is interpolated. One part alone is that part, as the engines' fmt has it.
func Template(parts ...any) Expr {
	template := templateExpr{parts: make([]Expr, 0, len(parts))}
	for _, part := range parts {
		template.parts = appendPart(template.parts, toExpr(part))
	}
	switch len(template.parts) {
	case 0:
		return stringExpr{}
	case 1:
		return template.parts[0]
	}
	return template
}

// appendPart joins neighbouring literals and flattens a template in a template.
func appendPart(parts []Expr, part Expr) []Expr {
	switch part := part.(type) {
	case stringExpr:
		if n := len(parts); n > 0 {
			if last, ok := parts[n-1].(stringExpr); ok {
				parts[n-1] = stringExpr{last.value + part.value}
				return parts
			}
		}
	case templateExpr:
		for _, inner := range part.parts {
			parts = appendPart(parts, inner)
		}
		return parts
	}
	return append(parts, part)
}

// Heredoc is the text as it stands, printed over lines where HCL can hold it so
// (a value of an attribute that ends with a newline), else quoted.
func Heredoc(text string) Expr { return heredocExpr{text} }
