package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// keyOf is the key of the node that a reference means; "" for what has no node (path, each, self).
// The second result is what is wrong with the reference.
func keyOf(traversal hcl.Traversal) (key, wrong string) {
	first := traversal.RootName()
	step := func(i int) string {
		if i < len(traversal) {
			if attribute, ok := traversal[i].(hcl.TraverseAttr); ok {
				return attribute.Name
			}
		}
		return ""
	}
	switch first {
	case "path", "terraform", "each", "count", "self":
		return "", ""
	case "module":
		return "", "modules are not supported"
	case "var", "local":
		if step(1) == "" {
			return "", fmt.Sprintf("%s needs a name: %s.x", first, first)
		}
		return first + "." + step(1), ""
	case "data", "ephemeral":
		if step(1) == "" || step(2) == "" {
			return "", fmt.Sprintf("%s needs a type and a name: %s.aws_x.y", first, first)
		}
		return first + "." + step(1) + "." + step(2), ""
	}
	if step(1) == "" {
		return "", fmt.Sprintf("%s is not a reference", written(traversal))
	}
	return first + "." + step(1), ""
}

// link resolves the references of every node of the root.
func (r *root) link() {
	for _, n := range r.order {
		n.needs = map[*node]bool{}
		for _, traversal := range n.uses {
			if target, key := r.resolve(n, traversal); target != nil {
				n.needs[target] = true
				if !slices.Contains(n.refs, target) {
					n.refs = append(n.refs, target)
				}
			} else if key != "" {
				n.missing = append(n.missing, key)
			}
		}
		for _, traversal := range n.after {
			if target, _ := r.resolve(n, traversal); target != nil {
				n.needs[target] = true
			}
		}
	}
	for _, n := range slices.Clone(r.order) {
		res, isResource := n.part.(*resource)
		if !isResource {
			continue
		}
		if provider := r.providerOf(n, res); provider != nil {
			n.needs[provider] = true
		}
	}
}

// providerOf is the node of a resource's provider. A provider without alias needs no block.
func (r *root) providerOf(n *node, res *resource) *node {
	if known, exists := r.nodes[res.provider]; exists {
		return known
	}
	if res.provider != "provider.aws" {
		r.fault(n.place, n.key, fmt.Sprintf("%s is declared nowhere in the root %s", strings.TrimPrefix(res.provider, "provider."), r.name), "")
		return nil
	}
	r.add(&node{key: res.provider, place: n.place, part: &provider{}, needs: map[*node]bool{}})
	return r.nodes[res.provider]
}

// resolve finds what a reference means. The key is of a node that does not exist, or of no node at all.
func (r *root) resolve(n *node, traversal hcl.Traversal) (target *node, key string) {
	key, wrong := keyOf(traversal)
	place := traversal.SourceRange()
	if wrong != "" {
		r.fault(place, n.key, wrong, "")
		return nil, traversal.RootName()
	}
	if key == "" {
		if wrong := n.special(traversal); wrong != "" {
			r.fault(place, n.key, wrong, "")
			return nil, traversal.RootName()
		}
		return nil, ""
	}
	if target, exists := r.nodes[key]; exists {
		return target, ""
	}
	r.fault(place, n.key, fmt.Sprintf("refers to %s, which is in no file of the root %s", key, r.name), suggest(key, r.similar(key)))
	return nil, key
}

// similar are the keys of the same kind.
func (r *root) similar(key string) []string {
	prefix := key[:strings.LastIndex(key, ".")+1]
	var keys []string
	for other := range r.nodes {
		if strings.HasPrefix(other, prefix) {
			keys = append(keys, other)
		}
	}
	slices.Sort(keys)
	return keys
}

// specials are the names that mean something without a block.
var specials = map[string][]string{"path": {"module", "root", "cwd"}, "terraform": {"workspace"}, "each": {"key", "value"}, "count": {"index"}}

// special says what is wrong with a reference to such a name, "" where nothing is.
func (n *node) special(traversal hcl.Traversal) string {
	first, second := traversal.RootName(), ""
	if len(traversal) > 1 {
		if attribute, ok := traversal[1].(hcl.TraverseAttr); ok {
			second = attribute.Name
		}
	}
	res, isResource := n.part.(*resource)
	switch {
	case first == "self":
		return "self has a meaning in a postcondition only"
	case !slices.Contains(specials[first], second):
		return fmt.Sprintf("%s has no %q, only %s", first, second, strings.Join(specials[first], ", "))
	case first == "each" && (!isResource || res.each == nil):
		return "each has a meaning in a block with for_each only"
	case first == "count" && (!isResource || res.count == nil):
		return "count.index has a meaning in a block with count only"
	}
	return ""
}
