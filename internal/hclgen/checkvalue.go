package hclgen

import (
	"fmt"
	"sort"
	"strconv"
)

// fits reports where a value cannot have the wanted type.
func (c *checker) fits(b *Block, value Expr, want *valueType, path string) {
	if want.is(dynamicKind) {
		return
	}
	switch value := value.(type) {
	case nullExpr, faultExpr:
	case listExpr:
		if !want.collection() {
			c.mismatch(b, path, "a list", want)
			return
		}
		for i, item := range value.items {
			c.fits(b, item, want.elem, path+"["+strconv.Itoa(i)+"]")
		}
	case objectExpr:
		c.fitsObject(b, value, want, path)
	case stringExpr, heredocExpr:
		text, _ := Literal(value)
		c.fitsText(b, text, want, path)
	case templateExpr:
		if !want.primitive() {
			c.mismatch(b, path, "a string", want)
		}
	case numberExpr:
		if !want.is(numberKind) && !want.is(stringKind) {
			c.mismatch(b, path, "the number "+value.text, want)
		}
	case boolExpr:
		if !want.is(boolKind) && !want.is(stringKind) {
			c.mismatch(b, path, strconv.FormatBool(value.value), want)
		}
	default:
		if got := c.typeOf(value); !convertible(got, want) {
			c.mismatch(b, path, fmt.Sprintf("%s, a %s,", Text(value), got), want)
		}
	}
}

func (c *checker) mismatch(b *Block, path, got string, want *valueType) {
	fix := "give a " + want.String()
	if want.collection() && want.elem.primitive() {
		fix = "put it in a list"
	}
	c.fault(b, path, fmt.Sprintf("is %s where a %s is required", got, want), fix)
}

// fitsText allows what the engine converts: "443" is a number, "true" a bool.
func (c *checker) fitsText(b *Block, text string, want *valueType, path string) {
	switch want.of() {
	case stringKind:
		return
	case numberKind:
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			return
		}
	case boolKind:
		if text == "true" || text == "false" {
			return
		}
	}
	c.mismatch(b, path, fmt.Sprintf("the string %q", text), want)
}

func (c *checker) fitsObject(b *Block, object objectExpr, want *valueType, path string) {
	switch want.of() {
	case mapKind:
		for _, field := range object.fields {
			c.fits(b, field.Value, want.elem, joinPath(path, fieldStep(field.Name)))
		}
	case objectKind:
		given := map[string]bool{}
		for _, field := range object.fields {
			given[field.Name] = true
			typ, ok := want.fields[field.Name]
			if !ok {
				c.fault(b, joinPath(path, field.Name), "there is no such member", suggest(field.Name, want.known()))
				continue
			}
			c.fits(b, field.Value, typ, joinPath(path, field.Name))
		}
		names := want.known()
		sort.Strings(names)
		for _, name := range names {
			if !given[name] {
				c.fault(b, joinPath(path, name), "member is missing: an object in an attribute must list every one", "set it (null for none), or write a block")
			}
		}
	default:
		c.mismatch(b, path, "an object", want)
	}
}

func fieldStep(name string) string {
	if isIdentifier(name) {
		return name
	}
	return strconv.Quote(name)
}

// convertible says whether a value of type got may stand where want is required.
// A string that the schema knows as one is no number or bool, although the
// engine would find that out only from its content.
func convertible(got, want *valueType) bool {
	switch {
	case got.is(dynamicKind) || want.is(dynamicKind):
		return true
	case want.is(stringKind):
		return got.primitive()
	case want.primitive():
		return got.kind == want.kind
	case want.collection():
		return got.collection() && convertible(got.elem, want.elem)
	case want.is(mapKind):
		return got.is(objectKind) || got.is(mapKind) && convertible(got.elem, want.elem)
	}
	return got.is(objectKind) || got.is(mapKind)
}

// typeOf is the type of an expression, nil if only the engine can know it.
func (c *checker) typeOf(value Expr) *valueType {
	switch value := value.(type) {
	case stringExpr, heredocExpr, templateExpr:
		return stringType
	case numberExpr:
		return numberType
	case boolExpr:
		return boolType
	case listExpr:
		return listOf(nil)
	case objectExpr:
		return c.objectType(value)
	case callExpr:
		return functions[value.name]
	case refExpr:
		typ, _, _ := c.resolve(value)
		return typ
	case keywordExpr:
		if ref, ok := c.keywordReference(value); ok {
			return c.typeOf(ref)
		}
	}
	return nil
}

func (c *checker) objectType(object objectExpr) *valueType {
	typ := &valueType{kind: objectKind, fields: make(map[string]*valueType, len(object.fields))}
	for _, field := range object.fields {
		typ.fields[field.Name] = c.typeOf(field.Value)
	}
	return typ
}
