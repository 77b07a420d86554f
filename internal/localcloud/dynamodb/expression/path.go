package expression

import (
	"strconv"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// A step goes into a map by name, or into a list by index.
type step struct {
	name    string
	index   int
	isIndex bool
}

// A path leads to an attribute, or into one.
type path []step

// String is the path as error messages write it, as in [a, b, [0]].
func (p path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		if parts[i] = s.name; s.isIndex {
			parts[i] = "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// find is the value that the path leads to.
func (p path) find(item attribute.Item) (attribute.Value, bool) {
	value, ok := item[p[0].name]
	for _, s := range p[1:] {
		switch {
		case !ok:
			return attribute.Value{}, false
		case s.isIndex && value.Kind == attribute.List && s.index < len(value.List):
			value = value.List[s.index]
		case !s.isIndex && value.Kind == attribute.Map:
			value, ok = value.Map[s.name]
		default:
			return attribute.Value{}, false
		}
	}
	return value, ok
}

func (p path) equal(other path) bool {
	return len(p) == len(other) && len(commonSteps(p, other)) == len(p)
}

func commonSteps(a, b path) path {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// disjoint refuses two paths of which one leads into the other (overlap), or that need one value to be a list and a
// map (conflict).
func disjoint(paths []path) error {
	for i, a := range paths {
		for _, b := range paths[:i] {
			common := len(commonSteps(a, b))
			what := ""
			switch {
			case common == len(a) || common == len(b):
				what = "overlap"
			case a[common].isIndex != b[common].isIndex:
				what = "conflict"
			default:
				continue
			}
			return &Error{"Two document paths " + what + " with each other; must remove or rewrite one of these paths; path one: " +
				b.String() + ", path two: " + a.String()}
		}
	}
	return nil
}
