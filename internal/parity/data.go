package parity

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed original.yaml
var originalYAML []byte

//go:embed added.yaml
var addedYAML []byte

//go:embed facts.yaml
var factsYAML []byte

// Original is what the original description creates.
type Original struct {
	Resources []OriginalResource `yaml:"resources"`
	Outputs   []OriginalOutput   `yaml:"outputs"`
}

// OriginalResource is one resource of the original, its loops expanded.
type OriginalResource struct {
	// ID is the construct and the name in it, as networking/primary_vpc.
	ID   string `yaml:"id"`
	Type string `yaml:"type"`
	// Name is the name or else the Name tag, with {suffix} for the environment suffix; empty if it has neither.
	Name string `yaml:"name"`
	// Now are the places where it is now, or where what replaced it is.
	Now []Place `yaml:"now"`
	// Why says what is different, Facts for which reasons.
	Why   string   `yaml:"why"`
	Facts []string `yaml:"facts"`
}

// Place is a root by its place (primary, not us-east-1) and an address in it.
type Place struct{ Root, Address string }

// UnmarshalText reads "primary aws_vpc.payment".
func (p *Place) UnmarshalText(text []byte) error {
	root, address, ok := strings.Cut(string(text), " ")
	if !ok {
		return fmt.Errorf("place %q: want a root and an address", text)
	}
	p.Root, p.Address = root, address
	return nil
}

// OriginalOutput is one output of the original and the root that has it now.
type OriginalOutput struct {
	Name string `yaml:"name"`
	Root string `yaml:"root"`
}

// Group is a part of what we add, by patterns of addresses.
type Group struct {
	Title string   `yaml:"title"`
	Roots []string `yaml:"roots"`
	Match []string `yaml:"match"`
	Why   string   `yaml:"why"`
	Facts []string `yaml:"facts"`
	// When are the settings (key=value) with which the group exists; none means the default configuration.
	When []string `yaml:"when"`
}

// Fact is a reason that can be read somewhere. One without a source is read in the original itself.
type Fact struct {
	Says    string   `yaml:"says"`
	Sources []string `yaml:"sources"`
}

// Data is everything that is written by hand.
type Data struct {
	Original Original
	Added    []Group
	Facts    map[string]Fact
}

// Load reads the data that is part of the program.
func Load() (Data, error) {
	var data Data
	for _, part := range []struct {
		name string
		text []byte
		into any
	}{
		{"original.yaml", originalYAML, &data.Original},
		{"added.yaml", addedYAML, &data.Added},
		{"facts.yaml", factsYAML, &data.Facts},
	} {
		if err := yaml.NewDecoder(bytes.NewReader(part.text), yaml.DisallowUnknownField()).Decode(part.into); err != nil {
			return Data{}, fmt.Errorf("read %s: %w", part.name, err)
		}
	}
	return data, nil
}

// Types are the resource types of the original, in the order of their first use.
func (o Original) Types() []string {
	var types []string
	seen := map[string]bool{}
	for _, r := range o.Resources {
		if !seen[r.Type] {
			seen[r.Type] = true
			types = append(types, r.Type)
		}
	}
	return types
}
