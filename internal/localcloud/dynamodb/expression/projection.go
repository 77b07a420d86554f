package expression

import (
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// A Projection keeps parts of an item.
type Projection struct{ paths []path }

// ParseProjection reads a ProjectionExpression.
func ParseProjection(text string, holders *Placeholders) (*Projection, error) {
	projection := &Projection{}
	err := parse("ProjectionExpression", text, holders, func(p *parser) {
		for p.syntax == nil {
			projection.paths = append(projection.paths, p.path())
			if !p.accept(",") {
				break
			}
		}
		if err := disjoint(projection.paths); err != nil {
			p.reject("%s", err.Error())
		}
	})
	if err != nil {
		return nil, err
	}
	return projection, nil
}

// Attributes is the projection to whole top-level attributes.
func Attributes(names ...string) *Projection {
	projection := &Projection{}
	for _, name := range names {
		projection.paths = append(projection.paths, path{{name: name}})
	}
	return projection
}

// Names are the top-level attributes that are kept, in whole or in part.
func (p *Projection) Names() []string {
	var names []string
	for _, one := range p.paths {
		names = append(names, one[0].name)
	}
	return names
}

// Of is what the projection keeps; a nil Projection keeps everything.
func (p *Projection) Of(item attribute.Item) attribute.Item {
	if p == nil || item == nil {
		return item
	}
	root := branch{}
	for _, one := range p.paths {
		root.add(one)
	}
	kept, _ := root.of(attribute.Value{Kind: attribute.Map, Map: item})
	if kept.Map == nil {
		return attribute.Item{}
	}
	return kept.Map
}

// branch is a tree of steps; a branch without steps keeps the whole value.
type branch map[step]branch

func (b branch) add(p path) {
	for _, s := range p {
		if b[s] == nil {
			b[s] = branch{}
		}
		b = b[s]
	}
}

// of keeps parts of lists in their order without gaps; ok is false when nothing is kept.
func (b branch) of(value attribute.Value) (kept attribute.Value, ok bool) {
	if len(b) == 0 {
		return value, true
	}
	kept.Kind = value.Kind
	steps := slices.SortedFunc(maps.Keys(b), func(a, c step) int { return a.index - c.index })
	for _, s := range steps {
		inner, found := path{{name: "value"}, s}.find(attribute.Item{"value": value})
		if !found {
			continue
		}
		part, partOK := b[s].of(inner)
		if !partOK {
			continue
		}
		ok = true
		if s.isIndex {
			kept.List = append(kept.List, part)
			continue
		}
		if kept.Map == nil {
			kept.Map = attribute.Item{}
		}
		kept.Map[s.name] = part
	}
	return kept, ok
}
