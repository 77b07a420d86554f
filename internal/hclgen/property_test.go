package hclgen_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// awkward are the characters that HCL's scanner treats in its own way, and others.
var awkward = rapid.StringOf(rapid.OneOf(
	rapid.SampledFrom([]rune("$$${{%%}~\"\\\n\r\t #/*aEOT_-\x00\x7f\u00a0\u2028é😀")), rapid.Rune()))

// evaluate reads the attribute value of the module's only block.
func evaluate(t *rapid.T, value any) cty.Value {
	m := hclgen.NewModule("m")
	m.Output("out.tf", "o").Set("value", value)
	content := m.Files()["out.tf"]
	parsed, diagnostics := hclsyntax.ParseConfig(content, "out.tf", hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatalf("parse: %v\n%q", diagnostics, content)
	}
	body := parsed.Body.(*hclsyntax.Body).Blocks[0].Body
	got, diagnostics := body.Attributes["value"].Expr.Value(&hcl.EvalContext{Variables: map[string]cty.Value{
		"var": cty.ObjectVal(map[string]cty.Value{"x": cty.StringVal("<x>")})}})
	if diagnostics.HasErrors() {
		t.Fatalf("evaluate: %v\n%q", diagnostics, content)
	}
	return got
}

func TestAnyStringSurvivesPrinting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := awkward.Draw(t, "text")
		// The engine normalizes text (NFC), whatever a file says; so does StringVal.
		if got, want := evaluate(t, text), cty.StringVal(text); !got.RawEquals(want) {
			t.Fatalf("got %q, want %q", got.AsString(), want.AsString())
		}
	})
}

func TestAnyHeredocSurvivesPrinting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.OneOf(awkward, rapid.SampledFrom([]string{"", "  ", "EOT", "  EOT", "  two", "one", "${a}", "\tx"}))).Draw(t, "lines")
		text := strings.Join(lines, "\n")
		if rapid.Bool().Draw(t, "newline") {
			text += "\n"
		}
		if got, want := evaluate(t, hclgen.Heredoc(text)), cty.StringVal(text); !got.RawEquals(want) {
			t.Fatalf("got %q, want %q", got.AsString(), want.AsString())
		}
	})
}

func TestAnyTemplateSurvivesPrinting(t *testing.T) {
	m := hclgen.NewModule("m")
	x := m.Variable("variables.tf", "x").Ref("")
	rapid.Check(t, func(t *rapid.T) {
		var parts []any
		var want strings.Builder
		for _, text := range rapid.SliceOf(awkward).Draw(t, "texts") {
			parts = append(parts, text)
			want.WriteString(text)
			if rapid.Bool().Draw(t, "reference") {
				parts = append(parts, x)
				want.WriteString("<x>")
			}
		}
		if got := evaluate(t, hclgen.Template(parts...)); !got.RawEquals(cty.StringVal(want.String())) {
			t.Fatalf("got %q, want %q", got.AsString(), want.String())
		}
	})
}

func TestAnyMapKeySurvivesPrintingCanonically(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]any{}
		for _, key := range rapid.SliceOfN(awkward, 0, 5).Draw(t, "keys") {
			values[cty.StringVal(key).AsString()] = rapid.SampledFrom([]any{1, "s", []string{"a"}, map[string]string{"b": "c"}}).Draw(t, "value")
		}
		got := evaluate(t, values)
		if got.LengthInt() != len(values) {
			t.Fatalf("%d keys, want %d", got.LengthInt(), len(values))
		}
		for key := range values {
			if !got.Type().HasAttribute(key) {
				t.Fatalf("no key %q", key)
			}
		}
	})
}
