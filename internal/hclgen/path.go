package hclgen

import (
	"fmt"
	"strings"
)

// step is one part of a reference's path: .name, [index] or [*].
type step struct {
	name  string // of an attribute
	index string // text between brackets: 0, "key", each.key, *
}

func (s step) String() string {
	if s.index != "" {
		return "[" + s.index + "]"
	}
	return s.name
}

func parsePath(path string) ([]step, error) {
	var steps []step
	rest := strings.TrimPrefix(path, ".")
	for rest != "" {
		if rest[0] == '[' {
			end := bracketEnd(rest)
			if end < 2 {
				return nil, fmt.Errorf("path %q has an open or empty bracket", path)
			}
			steps = append(steps, step{index: rest[1:end]})
			rest = rest[end+1:]
		} else {
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			name := rest[:end]
			if name == "*" || isDigits(name) {
				steps = append(steps, step{index: name})
			} else if isIdentifier(name) {
				steps = append(steps, step{name: name})
			} else {
				return nil, fmt.Errorf("path %q has no name at %q", path, rest)
			}
			rest = rest[end:]
		}
		if strings.HasPrefix(rest, ".") {
			if rest = rest[1:]; rest == "" {
				return nil, fmt.Errorf("path %q ends with a dot", path)
			}
		}
	}
	return steps, nil
}

// bracketEnd is the position of the bracket that closes the first one.
func bracketEnd(text string) int {
	depth, quoted := 0, false
	for i, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// problem is a fault without its place.
type problem struct{ what, fix string }

// follow walks the steps from a type and returns the type at their end, with
// sensitive set if any step went through a sensitive attribute.
func follow(from *valueType, steps []step) (typ *valueType, sensitive bool, fault *problem) {
	typ = from
	for i, s := range steps {
		if typ != nil && typ.sensitive {
			sensitive = true
		}
		if typ.is(dynamicKind) {
			return nil, sensitive, nil
		}
		if s.index == "*" {
			rest, hidden, fault := follow(elementOf(typ), steps[i+1:])
			return listOf(rest), sensitive || hidden, fault
		}
		if typ, fault = typ.step(s); fault != nil {
			return nil, sensitive, fault
		}
	}
	return typ, sensitive || typ != nil && typ.sensitive, nil
}

// elementOf is what a splat works on: a single value is a list of itself.
func elementOf(t *valueType) *valueType {
	if t.collection() {
		return t.elem
	}
	return t
}

func (t *valueType) step(s step) (*valueType, *problem) {
	numeric := isDigits(s.index) || s.index == "count.index"
	switch {
	case s.name != "" && t.is(objectKind):
		if field, ok := t.fields[s.name]; ok {
			return field, nil
		}
		return nil, &problem{fmt.Sprintf("there is no attribute %q", s.name), suggest(s.name, t.known())}
	case t.is(mapKind) && !numeric:
		return t.elem, nil
	case s.index != "" && t.is(listKind):
		return t.elem, nil
	case t.is(setKind):
		return nil, &problem{fmt.Sprintf("%s in a set of values, which has no order", s), "use one(...[*]...) or tolist()"}
	case s.name != "" && t.is(listKind):
		return nil, &problem{fmt.Sprintf("attribute %q of a list", s.name), "index the list first: [0]." + s.name + ", or [*]." + s.name}
	case t.is(objectKind) && strings.HasPrefix(s.index, `"`):
		return t.step(step{name: strings.Trim(s.index, `"`)})
	}
	return nil, &problem{fmt.Sprintf("%s of a value of type %s", s, t), "end the reference before it"}
}
