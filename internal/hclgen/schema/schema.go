// Package schema holds the AWS provider's schema as data, trimmed to the types
// in types.txt, and the shape of that data: the output of
// `tofu providers schema -json`. README.md says how to refresh it.
package schema

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the data
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

//go:embed schema.json.gz
var compressed []byte

//go:embed types.txt
var types string

// Open reads the embedded data, decompressed.
func Open() (io.Reader, error) {
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("open embedded provider schema: %w", err)
	}
	return reader, nil
}

// Types are the kinds and names in types.txt: "resource aws_vpc".
func Types() []string { return ParseTypes(types) }

// ParseTypes reads a types file: one kind and name a line, # begins a comment.
func ParseTypes(text string) []string {
	var found []string
	for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
		line, _, _ := strings.Cut(scanner.Text(), "#")
		if fields := strings.Fields(line); len(fields) == 2 {
			found = append(found, fields[0]+" "+fields[1])
		}
	}
	return found
}

// Document is the output of `tofu providers schema -json`.
type Document struct {
	FormatVersion   string               `json:"format_version"`
	ProviderSchemas map[string]*Provider `json:"provider_schemas"`
}

// Provider is one provider's part. Each entry stays encoded until it is asked
// for: a program that checks ten types decodes ten.
type Provider struct {
	Provider  json.RawMessage            `json:"provider,omitempty"`
	Resources map[string]json.RawMessage `json:"resource_schemas,omitempty"`
	Data      map[string]json.RawMessage `json:"data_source_schemas,omitempty"`
	Ephemeral map[string]json.RawMessage `json:"ephemeral_resource_schemas,omitempty"`
}

// Kinds are the provider's entries by the kind that types.txt uses.
func (p *Provider) Kinds() map[string]map[string]json.RawMessage {
	return map[string]map[string]json.RawMessage{"resource": p.Resources, "data": p.Data, "ephemeral": p.Ephemeral}
}

// Entry is the schema of one type.
type Entry struct {
	Block Block `json:"block"`
}

// Block is what may stand inside a block.
type Block struct {
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	BlockTypes map[string]BlockType `json:"block_types,omitempty"`
}

// Attribute is one argument. Type is cty's JSON form: "string", ["list","string"].
type Attribute struct {
	Type      json.RawMessage `json:"type"`
	Required  bool            `json:"required,omitempty"`
	Optional  bool            `json:"optional,omitempty"`
	Computed  bool            `json:"computed,omitempty"`
	Sensitive bool            `json:"sensitive,omitempty"`
	WriteOnly bool            `json:"write_only,omitempty"`
}

// BlockType is one kind of nested block. MaxItems 0 is no limit.
type BlockType struct {
	Nesting  string `json:"nesting_mode"`
	MinItems int    `json:"min_items,omitempty"`
	MaxItems int    `json:"max_items,omitempty"`
	Block    Block  `json:"block"`
}

// Aws finds the AWS provider in a document, whichever registry it came from.
func (d *Document) Aws() (*Provider, error) {
	for name, provider := range d.ProviderSchemas {
		if name == "aws" || strings.HasSuffix(name, "/aws") {
			return provider, nil
		}
	}
	return nil, fmt.Errorf("find provider aws in schema document: %d providers, none is aws", len(d.ProviderSchemas))
}

// Embedded is the AWS provider of the embedded document.
func Embedded() (*Provider, error) {
	reader, err := Open()
	if err != nil {
		return nil, err
	}
	var document Document
	if err := json.NewDecoder(reader).Decode(&document); err != nil {
		return nil, fmt.Errorf("decode embedded provider schema: %w", err)
	}
	return document.Aws()
}
