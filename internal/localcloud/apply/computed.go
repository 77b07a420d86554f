package apply

import (
	"fmt"
	"maps"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// eachAttribute rewrites the attributes of a block's value, in nested blocks too.
func (b *block) eachAttribute(value cty.Value, change func(a *attribute, value cty.Value) cty.Value) cty.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	members := value.AsValueMap()
	for name, a := range b.attributes {
		members[name] = change(a, members[name])
	}
	for name, inner := range b.blocks {
		members[name] = inner.eachElement(members[name], func(_ cty.Value, element cty.Value) cty.Value {
			return inner.eachAttribute(element, change)
		})
	}
	return cty.ObjectVal(members)
}

// eachElement rewrites the blocks of one kind.
func (n *nested) eachElement(value cty.Value, change func(key, element cty.Value) cty.Value) cty.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	typ := value.Type()
	if typ.IsObjectType() {
		return change(cty.NilVal, value)
	}
	if value.LengthInt() == 0 {
		return value
	}
	if typ.IsMapType() {
		elements := value.AsValueMap()
		for key, element := range elements {
			elements[key] = change(cty.StringVal(key), element)
		}
		return cty.MapVal(elements)
	}
	elements := value.AsValueSlice()
	for i, element := range elements {
		elements[i] = change(cty.NumberIntVal(int64(i)), element)
	}
	if typ.IsSetType() {
		return cty.SetVal(elements)
	}
	return cty.ListVal(elements)
}

// withoutSecrets is value with null for what is write-only.
func (s *typeSchema) withoutSecrets(value cty.Value) cty.Value {
	if !s.secret {
		return value
	}
	return s.eachAttribute(value, func(a *attribute, value cty.Value) cty.Value {
		if a.writeOnly {
			return cty.NullVal(a.typ)
		}
		return value
	})
}

// planned is what can be known of a resource before it is made: what the files leave out is unknown.
func (s *typeSchema) planned(r *Resource) cty.Value {
	value := s.eachAttribute(r.Config, func(a *attribute, value cty.Value) cty.Value {
		switch {
		case a.writeOnly:
			return cty.NullVal(a.typ)
		case value.IsNull():
			return cty.UnknownVal(a.typ)
		}
		return value
	})
	return s.withOwn(r, value)
}

// withOwn sets the attributes that are the same for every type: region and tags_all.
func (s *typeSchema) withOwn(r *Resource, value cty.Value) cty.Value {
	members := value.AsValueMap()
	if a, exists := s.attributes["region"]; exists && a.computed {
		members["region"] = cty.StringVal(r.Region)
	}
	if a, exists := s.attributes["tags_all"]; exists && a.computed {
		tags := member(r.Config, "tags")
		if !tags.IsWhollyKnown() {
			members["tags_all"] = cty.UnknownVal(a.typ)
			return cty.ObjectVal(members)
		}
		all := maps.Clone(r.Defaults)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, texts(tags))
		members["tags_all"] = mapOf(all)
	}
	return cty.ObjectVal(members)
}

// complete joins what the files say and what the handler returned to all attributes of the resource.
func (s *typeSchema) complete(r *Resource, returned map[string]cty.Value) (cty.Value, error) {
	plain := make(map[string]cty.Value, len(returned))
	for name, value := range returned {
		if !s.object.HasAttribute(name) {
			return cty.NilVal, fmt.Errorf("the handler returned %s, which %s does not have", name, r.Type)
		}
		value, _ = value.UnmarkDeep()
		if !value.IsWhollyKnown() {
			return cty.NilVal, fmt.Errorf("the handler returned an unknown %s", name)
		}
		plain[name] = value
	}
	merged, err := s.merge(r.Config, plain)
	if err != nil {
		return cty.NilVal, fmt.Errorf("the handler returned %w", err)
	}
	return s.withOwn(r, s.withoutSecrets(merged)), nil
}

// merge takes from returned what is null in config.
func (b *block) merge(config cty.Value, returned map[string]cty.Value) (cty.Value, error) {
	members := config.AsValueMap()
	for name, value := range returned {
		if a, exists := b.attributes[name]; exists {
			if !members[name].IsNull() {
				continue
			}
			converted, err := convert.Convert(value, lenient(a.typ))
			if err != nil {
				return cty.NilVal, fmt.Errorf("%s: %w", name, err)
			}
			members[name] = converted
			continue
		}
		inner, exists := b.blocks[name]
		if !exists {
			return cty.NilVal, fmt.Errorf("%s, which is not in the schema", name)
		}
		merged, err := inner.mergeBlocks(members[name], value)
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: %w", name, err)
		}
		members[name] = merged
	}
	return cty.ObjectVal(members), nil
}

// mergeBlocks adds to each block of config what was returned for it: that of the same index or key; of a set, the
// element that contradicts nothing.
func (n *nested) mergeBlocks(config, returned cty.Value) (cty.Value, error) {
	if config.IsNull() || returned.IsNull() {
		return config, nil
	}
	var failure error
	merged := n.eachElement(config, func(key, element cty.Value) cty.Value {
		with := n.counterpart(config.Type().IsSetType(), key, element, returned)
		if with == nil {
			return element
		}
		value, err := n.merge(element, with)
		if err != nil {
			failure = err
			return element
		}
		return value
	})
	return merged, failure
}

func (n *nested) counterpart(set bool, key, element, returned cty.Value) map[string]cty.Value {
	switch {
	case !set && returned.Type().IsObjectType() && key == cty.NilVal:
		return returned.AsValueMap()
	case !returned.CanIterateElements():
		return nil
	case key != cty.NilVal && key.Type() == cty.String:
		return returned.AsValueMap()[key.AsString()].AsValueMap()
	case returned.Type().IsObjectType() || returned.Type().IsMapType(): // one block, not in a list
		return returned.AsValueMap()
	}
	candidates := returned.AsValueSlice()
	if !set {
		index, _ := key.AsBigFloat().Int64()
		if int(index) < len(candidates) && !candidates[index].IsNull() {
			return candidates[index].AsValueMap()
		}
		return nil
	}
	for _, candidate := range candidates {
		if members := candidate.AsValueMap(); agrees(element, members) {
			return members
		}
	}
	return nil
}

// agrees says whether members contradict nothing in the object.
func agrees(object cty.Value, members map[string]cty.Value) bool {
	for name, value := range members {
		own := member(object, name)
		if own.IsNull() || value.IsNull() {
			continue
		}
		if converted, err := convert.Convert(value, own.Type()); err != nil || !converted.RawEquals(own) {
			return false
		}
	}
	return true
}
