package hclgen

import (
	"fmt"
	"strings"
)

// expressions checks every expression in a block and its nested ones: references,
// keys, functions, secrets; and notes which blocks the top one needs.
func (c *checker) expressions(top *Block, path string, b *Block) {
	for _, other := range b.depends {
		if other.module != c.module || other.parent != nil {
			c.fault(top, "depends_on", other.Address()+" is no block of this module", "depend on a block of this module")
			continue
		}
		c.edges[top] = append(c.edges[top], other)
	}
	counts := map[string]int{}
	for _, item := range b.items {
		if item.Nested != nil {
			c.expressions(top, joinPath(path, fmt.Sprintf("%s[%d]", item.Name, counts[item.Name])), item.Nested)
			counts[item.Name]++
			continue
		}
		if !isIdentifier(item.Name) {
			c.fault(top, joinPath(path, item.Name), fmt.Sprintf("%q is not a valid attribute name", item.Name), "use letters, digits, _ and -")
		}
		if bareWords(b, item.Name) {
			continue
		}
		c.expression(top, joinPath(path, item.Name), item.Value)
		c.flow(top, b, joinPath(path, item.Name), item)
	}
}

// bareWords says whether an attribute's words are names, not references.
func bareWords(b *Block, attribute string) bool {
	switch attribute {
	case "ignore_changes":
		return b.kind == "lifecycle"
	case "provider":
		return b.parent == nil
	case "type":
		return b.kind == KindVariable && b.parent == nil
	case "iterator":
		return b.kind == "dynamic"
	}
	return false
}

func (c *checker) expression(top *Block, path string, value Expr) {
	switch value := value.(type) {
	case faultExpr:
		c.fault(top, path, value.what, value.fix)
	case stringExpr:
		c.text(top, path, value.value)
	case heredocExpr:
		c.text(top, path, value.text)
	case objectExpr:
		seen := map[string]bool{}
		for _, field := range value.fields {
			at := joinPath(path, fieldStep(field.Name))
			if seen[field.Name] {
				c.fault(top, at, "key is given twice", "remove one of the two")
			}
			seen[field.Name] = true
			c.expression(top, at, field.Value)
		}
		return
	case callExpr:
		if _, known := functions[value.name]; !known && !strings.HasPrefix(value.name, "provider::") {
			names := make([]string, 0, len(functions))
			for name := range functions {
				names = append(names, name)
			}
			c.fault(top, path, fmt.Sprintf("there is no function %q", value.name), suggest(value.name, names))
		}
	case templateExpr:
		for _, part := range value.parts {
			if typ := c.typeOf(part); !typ.is(dynamicKind) && !typ.primitive() {
				c.fault(top, path, fmt.Sprintf("%s, a %s, cannot be part of a string", Text(part), typ), "use one of its elements, or join()")
			}
		}
	case keywordExpr:
		c.keyword(top, path, value)
	case refExpr:
		if _, _, problem := c.resolve(value); problem != nil {
			c.fault(top, path, Text(value)+": "+problem.what, problem.fix)
			return
		}
		c.edges[top] = append(c.edges[top], value.block)
	}
	for _, child := range Children(value) {
		c.expression(top, path, child)
	}
}

// text refuses what no HCL file can hold.
func (c *checker) text(top *Block, path, text string) {
	if strings.ToValidUTF8(text, "") != text {
		c.fault(top, path, "the text is not valid UTF-8", "encode it, for example with base64encode")
	}
}

// keyword resolves bare words that look like references to a block.
func (c *checker) keyword(top *Block, path string, word keywordExpr) {
	ref, ok := c.keywordReference(word)
	if !ok {
		return
	}
	if ref.block == nil {
		c.fault(top, path, word.word+" refers to no block of this module", "use the Ref of a block")
		return
	}
	c.expression(top, path, ref)
}

// keywordReference reads a bare word as a reference. ok is false for words that
// are none (each.key, string, all); the block is nil if it is nowhere.
func (c *checker) keywordReference(word keywordExpr) (ref refExpr, ok bool) {
	steps, err := parsePath(word.word)
	if err != nil || len(steps) < 2 || steps[0].name == "" || steps[1].name == "" {
		return refExpr{}, false
	}
	take := 2
	switch root := steps[0].name; {
	case root == KindData || root == KindEphemeral:
		take = 3
	case root == "var" || root == kindLocal:
	case strings.Contains(root, "_"):
	default:
		return refExpr{}, false
	}
	if len(steps) < take {
		return refExpr{}, true
	}
	names := make([]string, take)
	for i := range names {
		names[i] = steps[i].name
	}
	address := strings.Join(names, ".")
	block := c.byReference[address]
	if block == nil {
		return refExpr{}, true
	}
	return refExpr{block, strings.TrimPrefix(word.word, address)}, true
}

// resolve finds the type that a reference has, and whether its value is sensitive.
func (c *checker) resolve(ref refExpr) (typ *valueType, sensitive bool, fault *problem) {
	b := ref.block
	switch {
	case b == nil:
		return nil, false, &problem{"refers to no block (nil)", "take the reference from a block"}
	case b.parent != nil:
		return nil, false, &problem{"refers to a nested block", "take the reference from the resource"}
	case b.module == nil:
		return nil, false, &problem{"refers to a block of no module", "make blocks with a Module"}
	case b.module != c.module:
		return nil, false, &problem{"refers to a block of module " + b.module.name, "pass the value between modules with an output or remote state"}
	case b.kind == KindOutput:
		return nil, false, &problem{"an output cannot be used inside its own module", "use the output's value"}
	case b.kind == KindTerraform || b.kind == KindLocals:
		return nil, false, &problem{"a " + b.kind + " block has no value", "refer to a resource, a variable or a local"}
	case b.kind == KindProvider:
		return nil, false, &problem{"a provider is no value", "use it in the provider argument"}
	}
	steps, err := parsePath(ref.path)
	if err != nil {
		return nil, false, &problem{err.Error(), "correct the path"}
	}
	managed := b.kind == KindResource || b.kind == KindData || b.kind == KindEphemeral
	if managed && len(steps) > 0 && steps[0].index != "" && !b.present("count") && !b.present("for_each") {
		return nil, false, &problem{"is indexed but has neither count nor for_each", "remove " + steps[0].String()}
	}
	return follow(c.blockType(b), steps)
}

// blockType is the type of a reference to the block itself.
func (c *checker) blockType(b *Block) *valueType {
	if typ, known := c.types[b]; known {
		return typ
	}
	c.types[b] = nil
	var typ *valueType
	switch b.kind {
	case KindVariable:
		if value, ok := b.Attribute("type"); ok {
			typ = constraint(Text(value))
		}
	case kindLocal:
		if value, ok := b.Attribute("value"); ok {
			typ = c.typeOf(value)
		}
	default:
		if s, err := c.schemaOf(b); err == nil && s != nil {
			typ = s.implied
		}
		if b.present("count") {
			typ = listOf(typ)
		} else if b.present("for_each") {
			typ = &valueType{kind: mapKind, elem: typ}
		}
	}
	c.types[b] = typ
	return typ
}
