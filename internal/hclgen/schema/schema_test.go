package schema_test

import (
	"encoding/json"
	"sort"
	"testing"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

// TestTypesAndDataAgree fails when types.txt was edited and the data was not
// refreshed, or the reverse.
func TestTypesAndDataAgree(t *testing.T) {
	reader, err := schema.Open()
	if err != nil {
		t.Fatal(err)
	}
	var document schema.Document
	if err := json.NewDecoder(reader).Decode(&document); err != nil {
		t.Fatal(err)
	}
	provider, err := document.Aws()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, name := range schema.Types() {
		if listed[name] {
			t.Errorf("types.txt lists %s twice", name)
		}
		listed[name] = true
	}
	var held []string
	for kind, entries := range provider.Kinds() {
		for name := range entries {
			held = append(held, kind+" "+name)
		}
	}
	sort.Strings(held)
	for _, name := range held {
		if !listed[name] {
			t.Errorf("schema.json.gz holds %s, types.txt does not list it", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("types.txt lists %s, schema.json.gz does not hold it: refresh (README.md)", name)
	}
}
