package hclgen

import (
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/hclgen/schema"
)

// TestEveryTypeOfTheEmbeddedSchemaIsUsable decodes each listed type.
func TestEveryTypeOfTheEmbeddedSchemaIsUsable(t *testing.T) {
	s := schemaForTest(t)
	for _, kindAndName := range append(schema.Types(), "data terraform_remote_state", "provider aws") {
		kind, name, _ := strings.Cut(kindAndName, " ")
		found, err := s.lookup(kind, name)
		if err != nil || found == nil {
			t.Errorf("look up %s: %v, %v", kindAndName, found, err)
			continue
		}
		if len(found.attributes) == 0 {
			t.Errorf("%s has no attributes", kindAndName)
		}
	}
}

func TestParseSchemaRefusesWhatItCannotUse(t *testing.T) {
	for name, test := range map[string]struct{ input, want string }{
		"no JSON":     {"resource {}", "decode provider schema"},
		"no provider": {`{"provider_schemas":{"registry.opentofu.org/hashicorp/random":{}}}`, "none is aws"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseSchema(strings.NewReader(test.input)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestCheckReportsABrokenSchemaEntry(t *testing.T) {
	s, err := ParseSchema(strings.NewReader(`{"provider_schemas":{"x/aws":{"resource_schemas":{"aws_vpc":{"block":{"attributes":{"a":{"type":"strin"}}}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	m := NewModule("m")
	m.Resource("main.tf", "aws_vpc", "v")
	faults := m.Check(s)
	if len(faults) != 1 || !strings.Contains(faults[0].What, `attribute a: read type "strin": unknown name`) {
		t.Errorf("got %v", faults)
	}
}

func TestParsePath(t *testing.T) {
	for path, want := range map[string]string{
		"id": "id", ".id": "id", "a[0].b": "a|[0]|b", `a["x.y"].b`: `a|["x.y"]|b`, "[each.key].id": "[each.key]|id", "a.0.b": "a|[0]|b", "a[*].b": "a|[*]|b",
		"a..b": "error", "a.": "error", "a[": "error", "a[]": "error", "a b": "error",
	} {
		steps, err := parsePath(path)
		parts := make([]string, len(steps))
		for i, step := range steps {
			parts[i] = step.String()
		}
		got := strings.Join(parts, "|")
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("parsePath(%q) = %q, want %q", path, got, want)
		}
	}
}
