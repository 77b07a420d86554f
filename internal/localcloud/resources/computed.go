package resources

import (
	"context"
	"fmt"
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// key names a resource in the whole cloud.
func key(r apply.Resource) string { return r.Root + "/" + r.Address }

// attributes are all attributes of a resource: what the files say, and for what they leave open what it was made with, or
// for a new one the values that AWS would make, of the real shape.
type attributes struct {
	object
	schema   awsshape.Schema
	resource apply.Resource
}

// attributes completes a resource.
func (c *Cloud) attributes(r apply.Resource) (attributes, error) {
	kind := awsshape.Resource
	switch r.Mode {
	case apply.Data:
		kind = awsshape.Data
	case apply.Ephemeral:
		kind = awsshape.Ephemeral
	}
	schema, err := c.catalogue.Schema(kind, r.Type)
	if err != nil {
		return attributes{}, err
	}
	open, err := schema.Rewrite(r.Config, func(path []string, attribute *tfjson.SchemaAttribute, element map[string]cty.Value) (cty.Value, error) {
		name := path[len(path)-1]
		value := element[name]
		switch {
		case !value.IsNull():
			return value, nil
		case len(path) == 1 && name == "region":
			return cty.StringVal(r.Region), nil
		case len(path) == 1 && name == "tags_all":
			return tagsAll(r), nil
		case len(path) == 1 && attribute.Computed && !awsshape.Member(r.Prior, name).IsNull():
			return awsshape.Member(r.Prior, name), nil // as it was made
		case !attribute.Computed || (attribute.Optional && !awsshape.Known(r.Type, path)):
			return value, nil // an argument that is not set has no value here: services have their own defaults
		}
		return cty.UnknownVal(attribute.AttributeType), nil
	})
	if err != nil {
		return attributes{}, fmt.Errorf("complete %s: %w", key(r), err)
	}
	full, err := awsshape.Fill(r.Type, r.Region, r.Type+"/"+r.Region+"/"+key(r), schema, open)
	if err != nil {
		return attributes{}, fmt.Errorf("complete %s: %w", key(r), err)
	}
	return attributes{object: object{full}, schema: schema, resource: r}, nil
}

// tagsAll are the resource's tags over the provider's.
func tagsAll(r apply.Resource) cty.Value {
	merged := maps.Clone(r.Defaults)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, object{r.Config}.table("tags"))
	return texts(merged)
}

// texts is a map of strings as a value.
func texts(from map[string]string) cty.Value {
	if len(from) == 0 {
		return cty.MapValEmpty(cty.String)
	}
	values := map[string]cty.Value{}
	for name, value := range from {
		values[name] = cty.StringVal(value)
	}
	return cty.MapVal(values)
}

// with replaces computed attributes by what is known better. What the files say stands.
func (a attributes) with(known map[string]cty.Value) attributes {
	known = maps.Clone(known)
	for name := range known {
		if !awsshape.Member(a.resource.Config, name).IsNull() {
			delete(known, name)
		}
	}
	a.value = awsshape.WithMembers(a.value, known)
	return a
}

// replaced is with, for an attribute that the files may say, too.
func (a attributes) replaced(name string, value cty.Value) attributes {
	a.value = awsshape.WithMembers(a.value, map[string]cty.Value{name: value})
	return a
}

// computed is what a handler returns: everything that the schema computes and the files leave open.
func (a attributes) computed() map[string]cty.Value {
	found := map[string]cty.Value{}
	for _, name := range slices.Sorted(maps.Keys(a.schema.Block.Attributes)) {
		if a.schema.Block.Attributes[name].Computed && awsshape.Member(a.resource.Config, name).IsNull() {
			found[name] = a.get(name)
		}
	}
	for name := range a.schema.Block.NestedBlocks {
		if value := a.get(name); !value.RawEquals(awsshape.Member(a.resource.Config, name)) {
			found[name] = value
		}
	}
	return found
}

// identity gives the computed attributes of a resource that nothing is done with.
func (c *Cloud) identity(r apply.Resource) map[string]cty.Value {
	full, err := c.attributes(r)
	if err != nil {
		return nil // its type has a schema, or the engine would not have evaluated it
	}
	return full.computed()
}

// handler is a Handler of functions.
type handler struct {
	put    func(ctx context.Context, full attributes, r apply.Resource) (attributes, error)
	delete func(ctx context.Context, prior object, r apply.Resource) error
	cloud  *Cloud
}

// Put completes the resource, makes it anew if AWS could not change it, and puts it.
func (h handler) Put(ctx context.Context, r apply.Resource) (map[string]cty.Value, error) {
	full, err := h.cloud.attributes(r)
	if err != nil {
		return nil, err
	}
	if r.Prior != cty.NilVal && len(awsshape.Replacements(r.Type, r.Prior, full.value)) > 0 {
		old := r
		old.Config, old.Region = r.Prior, object{r.Prior}.text("region")
		if err := h.Delete(ctx, old); err != nil {
			return nil, fmt.Errorf("replace: %w", err)
		}
		r.Prior = cty.NilVal
		if full, err = h.cloud.attributes(r); err != nil {
			return nil, err
		}
	}
	made, err := h.put(ctx, full, r)
	if err != nil {
		return nil, err
	}
	return made.computed(), nil
}

// Delete removes what was put.
func (h handler) Delete(ctx context.Context, r apply.Resource) error {
	if h.delete == nil {
		return nil
	}
	if r.Prior != cty.NilVal {
		return h.delete(ctx, object{r.Prior}, r)
	}
	full, err := h.cloud.attributes(r) // a Put that failed half way: what it would have been
	if err != nil {
		return err
	}
	return h.delete(ctx, full.object, r)
}
