package stubaws

import (
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// planner computes what a plan shows, from the provider's configuration.
type planner struct {
	region      string               // "" while unknown
	defaultTags map[string]cty.Value // of the provider block
}

// plan turns the engine's proposal into the planned state: write-only arguments
// are null, computed and unset attributes are unknown, `region` and `tags_all`
// are known as in provider version 6. A proposal without any change comes back
// as the prior state, which is how a plan becomes a no-op.
func (p planner) plan(typeName string, schema awsshape.Schema, prior, proposed cty.Value) (cty.Value, error) {
	sets := setBlocks(schema.Block)
	planned, err := schema.Rewrite(proposed, func(path []string, attribute *tfjson.SchemaAttribute, element map[string]cty.Value) (cty.Value, error) {
		name := path[len(path)-1]
		value := element[name]
		switch {
		case attribute.WriteOnly:
			return cty.NullVal(attribute.AttributeType), nil
		case len(path) == 1 && name == "region" && attribute.Computed && value.IsNull():
			return p.plannedRegion(prior), nil
		case len(path) == 1 && name == "tags_all":
			return p.tagsAll(element["tags"]), nil
		case !attribute.Computed || !value.IsNull():
			return value, nil
		case attribute.AttributeType.IsSetType() && len(path) > 1 && sets[path[0]]:
			// The engine matches elements of a set of blocks by value; an unknown
			// set inside never matches and the plan would never settle.
			return value, nil
		}
		return cty.UnknownVal(attribute.AttributeType), nil
	})
	if err != nil {
		return cty.NilVal, err
	}
	if hook, exists := planHooks[typeName]; exists && prior.IsNull() {
		planned = hook(planned)
	}
	if !prior.IsNull() && planned.RawEquals(prior) {
		return prior, nil
	}
	return planned, nil
}

// plannedRegion keeps the Region a resource was made in when the provider says none.
func (p planner) plannedRegion(prior cty.Value) cty.Value {
	if p.region != "" {
		return cty.StringVal(p.region)
	}
	if before := awsshape.Text(awsshape.Member(prior, "region")); before != "" {
		return cty.StringVal(before)
	}
	return cty.UnknownVal(cty.String)
}

// tagsAll merges the provider's default tags with the resource's own, which win.
func (p planner) tagsAll(tags cty.Value) cty.Value {
	if tags == cty.NilVal || !tags.IsKnown() {
		return cty.UnknownVal(cty.Map(cty.String))
	}
	merged := make(map[string]cty.Value, len(p.defaultTags))
	for key, value := range p.defaultTags {
		merged[key] = value
	}
	if !tags.IsNull() {
		for key, value := range tags.AsValueMap() {
			merged[key] = value
		}
	}
	if len(merged) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	return cty.MapVal(merged)
}

// setBlocks names the top-level blocks that nest as sets.
func setBlocks(block *tfjson.SchemaBlock) map[string]bool {
	sets := make(map[string]bool)
	for name, nested := range block.NestedBlocks {
		sets[name] = nested.NestingMode == tfjson.SchemaNestingModeSet
	}
	return sets
}

// planHooks make known at plan what the real provider knows then, for the types
// where configurations iterate over it.
var planHooks = map[string]func(planned cty.Value) cty.Value{
	"aws_acm_certificate": planValidationOptions,
}

// planValidationOptions names the domains of a certificate, so that
// `for_each` over domain_validation_options has its keys at plan.
func planValidationOptions(planned cty.Value) cty.Value {
	domain, alternatives := awsshape.Member(planned, "domain_name"), awsshape.Member(planned, "subject_alternative_names")
	if awsshape.Text(domain) == "" {
		return planned
	}
	names := map[string]bool{awsshape.Text(domain): true}
	if !alternatives.IsNull() && alternatives.IsKnown() {
		for _, alternative := range alternatives.AsValueSlice() {
			if awsshape.Text(alternative) == "" {
				return planned
			}
			names[awsshape.Text(alternative)] = true
		}
	}
	options := make([]cty.Value, 0, len(names))
	for _, name := range sortedKeys(names) {
		options = append(options, cty.ObjectVal(map[string]cty.Value{
			"domain_name":           cty.StringVal(name),
			"resource_record_name":  cty.UnknownVal(cty.String),
			"resource_record_type":  cty.UnknownVal(cty.String),
			"resource_record_value": cty.UnknownVal(cty.String),
		}))
	}
	return awsshape.WithMembers(planned, map[string]cty.Value{"domain_validation_options": cty.SetVal(options)})
}
