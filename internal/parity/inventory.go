package parity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// Resource is one resource of the generated system.
type Resource struct {
	// Root is the place of the root (primary, secondary, global, link, bootstrap), Folder its folder.
	Root, Folder string
	File         string
	Address      string
	Type         string
	// Reason is the comment above it.
	Reason string
	texts  []string
}

// Named says whether one of the resource's attributes or tags is exactly this text.
func (r Resource) Named(text string) bool { return slices.Contains(r.texts, text) }

// Inventory is the generated system, as far as it is compared.
type Inventory struct {
	Suffix    string
	Resources []Resource
	// Outputs are the output names by the place of their root.
	Outputs map[string][]string
}

// Find returns the resource at a place.
func (i Inventory) Find(p Place) (Resource, bool) {
	for _, r := range i.Resources {
		if r.Root == p.Root && r.Address == p.Address {
			return r, true
		}
	}
	return Resource{}, false
}

// Generate builds the system of the default configuration with the settings (key=value) changed and lists it.
func Generate(settings ...string) (Inventory, error) {
	cfg, err := config.Load(config.LoadOptions{Path: emptyFile, Set: settings})
	if err != nil {
		return Inventory{}, fmt.Errorf("configure system with %q: %w", settings, err)
	}
	system, err := stack.Build(cfg)
	if err != nil {
		return Inventory{}, fmt.Errorf("build system with %q: %w", settings, err)
	}
	return list(system), nil
}

// emptyFile is a configuration without a setting: what is compared must not depend on the working folder.
const emptyFile = "/dev/null"

func list(system *stack.System) Inventory {
	inventory := Inventory{Suffix: system.Config.EnvironmentSuffix, Outputs: map[string][]string{}}
	for _, root := range system.Roots {
		place := placeOf(system.Config, root.Name)
		for _, block := range root.Module.Blocks() {
			switch block.Kind() {
			case hclgen.KindOutput:
				inventory.Outputs[place] = append(inventory.Outputs[place], block.Name())
			case hclgen.KindResource:
				inventory.Resources = append(inventory.Resources, Resource{
					Root: place, Folder: root.Name, File: block.File(), Type: block.Type(), Reason: block.Reason(),
					Address: block.Type() + "." + block.Name(), texts: texts(block),
				})
			}
		}
	}
	return inventory
}

// placeOf is primary or secondary for a Region's root, else the root's own name.
func placeOf(cfg config.Config, root string) string {
	for _, role := range config.Roles() {
		if cfg.Region(role) == root {
			return string(role)
		}
	}
	return root
}

// texts are all string literals of a block's own attributes, and of the objects in them.
func texts(block *hclgen.Block) []string {
	var found []string
	var walk func(hclgen.Expr)
	walk = func(expr hclgen.Expr) {
		if text, ok := hclgen.Literal(expr); ok {
			found = append(found, text)
		}
		for _, child := range hclgen.Children(expr) {
			walk(child)
		}
	}
	for _, item := range block.Items() {
		if item.Nested == nil {
			walk(item.Value)
		}
	}
	return found
}

// NameOf is the original's name with our suffix.
func (i Inventory) NameOf(r OriginalResource) string {
	return strings.ReplaceAll(r.Name, "{suffix}", i.Suffix)
}
