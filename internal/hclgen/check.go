package hclgen

import (
	"fmt"
	"strings"
)

// checker is one run of Check.
type checker struct {
	module *Module
	schema *Schema
	faults []Fault
	// byReference are the blocks by the text that refers to them.
	byReference map[string]*Block
	// types and marks remember what is known of a block's value; a block in work
	// is there with the zero value, which ends a cycle.
	types map[*Block]*valueType
	marks map[*Block]mark
	edges map[*Block][]*Block
}

// Check reports every fault of the module at once, sorted by file, address and
// path: what the schema forbids, references to nothing, cycles, secrets in the
// wrong place, and the traps that no schema holds (see the rules). Nil is a clean
// module; an engine with the real provider is still the last judge.
func (m *Module) Check(s *Schema) []Fault {
	c := &checker{module: m, schema: s, byReference: map[string]*Block{}, types: map[*Block]*valueType{},
		marks: map[*Block]mark{}, edges: map[*Block][]*Block{}}
	c.index()
	for _, block := range m.blocks {
		c.topLevel(block)
	}
	for _, local := range m.locals {
		c.expressions(local, "", local)
	}
	c.cycles()
	c.rules()
	sortFaults(c.faults)
	return c.faults
}

func (c *checker) fault(b *Block, path, what, fix string) {
	c.faults = append(c.faults, Fault{File: b.file, Address: b.Address(), Path: path, What: what, Fix: fix})
}

// index finds every block by name, and the names that are taken twice or invalid.
func (c *checker) index() {
	for _, blocks := range [][]*Block{c.module.blocks, c.module.locals} {
		for _, block := range blocks {
			if block.kind == KindTerraform || block.kind == KindLocals {
				continue
			}
			for _, label := range block.labels {
				if !isIdentifier(label) {
					c.fault(block, "", fmt.Sprintf("%q is not a valid name", label), "use letters, digits, _ and -, and begin with a letter or _")
				}
			}
			key := block.Address()
			if first, taken := c.byReference[key]; taken {
				c.fault(block, "", "the address is taken by a block in "+first.file, "give one of the two another name")
				continue
			}
			c.byReference[key] = block
			if block.kind == KindProvider {
				c.byReference[block.reference()] = block
			}
		}
	}
}

func (c *checker) topLevel(b *Block) {
	if b.kind == KindLocals {
		return // its values are checked one by one
	}
	c.mistakes(b, "")
	c.expressions(b, "", b)
	s, err := c.schemaOf(b)
	if err != nil {
		c.fault(b, "", err.Error(), "refresh the embedded schema")
		return
	}
	if s == nil {
		what := fmt.Sprintf("there is no %s type %q in the schema", b.kind, b.Type())
		fix := suggest(b.Type(), c.schema.names(b.kind)) + " a type in use must stand in schema/types.txt"
		if b.kind == KindProvider {
			what, fix = fmt.Sprintf("there is no provider %q in the schema", b.Name()), `use "aws"`
		}
		c.fault(b, "", what, fix)
		return
	}
	c.body(b, s, "")
	c.region(b, s)
}

func (c *checker) schemaOf(b *Block) (*blockSchema, error) {
	switch b.kind {
	case KindVariable:
		return variableSchema(), nil
	case KindOutput:
		return outputSchema(), nil
	case KindTerraform:
		return terraformSchema(), nil
	case KindProvider:
		return c.schema.lookup(KindProvider, b.Name())
	}
	return c.schema.lookup(b.kind, b.Type())
}

// mistakes reports what went wrong while the block was built.
func (c *checker) mistakes(b *Block, path string) {
	for _, mistake := range b.mistakes {
		c.fault(b, joinPath(path, mistake.Path), mistake.What, mistake.Fix)
	}
	counts := map[string]int{}
	for _, item := range b.items {
		if item.Nested != nil {
			c.mistakes(item.Nested, joinPath(path, fmt.Sprintf("%s[%d]", item.Name, counts[item.Name])))
			counts[item.Name]++
		}
	}
}

// region finds blocks that do not say which of several Regions they live in. A
// type of a global service has no region argument. Source: provider v6 guide
// "Enhanced Region Support".
func (c *checker) region(b *Block, s *blockSchema) {
	regional := b.kind == KindResource || b.kind == KindData || b.kind == KindEphemeral
	if len(c.module.regions) < 2 || !regional || s.attributes["region"] == nil {
		return
	}
	if !b.present("region") && !b.present("provider") {
		c.fault(b, "", "says neither region nor provider in a module of the Regions "+strings.Join(c.module.regions, " and "),
			"set region, or the provider alias of a Region")
	}
}

// present says whether an attribute is set to something other than null.
func (b *Block) present(name string) bool {
	value, ok := b.Attribute(name)
	if !ok {
		return false
	}
	_, null := value.(nullExpr)
	return !null
}
