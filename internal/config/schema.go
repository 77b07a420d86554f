package config

import (
	"bytes"
	_ "embed" // the committed schema is what init and the editors get
	"encoding/json"
	"fmt"
	"strings"
)

// SchemaAddress is where editors find the JSON Schema.
const SchemaAddress = "https://raw.githubusercontent.com/paymentdr/paymentdr/main/internal/config/paymentdr.schema.json"

//go:embed paymentdr.schema.json
var committedSchema []byte

// Schema is the JSON Schema (2020-12) of the file, as committed; a test keeps it equal to what the field table makes.
func Schema() []byte { return committedSchema }

// property is one node of the JSON Schema; the fields' order is the order in the file.
type property struct {
	Schema      string               `json:"$schema,omitempty"`
	ID          string               `json:"$id,omitempty"`
	Title       string               `json:"title,omitempty"`
	Description string               `json:"description,omitempty"`
	Type        any                  `json:"type,omitempty"`
	Enum        []string             `json:"enum,omitempty"`
	Pattern     string               `json:"pattern,omitempty"`
	Minimum     *int                 `json:"minimum,omitempty"`
	Maximum     *int                 `json:"maximum,omitempty"`
	Items       *property            `json:"items,omitempty"`
	Default     any                  `json:"default,omitempty"`
	OneOf       []*property          `json:"oneOf,omitempty"`
	Properties  map[string]*property `json:"properties,omitempty"`
	// Additional is false where unknown keys are refused.
	Additional *bool `json:"additionalProperties,omitempty"`
}

// durationPattern is what time.ParseDuration takes, without a sign and fractions, which no field needs.
const durationPattern = `^(0|([0-9]+(h|m|s|ms))+)$`

// generateSchema makes the JSON Schema from the field table. It holds types, choices and bounds; relations between
// fields are Validate's.
func generateSchema() ([]byte, error) {
	root := mapping()
	root.Schema, root.ID, root.Title = "https://json-schema.org/draft/2020-12/schema", SchemaAddress, "paymentdr.yaml"
	root.Description = "Configuration of paymentdr. Every key is optional."
	for _, field := range Fields() {
		parent := root
		parts := strings.Split(field.Key, ".")
		for _, part := range parts[:len(parts)-1] {
			child := parent.Properties[part]
			if child == nil {
				child = mapping()
				parent.Properties[part] = child
			}
			if child.OneOf != nil {
				child = child.OneOf[1]
			}
			parent = child
		}
		parent.Properties[parts[len(parts)-1]] = field.property()
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return text.Bytes(), nil
}

// mapping is an object without keys yet; null stands for a section whose lines are all comments.
func mapping() *property {
	no := false
	return &property{Type: []string{"object", "null"}, Properties: map[string]*property{}, Additional: &no}
}

func (f Field) property() *property {
	p := &property{Description: strings.ReplaceAll(f.Meaning, "`", ""), Enum: f.Choices}
	if f.Derived != "" {
		p.Description += " Default: " + f.Derived + "."
	}
	defaults := underived()
	if value := f.format(defaults); value != "" {
		p.Default = value
	}
	switch f.Kind {
	case KindText:
		p.Type = "string"
	case KindDuration:
		p.Type = "string"
		if len(f.Choices) == 0 {
			p.Pattern = durationPattern
		}
	case KindBoolean:
		p.Type = "boolean"
	case KindInteger:
		p.Type, p.Default = "integer", *f.pointer(&defaults).(*int)
		if f.Maximum > 0 {
			p.Minimum, p.Maximum = &f.Minimum, &f.Maximum
		}
	case KindList:
		p.Type, p.Items, p.Default = "array", &property{Type: "string"}, *f.pointer(&defaults).(*[]string)
		if p.Default == nil || len(p.Default.([]string)) == 0 {
			p.Default = []string{}
		}
	case KindAuth:
		p.Enum, p.Default = nil, nil
		p.OneOf = []*property{{Type: "string", Enum: f.Choices}, mapping()}
	}
	return p
}
