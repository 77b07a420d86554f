package apply

import (
	"fmt"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

// evaluate makes all instances of the block, or says in a plan what they will be.
func (res *resource) evaluate(r *run, n *node) (cty.Value, Faults, error) {
	if res.schema == nil {
		return cty.DynamicVal, nil, nil // reported where it was declared
	}
	var faults Faults
	if fault := r.engine.unhandled(n, res); r.planning && fault != nil {
		faults = append(faults, *fault)
	}
	scope := r.scope(n)
	keys, wrong := res.keys(scope, n)
	if len(wrong) > 0 {
		return cty.DynamicVal, append(faults, wrong...), nil
	}
	values, problems, errs := make([]cty.Value, len(keys)), make([]Faults, len(keys)), make([]error, len(keys))
	var instances sync.WaitGroup
	for i, key := range keys {
		one := func() { values[i], problems[i], errs[i] = r.instance(n, res, key, scope) }
		if r.planning || len(keys) == 1 {
			one()
		} else {
			instances.Go(one)
		}
	}
	instances.Wait()
	for _, problem := range problems {
		faults = append(faults, problem...)
	}
	value := res.combine(keys, values)
	if res.mode == Ephemeral {
		value = value.Mark(ephemeral)
	}
	return value, faults, joined(errs)
}

// unhandled says that nobody can make the block's type real.
func (e *Engine) unhandled(n *node, res *resource) *Fault {
	var known bool
	switch handlers := e.options.Handlers; res.mode {
	case Managed:
		_, known = handlers.Managed[res.typ]
		_, meaningless := handlers.Meaningless[res.typ]
		known = known || meaningless
	case Data:
		_, known = handlers.Data[res.typ]
	case Ephemeral:
		_, known = handlers.Ephemeral[res.typ]
	}
	if known {
		return nil
	}
	fault := at(n.place, n.key, fmt.Sprintf("the %s type %s is not known on this machine", res.mode, res.typ), "remove it from the files that run locally")
	return &fault
}

// keys are the keys of the block's instances: a number, a text, or cty.NilVal where the block does not repeat.
func (res *resource) keys(scope *hcl.EvalContext, n *node) ([]cty.Value, Faults) {
	expression, argument := res.count, "count"
	if res.each != nil {
		expression, argument = res.each, "for_each"
	}
	if expression == nil {
		return []cty.Value{cty.NilVal}, nil
	}
	fault := func(what, fix string) ([]cty.Value, Faults) {
		return nil, Faults{at(expression.Range(), n.key, argument+" "+what, fix)}
	}
	value, diagnostics := expression.Value(scope)
	if diagnostics.HasErrors() {
		return nil, faultsOf(diagnostics, n.place, n.key)
	}
	if value.IsMarked() {
		return fault("depends on a sensitive or ephemeral value, which the addresses would show", "use nonsensitive() where it is no secret")
	} else if !value.IsKnown() || res.each != nil && value.Type().IsSetType() && !value.IsWhollyKnown() {
		return fault("depends on a value that is known only while resources are made", "let it depend on variables, locals and arguments")
	} else if value.IsNull() {
		return fault("is null", "")
	}
	if res.each == nil {
		var count int
		if err := gocty.FromCtyValue(value, &count); err != nil || count < 0 {
			return fault("is no whole number from 0", "")
		}
		keys := make([]cty.Value, count)
		for i := range keys {
			keys[i] = cty.NumberIntVal(int64(i))
		}
		return keys, nil
	}
	typ := value.Type()
	if !typ.IsMapType() && !typ.IsObjectType() && !(typ.IsSetType() && typ.ElementType() == cty.String) {
		return fault("is neither a map nor a set of texts", "use toset() for a list")
	}
	keys := make([]cty.Value, 0, value.LengthInt())
	for iterator := value.ElementIterator(); iterator.Next(); {
		key, element := iterator.Element()
		if typ.IsSetType() {
			key = element
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// repeated is the scope of one instance: with each or count.
func (res *resource) repeated(scope *hcl.EvalContext, key cty.Value) *hcl.EvalContext {
	if key == cty.NilVal {
		return scope
	}
	inner := scope.NewChild()
	if res.count != nil {
		inner.Variables = map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": key})}
		return inner
	}
	value, _ := res.each.Value(scope)
	element := key
	switch typ := value.Type(); {
	case typ.IsObjectType():
		element = value.GetAttr(key.AsString())
	case typ.IsMapType():
		element = value.Index(key)
	}
	inner.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": element})}
	return inner
}

// combine is the value of the whole block: an object, a tuple by count, or an object by key.
func (res *resource) combine(keys, values []cty.Value) cty.Value {
	switch {
	case res.each != nil:
		members := make(map[string]cty.Value, len(keys))
		for i, key := range keys {
			members[key.AsString()] = values[i]
		}
		return cty.ObjectVal(members)
	case res.count != nil:
		return cty.TupleVal(values)
	}
	return values[0]
}

// decode evaluates the arguments of one instance to an object of the schema's type.
func (r *run) decode(n *node, res *resource, address string, scope *hcl.EvalContext) (cty.Value, Faults) {
	faults := r.nulls(scope, n, res.arguments)
	for _, rule := range res.before {
		faults = append(faults, rule.check(scope, address)...)
	}
	if len(faults) > 0 {
		return cty.UnknownVal(res.schema.object), faults
	}
	config, diagnostics := hcldec.Decode(dynblock.Expand(res.body, scope), res.schema.spec, scope)
	if diagnostics.HasErrors() {
		return cty.UnknownVal(res.schema.object), faultsOf(diagnostics, n.place, address)
	}
	return config, nil
}
