package hclgen

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"sync"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

// Schema is a provider's schema. A type is decoded when it is first asked for;
// a Schema is safe for concurrent use.
type Schema struct {
	provider *schema.Provider
	kinds    map[string]map[string]json.RawMessage
	mu       sync.Mutex
	decoded  map[string]*blockSchema
}

// blockSchema is what may stand inside a block, ready for the check.
type blockSchema struct {
	attributes map[string]*attributeSchema
	blocks     map[string]*nestedSchema
	required   []string // attributes, sorted
	minimum    []string // kinds of nested blocks with minItems > 0, sorted
	// open accepts attributes and blocks of any name: a backend's settings.
	open    bool
	implied *valueType // the type of a reference to the block
}

type attributeSchema struct {
	typ                                             *valueType
	required, optional, computed, sensitive, secret bool // secret: write-only
}

type nestedSchema struct {
	nesting            string
	minItems, maxItems int
	block              *blockSchema
}

var embedded = sync.OnceValues(embeddedSchema)

func embeddedSchema() (*Schema, error) {
	reader, err := schema.Open()
	if err != nil {
		return nil, err
	}
	return ParseSchema(reader)
}

// LoadSchema is the schema embedded in the program, read once and only if asked for.
func LoadSchema() (*Schema, error) { return embedded() }

// ParseSchema reads the output of `tofu providers schema -json` and uses the AWS
// provider in it.
func ParseSchema(r io.Reader) (*Schema, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read provider schema: %w", err)
	}
	var document schema.Document
	if err := json.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("decode provider schema: %w", err)
	}
	provider, err := document.Aws()
	if err != nil {
		return nil, err
	}
	return &Schema{provider: provider, kinds: provider.Kinds(), decoded: map[string]*blockSchema{}}, nil
}

// lookup is the schema of a type, or nil if there is none.
func (s *Schema) lookup(kind, typ string) (*blockSchema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := kind + " " + typ
	if known, ok := s.decoded[key]; ok {
		return known, nil
	}
	if key == "data terraform_remote_state" {
		s.decoded[key] = remoteState()
		return s.decoded[key], nil
	}
	raw, ok := s.kinds[kind][typ]
	if kind == KindProvider {
		raw, ok = s.provider.Provider, typ == "aws"
	}
	if !ok || len(raw) == 0 {
		return nil, nil
	}
	var entry schema.Entry
	if err := json.Unmarshal(raw, &entry); err != nil {
		return nil, fmt.Errorf("decode schema of %s: %w", key, err)
	}
	compiled, err := compile(&entry.Block)
	if err != nil {
		return nil, fmt.Errorf("compile schema of %s: %w", key, err)
	}
	if kind == KindProvider {
		compiled.attributes["alias"] = &attributeSchema{typ: stringType, optional: true}
		compiled.attributes["version"] = &attributeSchema{typ: stringType, optional: true}
	}
	s.decoded[key] = compiled
	return compiled, nil
}

// names are the types of a kind, for suggestions.
func (s *Schema) names(kind string) []string {
	names := make([]string, 0, len(s.kinds[kind]))
	for name := range s.kinds[kind] {
		names = append(names, name)
	}
	if kind == KindData {
		names = append(names, "terraform_remote_state")
	}
	sort.Strings(names)
	return names
}

func compile(block *schema.Block) (*blockSchema, error) {
	compiled := &blockSchema{
		attributes: make(map[string]*attributeSchema, len(block.Attributes)),
		blocks:     make(map[string]*nestedSchema, len(block.BlockTypes)),
	}
	fields := make(map[string]*valueType, len(block.Attributes)+len(block.BlockTypes))
	for name, attribute := range block.Attributes {
		typ := &valueType{}
		if err := json.Unmarshal(attribute.Type, typ); err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		typ.sensitive = attribute.Sensitive
		fields[name] = typ
		compiled.attributes[name] = &attributeSchema{typ: typ, required: attribute.Required, optional: attribute.Optional,
			computed: attribute.Computed, sensitive: attribute.Sensitive, secret: attribute.WriteOnly}
		if attribute.Required {
			compiled.required = append(compiled.required, name)
		}
	}
	for name, nested := range block.BlockTypes {
		inner, err := compile(&nested.Block)
		if err != nil {
			return nil, fmt.Errorf("block %s: %w", name, err)
		}
		compiled.blocks[name] = &nestedSchema{nested.Nesting, nested.MinItems, nested.MaxItems, inner}
		fields[name] = nestedType(nested.Nesting, inner.implied)
		if nested.MinItems > 0 {
			compiled.minimum = append(compiled.minimum, name)
		}
	}
	sort.Strings(compiled.required)
	sort.Strings(compiled.minimum)
	compiled.implied = &valueType{kind: objectKind, fields: fields}
	return compiled, nil
}

func nestedType(nesting string, block *valueType) *valueType {
	switch nesting {
	case "list":
		return listOf(block)
	case "set":
		return &valueType{kind: setKind, elem: block}
	case "map":
		return &valueType{kind: mapKind, elem: block}
	}
	return block
}
