package stack_test

import (
	"sort"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/stack"
)

// parsed is the generated text as the engine would read it.
type parsed struct {
	files map[string][]byte
	// roots has the blocks by root and address.
	roots map[string]map[string]*hclsyntax.Block
}

func parse(t testing.TB, system *stack.System) parsed {
	t.Helper()
	files, roots := system.Files(), map[string]map[string]*hclsyntax.Block{}
	for name, content := range files {
		root, _, _ := strings.Cut(name, "/")
		file, diagnostics := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
		if diagnostics.HasErrors() {
			t.Fatalf("parse %s: %v", name, diagnostics)
		}
		if roots[root] == nil {
			roots[root] = map[string]*hclsyntax.Block{}
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			address := strings.Join(block.Labels, ".")
			if block.Type != "resource" {
				address = strings.Join(append([]string{block.Type}, block.Labels...), ".")
			}
			roots[root][address] = block
		}
	}
	return parsed{files, roots}
}

// block finds one block or fails the test.
func (p parsed) block(t testing.TB, root, address string) *hclsyntax.Block {
	t.Helper()
	block, ok := p.roots[root][address]
	if !ok {
		t.Fatalf("%s has no %s", root, address)
	}
	return block
}

// ofType lists the addresses of a resource type in a root, sorted.
func (p parsed) ofType(root, typ string) []string {
	var addresses []string
	for address := range p.roots[root] {
		if strings.HasPrefix(address, typ+".") {
			addresses = append(addresses, address)
		}
	}
	sort.Strings(addresses)
	return addresses
}

// source is an attribute's text as written, "" if it is not set.
func (p parsed) source(block *hclsyntax.Block, attribute string) string {
	a, ok := block.Body.Attributes[attribute]
	if !ok {
		return ""
	}
	r := a.Expr.Range()
	return string(p.files[r.Filename][r.Start.Byte:r.End.Byte])
}

// literal is an attribute's value where it needs nothing else to be known, cty.NilVal otherwise.
func literal(block *hclsyntax.Block, attribute string) cty.Value {
	a, ok := block.Body.Attributes[attribute]
	if !ok {
		return cty.NilVal
	}
	value, diagnostics := a.Expr.Value(nil)
	if diagnostics.HasErrors() {
		return cty.NilVal
	}
	return value
}

func nested(block *hclsyntax.Block, kind string) []*hclsyntax.Block {
	var blocks []*hclsyntax.Block
	for _, b := range block.Body.Blocks {
		if b.Type == kind {
			blocks = append(blocks, b)
		}
	}
	return blocks
}
