package awsshape

import (
	"encoding/json"
	"fmt"
	"sync"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

// The kinds of types, as hclgen's types.txt has them.
const (
	Resource  = "resource"
	Data      = "data"
	Ephemeral = "ephemeral"
)

// Catalogue gives the schemas of the types that the generated files may have. It is safe for concurrent use.
type Catalogue struct {
	raw map[string]map[string]json.RawMessage

	mutex  sync.Mutex
	parsed map[string]Schema // by kind and name
}

// Open reads the embedded schema document; a type is parsed when it is first asked for.
func Open() (*Catalogue, error) {
	provider, err := schema.Embedded()
	if err != nil {
		return nil, err
	}
	return &Catalogue{raw: provider.Kinds(), parsed: map[string]Schema{}}, nil
}

// Schema is the schema of a type of a kind.
func (c *Catalogue) Schema(kind, typeName string) (Schema, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	key := kind + " " + typeName
	if known, ok := c.parsed[key]; ok {
		return known, nil
	}
	raw, ok := c.raw[kind][typeName]
	if !ok {
		return Schema{}, fmt.Errorf("find schema of %s: the embedded provider schema has none", key)
	}
	var parsed tfjson.Schema
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return Schema{}, fmt.Errorf("decode schema of %s: %w", key, err)
	}
	c.parsed[key] = NewSchema(&parsed)
	return c.parsed[key], nil
}
