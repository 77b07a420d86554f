package hclgen

import (
	"fmt"
	"sort"
	"strings"

	"github.com/agext/levenshtein"
)

// suggest says which of the known names was probably meant, or lists them if
// they are few.
func suggest(name string, known []string) string {
	best, distance := "", 1+max(2, len(name)/3)
	sort.Strings(known)
	for _, candidate := range known {
		if d := distanceOf(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "nothing may stand here"
	case len(known) <= 8:
		return "use one of " + strings.Join(known, ", ")
	}
	return "look it up in the provider's documentation"
}

// distanceOf is the number of edits between two names; swapped letters and a name
// that was cut short count as one.
func distanceOf(name, candidate string) int {
	edits := levenshtein.Distance(name, candidate, nil)
	if edits == 2 && letters(name) == letters(candidate) {
		return 1
	}
	if len(name) > 3 && strings.HasPrefix(candidate, name+"_") {
		return 1
	}
	return edits
}

func letters(name string) string {
	split := strings.Split(name, "")
	sort.Strings(split)
	return strings.Join(split, "")
}

func (s *blockSchema) known() []string {
	names := make([]string, 0, len(s.attributes)+len(s.blocks))
	for name := range s.attributes {
		names = append(names, name)
	}
	for name := range s.blocks {
		names = append(names, name)
	}
	return names
}

func (t *valueType) known() []string {
	names := make([]string, 0, len(t.fields))
	for name := range t.fields {
		names = append(names, name)
	}
	return names
}
