package apply

import (
	"fmt"
	"slices"
)

// WriterFirst lets an Aurora cluster that takes its users from a global cluster wait for the one that makes them: the
// first member of a global cluster becomes its writer.
func WriterFirst(r, other Resource) bool {
	return member(r.Config, "master_username").IsNull() && !member(other.Config, "master_username").IsNull()
}

// waits asks Options.Waits about the managed resources of each two roots that do not depend on each other.
func (e *Engine) waits(g *graph, planned []plannedInstance) map[id][]id {
	waits := map[id][]id{}
	byType := map[string][]Resource{}
	for _, instance := range planned {
		if _, asked := e.options.Waits[instance.resource.Type]; asked && instance.resource.Mode == Managed {
			byType[instance.resource.Type] = append(byType[instance.resource.Type], instance.known())
		}
	}
	independent := g.independent()
	for typ, resources := range byType {
		for _, r := range resources {
			for _, other := range resources {
				if independent[[2]string{r.Root, other.Root}] && e.options.Waits[typ](r, other) {
					own := id{r.Root, r.Address}
					waits[own] = append(waits[own], id{other.Root, other.Address})
				}
			}
		}
	}
	return waits
}

// extraNeeds are the nodes that Options.Waits adds.
func (r *run) extraNeeds() map[int][]int {
	needs := map[int][]int{}
	for n, ids := range r.ids {
		for _, own := range ids {
			for _, other := range r.waits[own] {
				for m, others := range r.ids {
					if m != n && slices.Contains(others, other) && !slices.Contains(needs[n.id], m.id) {
						needs[n.id] = append(needs[n.id], m.id)
					}
				}
			}
		}
	}
	return needs
}

// checkWaits refuses waits that would never end.
func (r *run) checkWaits() error {
	extra := r.extraNeeds()
	if len(extra) == 0 {
		return nil
	}
	done := make([]bool, len(r.graph.nodes))
	visiting := make([]bool, len(r.graph.nodes))
	var visit func(i int) error
	visit = func(i int) error {
		if done[i] {
			return nil
		}
		n := r.graph.nodes[i]
		if visiting[i] {
			return fmt.Errorf("order resources: %s in %s waits for itself, by Options.Waits", n.key, n.root.name)
		}
		visiting[i] = true
		next := slices.Clone(extra[i])
		for need := range n.needs {
			next = append(next, need.id)
		}
		for _, need := range next {
			if err := visit(need); err != nil {
				return err
			}
		}
		done[i] = true
		return nil
	}
	for i := range r.graph.nodes {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}

// independent are the pairs of roots of which none reads the other.
func (g *graph) independent() map[[2]string]bool {
	pairs := map[[2]string]bool{}
	for _, a := range g.roots {
		for _, b := range g.roots {
			if a != b && !needed(a.begin, b) && !needed(b.begin, a) {
				pairs[[2]string{a.name, b.name}] = true
			}
		}
	}
	return pairs
}

// needed says whether the beginning of a root comes after the end of another.
func needed(begin *node, other *root) bool {
	for need := range begin.needs {
		if need == other.end || needed(need.root.begin, other) {
			return true
		}
	}
	return false
}
