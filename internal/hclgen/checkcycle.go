package hclgen

import (
	"sort"
	"strings"
)

// cycles reports each set of blocks that need one another, once. It is Tarjan's
// algorithm: linear in blocks and references.
func (c *checker) cycles() {
	t := &tarjan{edges: c.edges, order: map[*Block]int{}, low: map[*Block]int{}, onStack: map[*Block]bool{}}
	for _, blocks := range [][]*Block{c.module.blocks, c.module.locals} {
		for _, block := range blocks {
			if t.order[block] == 0 {
				t.visit(block)
			}
		}
	}
	for _, component := range t.components {
		c.reportCycle(component)
	}
}

func (c *checker) reportCycle(component []*Block) {
	if len(component) == 1 {
		block := component[0]
		for _, needed := range c.edges[block] {
			if needed == block {
				c.fault(block, "", "refers to itself", "use another value, or self where the engine allows it")
				return
			}
		}
		return
	}
	sort.Slice(component, func(i, j int) bool { return component[i].Address() < component[j].Address() })
	names := make([]string, len(component))
	for i, block := range component {
		names[i] = block.Address()
	}
	c.fault(component[0], "", "is in a cycle of references: "+strings.Join(names, ", "), "break one of the references, or split a block")
}

type tarjan struct {
	edges      map[*Block][]*Block
	order, low map[*Block]int
	onStack    map[*Block]bool
	stack      []*Block
	next       int
	components [][]*Block
}

func (t *tarjan) visit(b *Block) {
	t.next++
	t.order[b], t.low[b] = t.next, t.next
	t.stack = append(t.stack, b)
	t.onStack[b] = true
	for _, needed := range t.edges[b] {
		if t.order[needed] == 0 {
			t.visit(needed)
			t.low[b] = min(t.low[b], t.low[needed])
		} else if t.onStack[needed] {
			t.low[b] = min(t.low[b], t.order[needed])
		}
	}
	if t.low[b] != t.order[b] {
		return
	}
	for i := len(t.stack) - 1; ; i-- {
		t.onStack[t.stack[i]] = false
		if t.stack[i] == b {
			t.components = append(t.components, append([]*Block(nil), t.stack[i:]...))
			t.stack = t.stack[:i]
			return
		}
	}
}
