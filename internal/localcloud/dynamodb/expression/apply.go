package expression

import (
	"cmp"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// Apply is the item after the update; the given item is not changed. Every source is evaluated against the item as it
// was, list indexes are those of the lists as they were, and removals come last.
func (u *Update) Apply(item attribute.Item) (attribute.Item, error) {
	var sets []change
	for _, one := range u.sets {
		value, err := one.from.from(item)
		if err != nil {
			return nil, err
		}
		sets = append(sets, change{one.to, value})
	}
	removes := slices.Clone(u.removes)
	for _, one := range u.adds {
		value, err := added(item, one)
		if err != nil {
			return nil, err
		}
		sets = append(sets, change{one.at, value})
	}
	for _, one := range u.deletes {
		old, ok := one.at.find(item)
		switch {
		case !ok:
			// Nothing to delete, but the way to it must be there.
			removes = append(removes, one.at)
			continue
		case old.Kind != one.value.Kind:
			return nil, errWrongType
		}
		if left := old.Without(one.value); len(left.Set) > 0 {
			sets = append(sets, change{one.at, left})
		} else {
			removes = append(removes, one.at)
		}
	}
	return write(item.Clone(), sets, removes)
}

// added is the value after ADD: a sum, or a union of sets; a missing attribute counts as 0 or the empty set.
func added(item attribute.Item, one change) (attribute.Value, error) {
	old, ok := one.at.find(item)
	switch {
	case !ok:
		return one.value, nil
	case old.Kind != one.value.Kind:
		return attribute.Value{}, errWrongType
	case old.Kind == attribute.Number:
		return number(attribute.Add(old.Text, one.value.Text))
	}
	return old.Union(one.value), nil
}

// write sets in the order of list indexes, so that elements set beyond a list's end are appended in that order, and
// removes from the highest index down, so that no removal moves what is still to be removed.
func write(item attribute.Item, sets []change, removes []path) (attribute.Item, error) {
	slices.SortStableFunc(sets, func(a, b change) int { return order(a.at, b.at) })
	slices.SortStableFunc(removes, func(a, b path) int { return order(b, a) })
	whole := attribute.Value{Kind: attribute.Map, Map: item}
	var err error
	for _, one := range sets {
		if whole, err = edit(whole, one.at, func(parent attribute.Value, last step) (attribute.Value, error) {
			return setIn(parent, last, one.value.Clone())
		}); err != nil {
			return nil, err
		}
	}
	for _, one := range removes {
		if whole, err = edit(whole, one, removeFrom); err != nil {
			return nil, err
		}
	}
	return whole.Map, nil
}

func order(a, b path) int {
	return slices.CompareFunc(a, b, func(x, y step) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(x.index, y.index))
	})
}

// edit changes the list or map that the last step of the path goes into, and gives the changed whole.
func edit(value attribute.Value, p path, change func(attribute.Value, step) (attribute.Value, error)) (attribute.Value, error) {
	if len(p) == 1 {
		return change(value, p[0])
	}
	inner, ok := path{{name: "value"}, p[0]}.find(attribute.Item{"value": value})
	if !ok {
		return value, errBadPath
	}
	changed, err := edit(inner, p[1:], change)
	if err != nil {
		return value, err
	}
	return setIn(value, p[0], changed)
}

func setIn(parent attribute.Value, at step, value attribute.Value) (attribute.Value, error) {
	switch {
	case at.isIndex && parent.Kind == attribute.List:
		if at.index < len(parent.List) {
			parent.List[at.index] = value
		} else {
			parent.List = append(parent.List, value)
		}
	case !at.isIndex && parent.Kind == attribute.Map:
		parent.Map[at.name] = value
	default:
		return parent, errBadPath
	}
	return parent, nil
}

func removeFrom(parent attribute.Value, at step) (attribute.Value, error) {
	switch {
	case at.isIndex && parent.Kind == attribute.List:
		if at.index < len(parent.List) {
			parent.List = slices.Delete(parent.List, at.index, at.index+1)
		}
	case !at.isIndex && parent.Kind == attribute.Map:
		delete(parent.Map, at.name)
	default:
		return parent, errBadPath
	}
	return parent, nil
}
