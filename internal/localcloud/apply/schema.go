package apply

import (
	"encoding/json"
	"fmt"
	"sync"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

// The kinds of the embedded schema.
const (
	kindResource  = "resource"
	kindData      = "data"
	kindEphemeral = "ephemeral"
	kindProvider  = "provider"
)

// catalogue is the provider's schema; a type is decoded when it is first asked for.
type catalogue struct {
	kinds map[string]map[string]json.RawMessage
	mutex sync.Mutex
	known map[string]*typeSchema
}

// typeSchema is what may stand in a block of one type.
type typeSchema struct {
	*block
	spec hcldec.Spec
	// object is the type of a value of the block, lenient the same with every attribute optional.
	object, lenient cty.Type
	// secret: some attribute is write-only.
	secret bool
}

type block struct {
	attributes map[string]*attribute
	blocks     map[string]*nested
}

type attribute struct {
	typ                                     cty.Type
	required, optional, computed, sensitive bool
	writeOnly                               bool
}

func (a *attribute) readOnly() bool { return a.computed && !a.optional && !a.required }

type nested struct {
	*block
	nesting  string
	min, max int
}

var embedded = sync.OnceValues(func() (*catalogue, error) {
	reader, err := schema.Open()
	if err != nil {
		return nil, err
	}
	var document schema.Document
	if err := json.NewDecoder(reader).Decode(&document); err != nil {
		return nil, fmt.Errorf("decode provider schema: %w", err)
	}
	provider, err := document.Aws()
	if err != nil {
		return nil, err
	}
	kinds := provider.Kinds()
	kinds[kindProvider] = map[string]json.RawMessage{"aws": provider.Provider}
	return &catalogue{kinds: kinds, known: map[string]*typeSchema{}}, nil
})

// lookup is nil for a type that the schema does not have.
func (c *catalogue) lookup(kind, name string) (*typeSchema, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	key := kind + " " + name
	if known, exists := c.known[key]; exists {
		return known, nil
	}
	raw, exists := c.kinds[kind][name]
	if !exists {
		return nil, nil
	}
	var entry schema.Entry
	if err := json.Unmarshal(raw, &entry); err != nil {
		return nil, fmt.Errorf("decode schema of %s: %w", key, err)
	}
	if kind == kindProvider {
		entry.Block.Attributes["alias"] = schema.Attribute{Type: json.RawMessage(`"string"`), Optional: true}
		entry.Block.Attributes["version"] = schema.Attribute{Type: json.RawMessage(`"string"`), Optional: true}
	}
	decoded, err := decodeBlock(&entry.Block)
	if err != nil {
		return nil, fmt.Errorf("decode schema of %s: %w", key, err)
	}
	spec := decoded.spec()
	object := hcldec.ImpliedType(spec)
	known := &typeSchema{block: decoded, spec: spec, object: object, lenient: lenient(object), secret: decoded.secret()}
	c.known[key] = known
	return known, nil
}

// names are the types of a kind, for suggestions.
func (c *catalogue) names(kind string) []string { return sortedKeys(c.kinds[kind]) }

func decodeBlock(from *schema.Block) (*block, error) {
	to := &block{attributes: make(map[string]*attribute, len(from.Attributes)), blocks: make(map[string]*nested, len(from.BlockTypes))}
	for name, a := range from.Attributes {
		typ, err := ctyjson.UnmarshalType(a.Type)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		to.attributes[name] = &attribute{typ: typ, required: a.Required, optional: a.Optional, computed: a.Computed,
			sensitive: a.Sensitive, writeOnly: a.WriteOnly}
	}
	for name, n := range from.BlockTypes {
		inner, err := decodeBlock(&n.Block)
		if err != nil {
			return nil, fmt.Errorf("block %s: %w", name, err)
		}
		to.blocks[name] = &nested{block: inner, nesting: n.Nesting, min: n.MinItems, max: n.MaxItems}
	}
	return to, nil
}

// spec says to the decoder what may be in the block. Read-only attributes are in it, so that the value has the
// schema's type; readOnlyFaults refuses them.
func (b *block) spec() hcldec.Spec {
	spec := make(hcldec.ObjectSpec, len(b.attributes)+len(b.blocks))
	for name, a := range b.attributes {
		spec[name] = &hcldec.AttrSpec{Name: name, Type: a.typ, Required: a.required}
	}
	for name, n := range b.blocks {
		inner := n.block.spec()
		switch n.nesting {
		case "list":
			spec[name] = &hcldec.BlockListSpec{TypeName: name, Nested: inner, MinItems: n.min, MaxItems: n.max}
		case "set":
			spec[name] = &hcldec.BlockSetSpec{TypeName: name, Nested: inner, MinItems: n.min, MaxItems: n.max}
		case "map":
			spec[name] = &hcldec.BlockMapSpec{TypeName: name, Nested: inner, LabelNames: []string{"key"}}
		default: // single, group
			spec[name] = &hcldec.BlockSpec{TypeName: name, Nested: inner, Required: n.min > 0}
		}
	}
	return spec
}

func (b *block) secret() bool {
	for _, a := range b.attributes {
		if a.writeOnly {
			return true
		}
	}
	for _, n := range b.blocks {
		if n.secret() {
			return true
		}
	}
	return false
}

// lenient makes every attribute of every object in typ optional: what is left out is null.
func lenient(typ cty.Type) cty.Type {
	switch {
	case typ.IsObjectType():
		members := make(map[string]cty.Type, len(typ.AttributeTypes()))
		for name, member := range typ.AttributeTypes() {
			members[name] = lenient(member)
		}
		return cty.ObjectWithOptionalAttrs(members, sortedKeys(members))
	case typ.IsListType():
		return cty.List(lenient(typ.ElementType()))
	case typ.IsSetType():
		return cty.Set(lenient(typ.ElementType()))
	case typ.IsMapType():
		return cty.Map(lenient(typ.ElementType()))
	}
	return typ
}
