package apply

import (
	"fmt"
	"slices"
	"strings"
)

// graph is everything in all roots, in an order in which each node comes after what it needs.
type graph struct {
	roots  []*root
	nodes  []*node
	groups [][]string // roots that may be made at the same time
	faults Faults
}

// newGraph links the roots' references, and the roots by the states that they read.
func newGraph(roots []*root) *graph {
	g := &graph{roots: roots}
	for _, r := range roots {
		r.link()
	}
	reads := g.linkRoots()
	for _, r := range roots {
		g.breakCycles(r)
		r.begin.needs, r.end.needs = map[*node]bool{}, map[*node]bool{r.begin: true}
		for other := range reads[r] {
			r.begin.needs[other.end] = true
		}
		for _, n := range r.order {
			n.needs[r.begin] = true
			r.end.needs[n] = true
		}
		g.faults = append(g.faults, r.faults...)
	}
	g.sort()
	return g
}

// linkRoots finds which roots each root reads. Roots that read each other are a fault, and then not linked.
func (g *graph) linkRoots() map[*root]map[*root]bool {
	reads := map[*root]map[*root]bool{}
	for _, r := range g.roots {
		reads[r] = map[*root]bool{}
		for _, n := range r.order {
			state, isRemote := n.part.(*remote)
			if !isRemote {
				continue
			}
			if fault := state.find(n, g.roots); fault != nil {
				g.faults = append(g.faults, *fault)
			} else if state.target != nil {
				reads[r][state.target] = true
			}
		}
	}
	for _, r := range g.roots {
		for _, n := range r.order {
			if state, isRemote := n.part.(*remote); isRemote && state.target != nil && reaches(reads, state.target, r) {
				g.faults = append(g.faults, at(n.place, n.key, fmt.Sprintf("the roots %s and %s read each other", r.name, state.target.name),
					"let one of them be applied before the other"))
				delete(reads[r], state.target)
				state.target = nil
			}
		}
	}
	g.groups = levels(g.roots, reads)
	return reads
}

func reaches(reads map[*root]map[*root]bool, from, to *root) bool {
	if from == to {
		return true
	}
	for next := range reads[from] {
		if reaches(reads, next, to) {
			return true
		}
	}
	return false
}

// levels groups the roots by the longest way to a root that reads no other.
func levels(roots []*root, reads map[*root]map[*root]bool) [][]string {
	level := map[*root]int{}
	var of func(r *root) int
	of = func(r *root) int {
		if known, exists := level[r]; exists {
			return known
		}
		depth := 0
		for other := range reads[r] {
			depth = max(depth, of(other)+1)
		}
		level[r] = depth
		return depth
	}
	var groups [][]string
	for _, r := range roots {
		for len(groups) <= of(r) {
			groups = append(groups, nil)
		}
	}
	for _, r := range roots {
		groups[level[r]] = append(groups[level[r]], r.name)
	}
	return groups
}

// breakCycles reports each reference that leads back to where it began, and takes it out.
func (g *graph) breakCycles(r *root) {
	const visiting, visited = 1, 2
	state := map[*node]int{}
	var path []*node
	var visit func(n *node)
	visit = func(n *node) {
		state[n] = visiting
		path = append(path, n)
		for _, next := range sortedNodes(n.needs) {
			switch state[next] {
			case visiting:
				cycle := path[slices.Index(path, next):]
				g.faults = append(g.faults, at(next.place, next.key, "depends on itself: "+chain(append(slices.Clone(cycle), next)), "remove one of these references"))
				delete(n.needs, next)
				n.refs = slices.DeleteFunc(n.refs, func(ref *node) bool { return ref == next })
				n.missing = append(n.missing, next.key)
			case 0:
				visit(next)
			}
		}
		path = path[:len(path)-1]
		state[n] = visited
	}
	for _, n := range r.order {
		if state[n] == 0 {
			visit(n)
		}
	}
}

func chain(nodes []*node) string {
	keys := make([]string, len(nodes))
	for i, n := range nodes {
		keys[i] = n.key
	}
	return strings.Join(keys, " -> ")
}

func sortedNodes(set map[*node]bool) []*node {
	nodes := make([]*node, 0, len(set))
	for n := range set {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b *node) int { return strings.Compare(a.key, b.key) })
	return nodes
}

// sort numbers all nodes so that each comes after what it needs.
func (g *graph) sort() {
	done := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if done[n] {
			return
		}
		done[n] = true
		for need := range n.needs {
			visit(need)
		}
		n.id = len(g.nodes)
		g.nodes = append(g.nodes, n)
	}
	for _, r := range g.roots {
		for _, n := range r.order {
			visit(n)
		}
		visit(r.end)
	}
}
