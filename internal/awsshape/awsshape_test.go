package awsshape

import (
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

func open(t *testing.T) *Catalogue {
	t.Helper()
	catalogue, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// resources are the schemas of all resource types by name.
func resources(t *testing.T) map[string]Schema {
	t.Helper()
	catalogue, found := open(t), map[string]Schema{}
	for _, each := range schema.Types() {
		kind, name, _ := strings.Cut(each, " ")
		parsed, err := catalogue.Schema(kind, name)
		if err != nil {
			t.Fatal(err)
		}
		if kind == Resource {
			found[name] = parsed
		}
	}
	return found
}

// TestEveryTypeHasAnIdentity: a type without one would get ids and ARNs without
// meaning, which later roots would take for real.
func TestEveryTypeHasAnIdentity(t *testing.T) {
	for typeName, each := range resources(t) {
		arn, exists := each.Block.Attributes["arn"]
		if exists && arn.Computed && identities[typeName]["arn"] == "" {
			t.Errorf("%s has an arn and no shape for it in identities", typeName)
		}
	}
}

// TestTablesNameTheSchema finds misspelt types and attributes.
func TestTablesNameTheSchema(t *testing.T) {
	known := resources(t)
	for typeName, names := range forceNew {
		each, exists := known[typeName]
		if !exists {
			continue // hclgen's schema is trimmed to the types in use
		}
		for _, name := range names {
			if !each.Object.HasAttribute(name) {
				t.Errorf("forceNew: %s has no %s", typeName, name)
			}
		}
	}
	for typeName, shapes := range identities {
		each, exists := known[typeName]
		for path := range shapes {
			if name, _, _ := strings.Cut(path, "."); exists && !each.Object.HasAttribute(name) {
				t.Errorf("identities: %s has no %s", typeName, name)
			}
		}
	}
}

func TestUnknownType(t *testing.T) {
	if _, err := open(t).Schema(Resource, "aws_nothing"); err == nil || !strings.Contains(err.Error(), "resource aws_nothing") {
		t.Errorf("Schema(aws_nothing) = %v, want an error that names it", err)
	}
}
