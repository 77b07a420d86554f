package apply

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// instance evaluates one instance and makes it real; in a plan it gives the attributes as far as they are known.
func (r *run) instance(n *node, res *resource, key cty.Value, scope *hcl.EvalContext) (cty.Value, Faults, error) {
	scope = res.repeated(scope, key)
	address := n.key
	if key != cty.NilVal {
		address += "[" + keyText(key) + "]"
	}
	marked, faults := r.decode(n, res, address, scope)
	if len(faults) > 0 {
		return cty.UnknownVal(res.schema.object), faults, nil
	}
	config, marks := marked.UnmarkDeepWithPaths()
	faults = res.ephemeralFaults(n, address, marks)
	faults = append(faults, nullFaults(address, n.place, res.source, res.schema.block, config)...)
	resource := Resource{Mode: res.mode, Root: n.root.name, Type: res.typ, Name: res.label, Address: address,
		Source: fmt.Sprintf("%s:%d", n.place.Filename, n.place.Start.Line), Config: config}
	if fault := r.place(n, res, &resource); fault != nil {
		faults = append(faults, *fault)
	}
	if len(faults) > 0 {
		return cty.UnknownVal(res.schema.object), faults, nil
	}
	sensitivePaths := pathsWith(marks, sensitive)
	if r.planning {
		r.plan(n, res, resource)
		return res.schema.marked(res.schema.planned(&resource), sensitivePaths), nil, nil
	}
	value, err := r.realise(n, res, resource, sensitivePaths)
	if err != nil {
		return cty.DynamicVal, nil, err
	}
	return value, res.checkAfterwards(scope, n, address, value), nil
}

// place sets the instance's Region and default tags.
func (r *run) place(n *node, res *resource, resource *Resource) *Fault {
	provider := cty.UnknownVal(providerType)
	if known := n.root.nodes[res.provider]; known != nil {
		provider = r.values[known.id]
	}
	own := member(resource.Config, "region")
	if !own.IsKnown() {
		fault := at(n.place, resource.Address, "region depends on a value that is known only while resources are made", "write it out")
		return &fault
	}
	if !provider.IsKnown() {
		return nil // reported with the provider
	}
	resource.Defaults = texts(provider.GetAttr("tags"))
	resource.Region = text(provider.GetAttr("region"))
	if _, regional := res.schema.attributes["region"]; regional {
		if own := text(own); own != "" {
			resource.Region = own
		}
		if resource.Region == "" {
			fault := at(n.place, resource.Address, "neither the block nor its provider says a Region", `set region in provider "aws"`)
			return &fault
		}
	}
	return nil
}

// checkAfterwards holds the postconditions against what became of the instance.
func (res *resource) checkAfterwards(scope *hcl.EvalContext, n *node, address string, value cty.Value) Faults {
	if len(res.afterwards) == 0 {
		return nil
	}
	inner := scope.NewChild()
	inner.Variables = map[string]cty.Value{"self": value}
	if res.count == nil && res.each == nil { // it may also name itself
		parts := strings.Split(n.key, ".")
		own := value
		for i := len(parts) - 1; i > 0; i-- {
			own = cty.ObjectVal(map[string]cty.Value{parts[i]: own})
		}
		inner.Variables[parts[0]] = own
	}
	var faults Faults
	for _, rule := range res.afterwards {
		faults = append(faults, rule.check(inner, address)...)
	}
	return faults
}

func pathsWith(marks []cty.PathValueMarks, wanted mark) []cty.Path {
	var paths []cty.Path
	for _, marked := range marks {
		if has(marked.Marks, wanted) {
			paths = append(paths, marked.Path)
		}
	}
	return paths
}

// ephemeralFaults refuses ephemeral values where they would be kept.
func (res *resource) ephemeralFaults(n *node, address string, marks []cty.PathValueMarks) Faults {
	if res.mode == Ephemeral {
		return nil
	}
	var faults Faults
	for _, path := range pathsWith(marks, ephemeral) {
		if res.mode == Data || !res.schema.writeOnlyAt(path) {
			faults = append(faults, at(placeOf(res.source, path, n.place), address, pathText(path)+" is kept, its value is ephemeral", "use the write-only argument, if there is one"))
		}
	}
	return faults
}

// writeOnlyAt says whether the path leads to a write-only argument.
func (b *block) writeOnlyAt(path cty.Path) bool {
	for _, step := range path {
		attribute, isAttribute := step.(cty.GetAttrStep)
		if !isAttribute {
			continue
		}
		if found, exists := b.attributes[attribute.Name]; exists {
			return found.writeOnly
		}
		inner, exists := b.blocks[attribute.Name]
		if !exists {
			return false
		}
		b = inner.block
	}
	return false
}

// nullFaults finds required arguments whose value is null.
func nullFaults(address string, place hcl.Range, body *hclsyntax.Body, schema *block, value cty.Value) Faults {
	var faults Faults
	for _, name := range sortedKeys(schema.attributes) {
		if schema.attributes[name].required && value.GetAttr(name).IsNull() {
			faults = append(faults, at(placeOf(body, cty.GetAttrPath(name), place), address, name+" is required, its value is null", ""))
		}
	}
	for _, name := range sortedKeys(schema.blocks) {
		inner := schema.blocks[name]
		values := value.GetAttr(name)
		if values.IsNull() || !values.IsKnown() {
			continue
		}
		elements := []cty.Value{values}
		if values.Type().IsCollectionType() {
			elements = values.AsValueSlice()
		}
		for i, element := range elements {
			if element.IsNull() || !element.IsKnown() {
				continue
			}
			var within *hclsyntax.Body
			where := place
			if !values.Type().IsSetType() || len(elements) == 1 { // a set has lost the files' order
				if found, at := nth(body, name, i); found != nil {
					within, where = found, *at
				}
			}
			faults = append(faults, nullFaults(address, where, within, inner.block, element)...)
		}
	}
	return faults
}

// nth is the body of the i-th block of a kind, nil where the files do not say it in that way.
func nth(body *hclsyntax.Body, kind string, i int) (*hclsyntax.Body, *hcl.Range) {
	if body == nil {
		return nil, nil
	}
	for _, inner := range body.Blocks {
		if inner.Type != kind {
			continue
		}
		if i == 0 {
			place := inner.DefRange()
			return inner.Body, &place
		}
		i--
	}
	return nil, nil
}

// placeOf is where the first step of a path is written, else the place of the block.
func placeOf(body *hclsyntax.Body, path cty.Path, place hcl.Range) hcl.Range {
	if body == nil || len(path) == 0 {
		return place
	}
	step, isAttribute := path[0].(cty.GetAttrStep)
	if !isAttribute {
		return place
	}
	if attribute, exists := body.Attributes[step.Name]; exists {
		return attribute.Expr.Range()
	}
	if len(path) > 2 {
		index := 0
		if at, isIndex := path[1].(cty.IndexStep); isIndex && at.Key.Type() == cty.Number {
			number, _ := at.Key.AsBigFloat().Int64()
			index = int(number)
		}
		if inner, at := nth(body, step.Name, index); inner != nil {
			return placeOf(inner, path[2:], *at)
		}
	}
	return place
}
