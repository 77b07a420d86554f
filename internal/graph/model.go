package graph

import (
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Model is what is drawn.
type Model struct {
	Title string
	Roots []Root
}

// Root is one root, in the order of deploying.
type Root struct {
	Name, Purpose string
	// Order counts from 1.
	Order int
	Reads []Read
	// After are roots that are only waited for.
	After     []string
	Concerns  []Concern
	Resources int
}

// Read is what a root takes from another one's outputs.
type Read struct {
	From    string
	Outputs []string
}

// Concern is one file.
type Concern struct {
	Name      string
	Types     []Type
	Resources int
	// Uses are the concerns of the same root that this one refers to, in the order of the files.
	Uses []Use
}

// Type is the resources of one type, without the provider's prefix.
type Type struct {
	Name      string
	Resources []Resource
}

// Resource is one resource; Reason is the comment above it.
type Resource struct{ Name, Address, Reason string }

// Use is how many references lead from one concern to another.
type Use struct {
	Concern string
	Count   int
}

// FromSystem takes the whole system, or the named roots of it.
func FromSystem(system *stack.System, only ...string) Model {
	model := Model{Title: "payment-dr-" + system.Config.EnvironmentSuffix}
	for i, root := range system.Roots {
		if len(only) > 0 && !slices.Contains(only, root.Name) {
			continue
		}
		model.Roots = append(model.Roots, fromRoot(root, i+1))
	}
	return model
}

func fromRoot(root stack.Root, order int) Root {
	r := Root{Name: root.Name, Purpose: root.Purpose, Order: order, After: root.After}
	at := map[string]int{}
	for _, block := range root.Module.Blocks() {
		if block.Kind() != hclgen.KindResource {
			continue
		}
		if _, ok := at[block.File()]; !ok {
			at[block.File()] = len(r.Concerns)
			r.Concerns = append(r.Concerns, Concern{Name: strings.TrimSuffix(block.File(), ".tf")})
		}
		r.Concerns[at[block.File()]].add(block)
		r.Resources++
	}
	uses := make([]map[string]int, len(r.Concerns))
	outputs := map[string][]string{}
	for _, block := range root.Module.Blocks() {
		from, isConcern := at[block.File()]
		references(block, func(target *hclgen.Block, path string) {
			switch {
			case target.Kind() == "local" && slices.Contains(root.Reads, rootOf(root.Reads, target.Name())):
				name, _, _ := strings.Cut(path, ".")
				from := rootOf(root.Reads, target.Name())
				if name, _, _ = strings.Cut(name, "["); name != "" && !slices.Contains(outputs[from], name) {
					outputs[from] = append(outputs[from], name)
				}
			case isConcern && block.Kind() == hclgen.KindResource && target.Kind() == hclgen.KindResource && target.File() != block.File():
				if uses[from] == nil {
					uses[from] = map[string]int{}
				}
				uses[from][strings.TrimSuffix(target.File(), ".tf")]++
			}
		})
	}
	for i := range r.Concerns {
		for _, target := range r.Concerns {
			if count := uses[i][target.Name]; count > 0 {
				r.Concerns[i].Uses = append(r.Concerns[i].Uses, Use{target.Name, count})
			}
		}
	}
	for _, from := range root.Reads {
		slices.Sort(outputs[from])
		r.Reads = append(r.Reads, Read{from, outputs[from]})
	}
	return r
}

// rootOf is the root whose outputs a local value of that name stands for, or "".
func rootOf(roots []string, local string) string {
	for _, root := range roots {
		if strings.ReplaceAll(root, "-", "_") == local {
			return root
		}
	}
	return ""
}

func (c *Concern) add(block *hclgen.Block) {
	c.Resources++
	name := strings.TrimPrefix(block.Type(), "aws_")
	i := slices.IndexFunc(c.Types, func(t Type) bool { return t.Name == name })
	if i < 0 {
		i = len(c.Types)
		c.Types = append(c.Types, Type{Name: name})
	}
	c.Types[i].Resources = append(c.Types[i].Resources, Resource{
		Name: block.Name(), Address: block.Type() + "." + block.Name(), Reason: block.Reason(),
	})
}

// references calls found for everything that a block refers to. A local value is followed to what it stands for.
func references(block *hclgen.Block, found func(target *hclgen.Block, path string)) {
	var walk func(expr hclgen.Expr)
	walk = func(expr hclgen.Expr) {
		if target, path, ok := hclgen.Referenced(expr); ok {
			found(target, path)
			if value, ok := target.Attribute("value"); ok && target.Kind() == "local" {
				walk(value)
			}
		}
		for _, child := range hclgen.Children(expr) {
			walk(child)
		}
	}
	for _, item := range block.Items() {
		if item.Nested != nil {
			references(item.Nested, found)
			continue
		}
		walk(item.Value)
	}
	for _, dependency := range block.Dependencies() {
		found(dependency, "")
	}
}
