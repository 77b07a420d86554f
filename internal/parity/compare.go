package parity

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Comparison is the data and the systems it was judged against.
type Comparison struct {
	Data
	// Default is the generated system of the default configuration.
	Default Inventory
	// Members are the resources of each group of Added, in the same order.
	Members [][]Resource
	// Problems are all disagreements between data and system; a comparison with problems must not be published.
	Problems []string
}

// Compare judges the data against the generated systems.
func Compare(data Data) (Comparison, error) {
	system, err := Generate()
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Data: data, Default: system, Members: make([][]Resource, len(data.Added))}
	c.outputs()
	c.types()
	claimed := c.original()
	c.added(nil, system, claimed)
	for _, when := range data.variants() {
		variant, err := Generate(when...)
		if err != nil {
			return Comparison{}, err
		}
		c.added(when, variant, inDefault(system, variant))
	}
	c.facts()
	return c, nil
}

// variants are the distinct settings of the groups that the default configuration does not have.
func (d Data) variants() [][]string {
	var variants [][]string
	for _, group := range d.Added {
		known := slices.ContainsFunc(variants, func(v []string) bool { return slices.Equal(v, group.When) })
		if len(group.When) > 0 && !known {
			variants = append(variants, group.When)
		}
	}
	return variants
}

func (c *Comparison) problemf(format string, args ...any) {
	c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
}

func (c *Comparison) outputs() {
	for _, output := range c.Original.Outputs {
		if !slices.Contains(c.Default.Outputs[output.Root], output.Name) {
			c.problemf("output %s: the root %s has none of this name", output.Name, output.Root)
		}
	}
}

func (c *Comparison) types() {
	for _, typ := range c.Original.Types() {
		if !slices.ContainsFunc(c.Default.Resources, func(r Resource) bool { return r.Type == typ }) {
			c.problemf("type %s: the generated system has no resource of it", typ)
		}
	}
}

// original checks the places of the original's resources and returns what they claim.
func (c *Comparison) original() map[Place]bool {
	claimed, ids := map[Place]bool{}, map[string]bool{}
	for _, r := range c.Original.Resources {
		if ids[r.ID] {
			c.problemf("%s: listed twice", r.ID)
		}
		ids[r.ID] = true
		if len(r.Now) == 0 {
			c.problemf("%s: has no place", r.ID)
		}
		kept := r.Name == ""
		for _, place := range r.Now {
			claimed[place] = true
			resource, ok := c.Default.Find(place)
			if !ok {
				c.problemf("%s: %s has no resource %s", r.ID, place.Root, place.Address)
				continue
			}
			kept = kept || resource.Named(c.Default.NameOf(r))
			if resource.Type != r.Type && r.Why == "" {
				c.problemf("%s: became a %s without a reason", r.ID, resource.Type)
			}
		}
		if !kept && r.Why == "" {
			c.problemf("%s: is no longer named %q, without a reason", r.ID, c.Default.NameOf(r))
		}
	}
	return claimed
}

// inDefault are the places of a variant that the default configuration has too.
func inDefault(system, variant Inventory) map[Place]bool {
	known := map[Place]bool{}
	for _, r := range variant.Resources {
		place := Place{r.Root, r.Address}
		if _, ok := system.Find(place); ok {
			known[place] = true
		}
	}
	return known
}

// added sorts what nothing claims into the groups of these settings.
func (c *Comparison) added(when []string, system Inventory, claimed map[Place]bool) {
	used := map[string]bool{}
	for _, r := range system.Resources {
		if claimed[Place{r.Root, r.Address}] {
			continue
		}
		group, first := -1, ""
		for i, g := range c.Added {
			pattern, ok := g.covers(when, r)
			switch {
			case !ok:
			case group < 0:
				group, first = i, pattern
			case !moreGeneral(pattern, first):
				c.problemf("%s %s: is in both %q and %q", r.Root, r.Address, c.Added[group].Title, g.Title)
			}
		}
		if group < 0 {
			c.problemf("%s %s (%s): neither the original's nor in a group of added.yaml%s", r.Root, r.Address, r.File, with(when))
			continue
		}
		used[useKey(group, r.Root, first)] = true
		c.Members[group] = append(c.Members[group], r)
	}
	for i, g := range c.Added {
		if !slices.Equal(g.When, when) {
			continue
		}
		for _, root := range g.Roots {
			for _, pattern := range g.Match {
				if !used[useKey(i, root, pattern)] {
					c.problemf("group %q: %s matches nothing in %s", g.Title, pattern, root)
				}
			}
		}
	}
}

func with(when []string) string {
	if len(when) == 0 {
		return ""
	}
	return " with " + strings.Join(when, ", ")
}

func useKey(group int, root, pattern string) string {
	return fmt.Sprintf("%d %s %s", group, root, pattern)
}

// covers returns the first pattern of the group that a resource matches.
func (g Group) covers(when []string, r Resource) (string, bool) {
	if !slices.Equal(g.When, when) || !slices.Contains(g.Roots, r.Root) {
		return "", false
	}
	for _, pattern := range g.Match {
		if ok, err := path.Match(pattern, r.Address); err == nil && ok {
			return pattern, true
		}
	}
	return "", false
}

// moreGeneral says whether a later pattern may match what an earlier one took: one for all of a type after one for some.
func moreGeneral(later, earlier string) bool {
	return strings.HasSuffix(later, ".*") && len(strings.TrimRight(later, "*")) < len(earlier)
}

func (c *Comparison) facts() {
	used := map[string]bool{}
	check := func(owner string, names []string) {
		for _, name := range names {
			used[name] = true
			if _, ok := c.Facts[name]; !ok {
				c.problemf("%s: there is no fact %q", owner, name)
			}
		}
	}
	for _, r := range c.Original.Resources {
		check(r.ID, r.Facts)
	}
	for _, g := range c.Added {
		check(g.Title, g.Facts)
	}
	for name, fact := range c.Data.Facts {
		if !used[name] {
			c.problemf("fact %q: nothing uses it", name)
		}
		for _, source := range fact.Sources {
			if !strings.HasPrefix(source, "https://") {
				c.problemf("fact %q: source %q is no address", name, source)
			}
		}
	}
}
