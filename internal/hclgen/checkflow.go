package hclgen

// mark says what a value carries along with it.
type mark struct{ sensitive, ephemeral bool }

func (m mark) and(other mark) mark {
	return mark{m.sensitive || other.sensitive, m.ephemeral || other.ephemeral}
}

// flow finds ephemeral values where they would be stored and sensitive ones in
// outputs that would show them. Source: https://opentofu.org/docs/language/ephemerality/
func (c *checker) flow(top, b *Block, path string, item Item) {
	carried := c.markOf(item.Value)
	if top.kind == KindOutput && b == top && item.Name == "value" {
		if carried.sensitive && !b.isTrue("sensitive") {
			c.fault(top, path, "shows a sensitive value", "set sensitive = true, or leave the output out")
		}
		if carried.ephemeral && !b.isTrue("ephemeral") {
			c.fault(top, path, "would store an ephemeral value in state", "set ephemeral = true in a child module, or leave the output out")
		}
		return
	}
	if carried.ephemeral && (top.kind == KindResource || top.kind == KindData) && !c.acceptsEphemeral(top, b, item.Name) {
		c.fault(top, path, "would store an ephemeral value in state", "use a write-only argument (_wo)")
	}
}

func (c *checker) acceptsEphemeral(top, b *Block, attribute string) bool {
	if b.kind == "provisioner" || b.kind == "connection" {
		return true
	}
	s, err := c.schemaOf(top)
	if err != nil || s == nil {
		return true // reported elsewhere
	}
	var kinds []string
	for nested := b; nested != top; nested = nested.parent {
		switch nested.kind {
		case "lifecycle":
			return true // conditions are evaluated and not stored
		case "content":
			continue
		case "dynamic":
			kinds = append(kinds, nested.Name())
		default:
			kinds = append(kinds, nested.kind)
		}
	}
	for i := len(kinds) - 1; i >= 0; i-- {
		inner := s.blocks[kinds[i]]
		if inner == nil {
			return false
		}
		s = inner.block
	}
	return s.attributes[attribute] != nil && s.attributes[attribute].secret
}

func (b *Block) isTrue(name string) bool {
	value, _ := b.Attribute(name)
	flag, ok := value.(boolExpr)
	return ok && flag.value
}

func (c *checker) markOf(value Expr) mark {
	var carried mark
	for _, child := range Children(value) {
		carried = carried.and(c.markOf(child))
	}
	switch value := value.(type) {
	case callExpr:
		switch value.name {
		case "nonsensitive", "issensitive":
			carried.sensitive = false
		case "sensitive":
			carried.sensitive = true
		case "ephemeralasnull":
			carried.ephemeral = false
		}
	case keywordExpr:
		if ref, ok := c.keywordReference(value); ok && ref.block != nil {
			return c.markOf(ref)
		}
	case refExpr:
		if value.block == nil || value.block.module != c.module {
			return carried
		}
		_, sensitive, _ := c.resolve(value)
		return carried.and(mark{sensitive: sensitive}).and(c.markOfBlock(value.block))
	}
	return carried
}

func (c *checker) markOfBlock(b *Block) mark {
	if known, ok := c.marks[b]; ok {
		return known
	}
	c.marks[b] = mark{}
	var carried mark
	switch b.kind {
	case KindEphemeral:
		carried.ephemeral = true
	case KindVariable:
		carried = mark{b.isTrue("sensitive"), b.isTrue("ephemeral")}
	case kindLocal:
		if value, ok := b.Attribute("value"); ok {
			carried = c.markOf(value)
		}
	}
	c.marks[b] = carried
	return carried
}
