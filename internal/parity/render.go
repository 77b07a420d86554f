package parity

import (
	"fmt"
	"slices"
	"strings"
)

// Markdown is docs/parity.md.
func (c Comparison) Markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `# Parity with the original

Written by `+"`go test ./internal/parity -update`"+` from the generated system and from the data in internal/parity; a test
fails when a resource is missing on either side. The system that is compared is the default configuration with one
address in `+"`alerts.emails`"+`, because the original has a subscriber.

The original creates %d resources of %d types and %d outputs, and %d of the %d resources that
have a name keep it. The generated system has %d resources in %d roots.

## Where each resource of the original is now
`, len(c.Original.Resources), len(c.Original.Types()), len(c.Original.Outputs), c.kept(), c.named(), len(c.Default.Resources), c.roots())
	c.originalTable(&b)
	c.outputTable(&b)
	c.addedTable(&b)
	return []byte(b.String())
}

func (c Comparison) kept() int {
	count := 0
	for _, r := range c.Original.Resources {
		if r.Name != "" && c.keepsName(r) {
			count++
		}
	}
	return count
}

func (c Comparison) named() int {
	count := 0
	for _, r := range c.Original.Resources {
		if r.Name != "" {
			count++
		}
	}
	return count
}

func (c Comparison) keepsName(r OriginalResource) bool {
	return slices.ContainsFunc(r.Now, func(place Place) bool {
		resource, ok := c.Default.Find(place)
		return ok && resource.Named(c.Default.NameOf(r))
	})
}

func (c Comparison) roots() int {
	roots := map[string]bool{}
	for _, r := range c.Default.Resources {
		roots[r.Root] = true
	}
	return len(roots)
}

func (c Comparison) originalTable(b *strings.Builder) {
	construct := ""
	for i, r := range c.Original.Resources {
		group, id, _ := strings.Cut(r.ID, "/")
		if group != construct {
			construct = group
			fmt.Fprintf(b, "\n### %s\n\n| # | Original | Now | What changed, and why |\n|---|---|---|---|\n", title(group))
		}
		original := fmt.Sprintf("`%s` %s", strings.TrimPrefix(r.Type, "aws_"), id)
		if r.Name != "" {
			original += "<br>" + strings.ReplaceAll(r.Name, "{suffix}", "*suffix*")
		}
		fmt.Fprintf(b, "| %d | %s | %s | %s |\n", i+1, original, c.places(r), c.reasons(c.changed(r), r.Facts))
	}
}

func (c Comparison) changed(r OriginalResource) string {
	switch {
	case r.Name == "" || c.keepsName(r):
		if r.Why == "" {
			return "Nothing."
		}
		return r.Why
	default:
		return r.Why + " The name is another one."
	}
}

func (c Comparison) places(r OriginalResource) string {
	var places []string
	for _, place := range r.Now {
		if resource, ok := c.Default.Find(place); ok {
			places = append(places, fmt.Sprintf("%s/%s<br>`%s`", resource.Folder, resource.File, resource.Address))
		}
	}
	return strings.Join(places, "<br>")
}

// reasons is the text followed by each fact with its sources.
func (c Comparison) reasons(text string, names []string) string {
	parts := []string{text}
	for _, name := range names {
		fact := c.Facts[name]
		if len(fact.Sources) == 0 {
			parts = append(parts, fact.Says+" (read in the original)")
			continue
		}
		links := make([]string, len(fact.Sources))
		for i, source := range fact.Sources {
			links[i] = "<" + source + ">"
		}
		parts = append(parts, fact.Says+" ("+strings.Join(links, ", ")+")")
	}
	return strings.ReplaceAll(strings.Join(parts, "<br>"), "|", `\|`)
}

func (c Comparison) outputTable(b *strings.Builder) {
	b.WriteString("\n## Outputs\n\nAll have the original's names; `paymentdr output` shows those of all roots together.\n\n| Output | Root |\n|---|---|\n")
	for _, output := range c.Original.Outputs {
		folder := output.Root
		if i := slices.IndexFunc(c.Default.Resources, func(r Resource) bool { return r.Root == output.Root }); i >= 0 {
			folder = c.Default.Resources[i].Folder
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", output.Name, folder)
	}
}

func (c Comparison) addedTable(b *strings.Builder) {
	b.WriteString("\n## What is there besides, and why\n\nEvery generated resource that is not in a table above.\n\n| Part | Resources | Why |\n|---|---|---|\n")
	for i, group := range c.Added {
		name := group.Title
		if len(group.When) > 0 {
			name += "<br>with `" + strings.Join(group.When, "`, `") + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, members(c.Members[i]), c.reasons(group.Why, group.Facts))
	}
}

// members are addresses by type, with the roots that have them.
func members(resources []Resource) string {
	var types []string
	names := map[string][]string{}
	var roots []string
	for _, r := range resources {
		if !slices.Contains(roots, r.Folder) {
			roots = append(roots, r.Folder)
		}
		_, name, _ := strings.Cut(r.Address, ".")
		if names[r.Type] == nil {
			types = append(types, r.Type)
		}
		if !slices.Contains(names[r.Type], name) {
			names[r.Type] = append(names[r.Type], name)
		}
	}
	parts := []string{fmt.Sprintf("%d in %s", len(resources), strings.Join(roots, ", "))}
	for _, typ := range types {
		parts = append(parts, fmt.Sprintf("`%s` %s", strings.TrimPrefix(typ, "aws_"), strings.Join(names[typ], ", ")))
	}
	return strings.Join(parts, "<br>")
}

func title(construct string) string {
	if construct == "dns" {
		return "DNS"
	}
	return strings.ToUpper(construct[:1]) + construct[1:]
}
