package hclgen

import "strings"

// Kinds of top-level blocks.
const (
	KindResource  = "resource"
	KindData      = "data"
	KindEphemeral = "ephemeral"
	KindVariable  = "variable"
	KindOutput    = "output"
	KindProvider  = "provider"
	KindTerraform = "terraform"
	KindLocals    = "locals"
	// kindLocal is one named value inside a locals block: it is referred to like
	// a block of its own.
	kindLocal = "local"
)

// Item is one entry of a block: an attribute or a nested block.
type Item struct {
	// Name is the attribute's name, or the kind of the nested block.
	Name string
	// Value is nil for a nested block.
	Value Expr
	// Nested is nil for an attribute.
	Nested *Block
}

// Block is a top-level or a nested block. Blocks are made by a Module or by
// Block.Block; they are not safe for concurrent use.
type Block struct {
	kind    string
	labels  []string
	why     string
	notes   []string
	file    string
	module  *Module
	parent  *Block
	items   []Item
	depends []*Block
	// mistakes made while building, reported by Check.
	mistakes []Fault
}

// Set gives an attribute its value: an Expr, string, number, bool, slice or map
// with string keys (sorted). Anything else, and a name set twice, is a fault
// that Check reports; the first value stays.
func (b *Block) Set(name string, value any) *Block {
	expr := toExpr(value)
	for i := range b.items {
		if b.items[i].Name == name && b.items[i].Nested == nil {
			b.mistake(name, "attribute is set twice", "remove one of the two")
			return b
		}
	}
	b.items = append(b.items, Item{Name: name, Value: expr})
	return b
}

// Block appends a nested block and returns it.
func (b *Block) Block(kind string, labels ...string) *Block {
	nested := &Block{kind: kind, labels: labels, file: b.file, module: b.module, parent: b}
	b.items = append(b.items, Item{Name: kind, Nested: nested})
	return nested
}

// Why gives the reason that is printed as a comment above the block.
func (b *Block) Why(text string) *Block {
	b.why = text
	return b
}

// Note adds a comment inside the block, above its first attribute: where tools look for exceptions meant for them.
func (b *Block) Note(text string) *Block {
	b.notes = append(b.notes, text)
	return b
}

// Ref is a reference to an attribute of this block: "id",
// "domain_name_configuration[0].target_domain_name", "members[*].arn",
// "[each.key].id" for a block with for_each. An empty path is the block itself:
// var.name for a variable, the alias for a provider. Check resolves it.
func (b *Block) Ref(path string) Expr { return refExpr{b, path} }

// Traverse appends .attr, ["key"] or [0] to a reference.
func Traverse(base Expr, path string) Expr {
	switch base := base.(type) {
	case refExpr:
		return refExpr{base.block, joinPath(base.path, path)}
	case keywordExpr:
		return keywordExpr{joinPath(base.word, path)}
	}
	return faultExpr{"only a reference can be traversed with " + path, "start from Block.Ref or Module.Local"}
}

func joinPath(base, path string) string {
	path = strings.TrimPrefix(path, ".")
	if base == "" || path == "" || path[0] == '[' {
		return base + path
	}
	return base + "." + path
}

// DependsOn makes this block wait for others that it does not refer to.
func (b *Block) DependsOn(blocks ...*Block) *Block {
	for _, other := range blocks {
		if other == nil {
			b.mistake("depends_on", "dependency on no block (nil)", "pass the block that must exist first")
			continue
		}
		b.depends = append(b.depends, other)
	}
	return b
}

// Lifecycle fills the block's lifecycle block; several calls fill the same one.
func (b *Block) Lifecycle(fill func(*Block)) *Block {
	if fill == nil {
		b.mistake("lifecycle", "lifecycle without a function (nil)", "pass a function that fills it")
		return b
	}
	for _, item := range b.items {
		if item.Nested != nil && item.Name == "lifecycle" {
			fill(item.Nested)
			return b
		}
	}
	fill(b.Block("lifecycle"))
	return b
}

func (b *Block) mistake(path, what, fix string) {
	b.mistakes = append(b.mistakes, Fault{Path: path, What: what, Fix: fix})
}

// Address is the name the engine gives the block: aws_vpc.primary,
// data.aws_region.current, var.suffix, provider.aws.secondary. A nested block
// has the address of the block that holds it.
func (b *Block) Address() string {
	if b.parent != nil {
		return b.parent.Address()
	}
	switch b.kind {
	case KindResource:
		return strings.Join(b.labels, ".")
	case KindVariable:
		return "var." + strings.Join(b.labels, ".")
	case KindProvider:
		return "provider." + b.providerName()
	case KindTerraform, KindLocals:
		return b.kind
	}
	return b.kind + "." + strings.Join(b.labels, ".")
}

// reference is the text that an expression uses for the block itself.
func (b *Block) reference() string {
	if b.kind == KindProvider && b.parent == nil {
		return b.providerName()
	}
	return b.Address()
}

func (b *Block) providerName() string {
	name := b.Name()
	if alias, ok := b.literal("alias"); ok {
		return name + "." + alias
	}
	return name
}
