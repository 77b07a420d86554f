package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/jsonschema-go/jsonschema"
)

func TestSchemaIsFresh(t *testing.T) {
	generated, err := generateSchema()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "paymentdr.schema.json", generated)
}

// schemaVerdict is what an editor would say of a file.
func schemaVerdict(t *testing.T, text []byte) error {
	t.Helper()
	var schema jsonschema.Schema
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatalf("read schema: %v", err)
	}
	resolved, err := schema.Resolve(&jsonschema.ResolveOptions{})
	if err != nil {
		t.Fatalf("resolve schema: %v", err)
	}
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		return err
	}
	return resolved.Validate(value)
}

func TestSchemaAcceptsWhatLoadAccepts(t *testing.T) {
	for name, text := range map[string]string{
		"example":          string(ExampleYAML()),
		"no auth":          "api:\n  auth: none\n",
		"empty section":    "alerts:\n",
		"compound time":    "objectives:\n  rto: 1m30s\n",
		"every other kind": "database: {deletion_protection: true, instances: 3}\nalerts: {emails: [a@b.net]}\n",
	} {
		t.Run(name, func(t *testing.T) {
			if err := schemaVerdict(t, []byte(text)); err != nil {
				t.Errorf("schema: %v", err)
			}
			if _, err := loadText(t, text); err != nil {
				t.Errorf("load: %v", err)
			}
		})
	}
}

// TestSchemaRefusesWrongTypes: what a file alone can show, the editor shows too.
func TestSchemaRefusesWrongTypes(t *testing.T) {
	for _, name := range []string{"unknown-key", "wrong-type", "number-without-unit", "region-not-offered", "probe-interval"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", "bad", name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if schemaVerdict(t, text) == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func TestExampleLoadsToDefault(t *testing.T) {
	config, err := loadText(t, string(ExampleYAML()))
	if err != nil {
		t.Fatal(err)
	}
	same(t, config, Default())
	for _, field := range Fields() {
		_, last := cutLast(field.Key)
		if !strings.Contains(string(ExampleYAML()), last+":") {
			t.Errorf("the example lacks %s", field.Key)
		}
	}
}

func TestExampleAndTableAreGolden(t *testing.T) {
	golden(t, "testdata/example.yaml", ExampleYAML())
	golden(t, "testdata/table.md", []byte(MarkdownTable()))
}
