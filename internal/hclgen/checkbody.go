package hclgen

import (
	"fmt"
	"strings"
)

// body checks the attributes and nested blocks of a block against its schema.
func (c *checker) body(b *Block, s *blockSchema, path string) {
	if s.open {
		return
	}
	counts := map[string]int{}
	dynamic := map[string]bool{}
	for _, item := range b.items {
		if item.Nested == nil {
			if !c.metaArgument(b, item) {
				c.attribute(b, s, item, joinPath(path, item.Name))
			}
			continue
		}
		at := joinPath(path, fmt.Sprintf("%s[%d]", item.Name, counts[item.Name]))
		counts[item.Name]++
		switch {
		case item.Name == "dynamic":
			c.dynamic(item.Nested, s, at, dynamic)
		case c.metaBlock(b, item.Nested, s):
		default:
			c.nested(b, item, s, at)
		}
	}
	c.missing(b, s, path, counts, dynamic)
}

func (c *checker) attribute(b *Block, s *blockSchema, item Item, path string) {
	attribute, ok := s.attributes[item.Name]
	if !ok {
		if _, block := s.blocks[item.Name]; block {
			c.fault(b, path, "is a block, not an attribute", fmt.Sprintf("use Block(%q)", item.Name))
			return
		}
		c.fault(b, path, "there is no such attribute", suggest(item.Name, s.known()))
		return
	}
	if attribute.computed && !attribute.optional && !attribute.required {
		c.fault(b, path, "is read-only: the provider computes it", "remove it")
		return
	}
	if attribute.secret && strings.HasSuffix(item.Name, "_wo") {
		version := item.Name + "_version"
		if s.attributes[version] != nil && b.present(item.Name) && !b.present(version) {
			c.fault(b, path, "a write-only value without "+version+" is never updated", "set "+version)
		}
	}
	c.fits(b, item.Value, attribute.typ, path)
}

func (c *checker) nested(b *Block, item Item, s *blockSchema, path string) {
	if nested, ok := s.blocks[item.Name]; ok {
		c.body(item.Nested, nested.block, path)
		return
	}
	attribute, ok := s.attributes[item.Name]
	switch {
	case !ok:
		c.fault(b, path, "there is no such block", suggest(item.Name, s.known()))
	case attribute.typ.collection() && attribute.typ.elem.is(objectKind):
		// Attributes as blocks: missing members become null.
		c.body(item.Nested, membersOf(attribute.typ.elem), path)
	default:
		c.fault(b, path, "is an attribute, not a block", fmt.Sprintf("use Set(%q, ...)", item.Name))
	}
}

// membersOf is the schema of a block that stands for an object.
func membersOf(object *valueType) *blockSchema {
	s := &blockSchema{attributes: make(map[string]*attributeSchema, len(object.fields))}
	for name, typ := range object.fields {
		s.attributes[name] = optional(typ)
	}
	return s
}

// missing finds required attributes without a value and block counts out of bounds.
func (c *checker) missing(b *Block, s *blockSchema, path string, counts map[string]int, dynamic map[string]bool) {
	for _, name := range s.required {
		if !b.present(name) {
			c.fault(b, joinPath(path, name), "is required and not set", "set it")
		}
	}
	for _, name := range s.minimum {
		if least := s.blocks[name].minItems; counts[name] < least && !dynamic[name] {
			c.fault(b, joinPath(path, name), fmt.Sprintf("%d blocks, at least %d required", counts[name], least), fmt.Sprintf("add Block(%q)", name))
		}
	}
	for name, count := range counts {
		nested := s.blocks[name]
		if nested == nil {
			continue
		}
		most := nested.maxItems
		if nested.nesting == "single" || nested.nesting == "group" {
			most = 1
		}
		if most > 0 && count > most {
			c.fault(b, joinPath(path, name), fmt.Sprintf("%d blocks, at most %d allowed", count, most), "remove one")
		}
	}
}

