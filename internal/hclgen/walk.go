package hclgen

// Kind is resource, data, variable ..., or the name of a nested block.
func (b *Block) Kind() string { return b.kind }

// Labels are the quoted words after the kind.
func (b *Block) Labels() []string { return append([]string(nil), b.labels...) }

// Type is the resource type of a resource, data or ephemeral block, else "".
func (b *Block) Type() string {
	if b.parent == nil && len(b.labels) == 2 {
		return b.labels[0]
	}
	return ""
}

// Name is the last label, or "" for a block without labels.
func (b *Block) Name() string {
	if len(b.labels) == 0 {
		return ""
	}
	return b.labels[len(b.labels)-1]
}

// File is the name of the file the block is printed in.
func (b *Block) File() string { return b.file }

// Reason is the text given to Why.
func (b *Block) Reason() string { return b.why }

// Parent is the block that holds a nested block, nil for a top-level one.
func (b *Block) Parent() *Block { return b.parent }

// Items are the attributes and nested blocks in the order they were given.
func (b *Block) Items() []Item { return append([]Item(nil), b.items...) }

// Attribute is the value of an attribute, and whether it was set.
func (b *Block) Attribute(name string) (Expr, bool) {
	for _, item := range b.items {
		if item.Nested == nil && item.Name == name {
			return item.Value, true
		}
	}
	return nil, false
}

// Nested are the nested blocks of a kind, in order.
func (b *Block) Nested(kind string) []*Block {
	var found []*Block
	for _, item := range b.items {
		if item.Nested != nil && item.Name == kind {
			found = append(found, item.Nested)
		}
	}
	return found
}

// Dependencies are the blocks given to DependsOn.
func (b *Block) Dependencies() []*Block { return append([]*Block(nil), b.depends...) }

// Text is the expression as it would be printed on one line.
func Text(expr Expr) string { return string(appendInline(nil, expr)) }

// Literal is the value of a string literal, and whether expr is one.
func Literal(expr Expr) (string, bool) {
	switch expr := expr.(type) {
	case stringExpr:
		return expr.value, true
	case heredocExpr:
		return expr.text, true
	}
	return "", false
}

// Referenced is the block a reference points to and the path in it.
func Referenced(expr Expr) (block *Block, path string, ok bool) {
	ref, ok := expr.(refExpr)
	return ref.block, ref.path, ok
}

// Children are the expressions directly inside expr: items, field values,
// arguments, interpolated parts.
func Children(expr Expr) []Expr {
	switch expr := expr.(type) {
	case listExpr:
		return expr.items
	case callExpr:
		return expr.args
	case templateExpr:
		return expr.parts
	case objectExpr:
		values := make([]Expr, len(expr.fields))
		for i, field := range expr.fields {
			values[i] = field.Value
		}
		return values
	}
	return nil
}

// literal is the string literal of an attribute.
func (b *Block) literal(name string) (string, bool) {
	value, ok := b.Attribute(name)
	if !ok {
		return "", false
	}
	return Literal(value)
}
