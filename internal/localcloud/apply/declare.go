package apply

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// node is one thing in a root that has a value: a local, a resource with all its instances, an output.
type node struct {
	root *root
	// id is the node's place in the order of evaluation, from 0.
	id int
	// key is how the node is referred to: aws_vpc.payment, data.aws_region.here, local.x.
	key   string
	place hcl.Range
	part  part
	// uses are the references in the node's expressions, after those in depends_on.
	uses, after []hcl.Traversal
	// refs are what uses leads to; missing are the keys of those that lead nowhere.
	refs    []*node
	missing []string
	// needs is every node that must have its value first.
	needs map[*node]bool
}

// part is what a node is, and how its value comes about.
type part interface {
	// evaluate gives the value; the error is of a handler, all else is in the faults.
	evaluate(r *run, n *node) (cty.Value, Faults, error)
}

// barrier is the beginning or the end of a root.
type barrier struct{}

func (barrier) evaluate(*run, *node) (cty.Value, Faults, error) { return cty.DynamicVal, nil, nil }

func (r *root) fault(place hcl.Range, address, what, fix string) {
	r.faults = append(r.faults, at(place, address, what, fix))
}

// add declares n; a second one with the same key is a fault.
func (r *root) add(n *node) {
	n.root = r
	if first, exists := r.nodes[n.key]; exists {
		r.fault(n.place, n.key, fmt.Sprintf("declared twice, first at %s:%d", first.place.Filename, first.place.Start.Line), "give one of them another name")
		return
	}
	r.nodes[n.key] = n
	r.order = append(r.order, n)
}

// labels are how many labels a kind of block has.
var labels = map[string]int{"terraform": 0, "provider": 1, "variable": 1, "locals": 0, "output": 1, "resource": 2, "data": 2, "ephemeral": 2}

// unsupported kinds of blocks, and why.
var unsupported = map[string]string{
	"module":  "modules are not supported",
	"moved":   "moved blocks are not supported: there is no state from before to move in",
	"removed": "removed blocks are not supported: what is gone from the files is deleted",
	"import":  "import blocks are not supported: there is nothing to import from",
	"check":   "check blocks are not supported",
}

// declare finds the blocks of one file.
func (r *root) declare(body *hclsyntax.Body) {
	for name, attribute := range body.Attributes {
		r.fault(attribute.NameRange, "", fmt.Sprintf("%s stands outside of any block", name), "put it into locals { }")
	}
	for _, block := range body.Blocks {
		place := block.DefRange()
		if why, known := unsupported[block.Type]; known {
			r.fault(place, "", why, "")
			continue
		}
		want, known := labels[block.Type]
		if !known {
			r.fault(place, "", fmt.Sprintf("%s is no kind of block", block.Type), suggest(block.Type, sortedKeys(labels)))
			continue
		}
		if len(block.Labels) != want {
			r.fault(place, "", fmt.Sprintf("%s has %d labels, want %d", block.Type, len(block.Labels), want), "")
			continue
		}
		r.declareBlock(block, place)
	}
}

func (r *root) declareBlock(block *hclsyntax.Block, place hcl.Range) {
	switch block.Type {
	case "terraform":
		r.declareBackend(block.Body)
	case "locals":
		for _, attribute := range inOrder(block.Body.Attributes) {
			r.add(&node{key: "local." + attribute.Name, place: attribute.NameRange, part: &local{attribute.Expr}, uses: attribute.Expr.Variables()})
		}
		for _, inner := range block.Body.Blocks {
			r.fault(inner.DefRange(), "", fmt.Sprintf("a block %s in locals", inner.Type), "write it as "+inner.Type+" = { }")
		}
	case "variable":
		r.declareVariable(block, place)
	case "output":
		r.declareOutput(block, place)
	case "provider":
		r.declareProvider(block, place)
	case "data":
		if block.Labels[0] == remoteStateType {
			r.declareRemoteState(block, place)
			return
		}
		r.declareResource(block, place, Data)
	case "resource":
		r.declareResource(block, place, Managed)
	case "ephemeral":
		r.declareResource(block, place, Ephemeral)
	}
}

// inOrder are attributes as the file has them.
func inOrder(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(attributes), func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte)
	})
}

// local is one local value.
type local struct{ expression hcl.Expression }

func (l *local) evaluate(r *run, n *node) (cty.Value, Faults, error) {
	scope := r.scope(n)
	if faults := r.nulls(scope, n, n.uses); len(faults) > 0 {
		return cty.DynamicVal, faults, nil
	}
	value, diagnostics := l.expression.Value(scope)
	return value, faultsOf(diagnostics, n.place, n.key), nil
}