// metaArgument checks what the engine itself reads, in blocks that have it.
func (c *checker) metaArgument(b *Block, item Item) bool {
	if b.parent != nil || (b.kind != KindResource && b.kind != KindData && b.kind != KindEphemeral) {
		return item.Name == "depends_on" && b.kind == KindOutput
	}
	switch item.Name {
	case "count":
		c.fits(b, item.Value, numberType, "count")
		if b.present("for_each") {
			c.fault(b, "count", "count and for_each together", "keep one")
		}
	case "for_each":
		if _, list := item.Value.(listExpr); list {
			c.fault(b, "for_each", "is a list, must be a map or a set of strings", `wrap it: Call("toset", ...)`)
		} else if t := c.typeOf(item.Value); t.primitive() || t.is(listKind) {
			c.fault(b, "for_each", fmt.Sprintf("is a %s, must be a map or a set of strings", t), "use a map or toset()")
		}
	case "provider":
		c.providerArgument(b, item.Value)
	case "depends_on":
		c.fault(b, "depends_on", "is set as an attribute", "use DependsOn")
	default:
		return false
	}
	return true
}

func (c *checker) providerArgument(b *Block, value Expr) {
	name := Text(value)
	if ref, ok := value.(refExpr); ok && ref.block != nil && ref.block.kind == KindProvider {
		return
	}
	if block := c.byReference[name]; block == nil || block.kind != KindProvider {
		c.fault(b, "provider", fmt.Sprintf("there is no provider configuration %s in the module", name), "use the Ref of a Provider block")
	}
}

// metaBlock checks lifecycle, and lets the engine's other own blocks pass.
func (c *checker) metaBlock(b, nested *Block, s *blockSchema) bool {
	if b.parent != nil {
		return false
	}
	switch nested.kind {
	case "lifecycle":
		if b.kind != KindResource && b.kind != KindData && b.kind != KindEphemeral {
			return false
		}
		c.body(nested, lifecycleSchema(), "lifecycle")
		c.ignored(b, nested, s)
		return true
	case "provisioner", "connection":
		return b.kind == KindResource
	}
	return false
}

// ignored checks that ignore_changes names arguments that exist.
func (c *checker) ignored(b, lifecycle *Block, s *blockSchema) {
	value, ok := lifecycle.Attribute("ignore_changes")
	if !ok {
		return
	}
	list, ok := value.(listExpr)
	if !ok {
		if Text(value) != "all" {
			c.fault(b, "lifecycle.ignore_changes", "is neither a list nor the word all", "use a list of Keyword")
		}
		return
	}
	for _, item := range list.items {
		word, ok := item.(keywordExpr)
		if !ok {
			c.fault(b, "lifecycle.ignore_changes", Text(item)+" is not a bare name", "use Keyword")
			continue
		}
		steps, err := parsePath(word.word)
		if err != nil || len(steps) == 0 {
			c.fault(b, "lifecycle.ignore_changes", Text(item)+" is not an argument's name", "name an argument")
			continue
		}
		if name := steps[0].name; s.attributes[name] == nil && s.blocks[name] == nil {
			c.fault(b, "lifecycle.ignore_changes", fmt.Sprintf("there is no argument %q", name), suggest(name, s.known()))
		}
	}
}

// dynamic checks a dynamic block's content against the blocks it makes.
func (c *checker) dynamic(b *Block, s *blockSchema, path string, made map[string]bool) {
	kind := b.Name()
	made[kind] = true
	nested := s.blocks[kind]
	inner := (*blockSchema)(nil)
	if nested != nil {
		inner = nested.block
	} else if attribute := s.attributes[kind]; attribute != nil && attribute.typ.collection() && attribute.typ.elem.is(objectKind) {
		inner = membersOf(attribute.typ.elem)
	}
	content := b.Nested("content")
	switch {
	case inner == nil:
		c.fault(b, path, fmt.Sprintf("there is no block %q to make", kind), suggest(kind, s.known()))
	case len(content) != 1:
		c.fault(b, path, fmt.Sprintf("%d content blocks, exactly 1 required", len(content)), `add Block("content")`)
	case !b.present("for_each"):
		c.fault(b, path, "for_each is required and not set", "set it")
	default:
		c.body(content[0], inner, path+".content")
	}
}
