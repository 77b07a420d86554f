package apply

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// provider is a configuration of the provider aws: the Region and the tags of what is made with it.
type provider struct {
	schema *typeSchema
	body   hcl.Body // nil where the files have no block for it
}

func (r *root) declareProvider(block *hclsyntax.Block, place hcl.Range) {
	if block.Labels[0] != "aws" {
		r.fault(place, "", fmt.Sprintf("provider %s is not supported", block.Labels[0]), "only the provider aws is")
		return
	}
	key := "provider.aws"
	if attribute, exists := block.Body.Attributes["alias"]; exists {
		alias, _ := attribute.Expr.Value(nil)
		if text(alias) == "" {
			r.fault(attribute.Expr.Range(), key, "alias must be a name in quotes", "")
			return
		}
		key += "." + text(alias)
	}
	n := &node{key: key, place: place}
	catalogue, err := embedded()
	var schema *typeSchema
	if err == nil {
		schema, err = catalogue.lookup(kindProvider, "aws")
	}
	if err != nil {
		r.fault(place, key, err.Error(), "")
		return
	}
	n.part = &provider{schema, block.Body}
	n.uses = dynblock.VariablesHCLDec(block.Body, schema.spec)
	r.add(n)
}

// providerType is what a provider's node evaluates to.
var providerType = cty.Object(map[string]cty.Type{"region": cty.String, "tags": cty.Map(cty.String)})

func (p *provider) evaluate(r *run, n *node) (cty.Value, Faults, error) {
	empty := cty.ObjectVal(map[string]cty.Value{"region": cty.NullVal(cty.String), "tags": cty.MapValEmpty(cty.String)})
	if p.body == nil {
		return empty, nil, nil
	}
	scope := r.scope(n)
	value, diagnostics := hcldec.Decode(dynblock.Expand(p.body, scope), p.schema.spec, scope)
	if diagnostics.HasErrors() {
		return cty.UnknownVal(providerType), faultsOf(diagnostics, n.place, n.key), nil
	}
	value, _ = value.UnmarkDeep()
	region, tags := member(value, "region"), cty.MapValEmpty(cty.String)
	if blocks := member(value, "default_tags"); !blocks.IsNull() && blocks.IsKnown() && blocks.LengthInt() > 0 {
		tags = member(blocks.AsValueSlice()[0], "tags")
	}
	if !region.IsKnown() || !tags.IsWhollyKnown() {
		return cty.UnknownVal(providerType), Faults{at(n.place, n.key, "region and default_tags depend on values that are known only while resources are made",
			"write them out, or use variables")}, nil
	}
	if tags.IsNull() {
		tags = cty.MapValEmpty(cty.String)
	}
	return cty.ObjectVal(map[string]cty.Value{"region": region, "tags": tags}), nil, nil
}
