package hclgen_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
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
		parts = append(parts, "") // no parts at all are an empty string, too
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

// anyValue draws a value of any shape, no deeper than depth.
func anyValue(t *rapid.T, depth int) any {
	shapes := 5
	if depth > 0 {
		shapes = 9
	}
	items := func() []any {
		drawn := make([]any, rapid.IntRange(0, 4).Draw(t, "length"))
		for i := range drawn {
			drawn[i] = anyValue(t, depth-1)
		}
		return drawn
	}
	switch rapid.IntRange(0, shapes).Draw(t, "shape") {
	case 0:
		return awkward.Draw(t, "text")
	case 1:
		return rapid.IntRange(-1000, 1000).Draw(t, "number")
	case 2:
		return rapid.Bool().Draw(t, "bool")
	case 3:
		return nil
	case 4:
		return hclgen.Heredoc(awkward.Draw(t, "heredoc") + "\n")
	case 5:
		return strings.Repeat("long ", rapid.IntRange(0, 30).Draw(t, "words"))
	case 6:
		return hclgen.List(items()...)
	case 7:
		return hclgen.Call(rapid.SampledFrom([]string{"merge", "jsonencode", "concat"}).Draw(t, "function"), items()...)
	}
	object := map[string]any{}
	for _, item := range items() {
		object[rapid.OneOf(awkward, rapid.StringMatching("[a-z_]{1,30}"), rapid.SampledFrom([]string{"for", "in", "if", "null"})).Draw(t, "key")] = item
	}
	return object
}

func TestAnyModulePrintsCanonically(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := hclgen.NewModule("m")
		b := m.Resource("main.tf", "example", "x").Why(awkward.Draw(t, "why"))
		for range rapid.IntRange(0, 2).Draw(t, "depth") {
			for range rapid.IntRange(0, 5).Draw(t, "attributes") {
				b.Set(rapid.StringMatching("[a-z_][a-z0-9_]{0,20}").Draw(t, "name"), anyValue(t, 3))
			}
			b = b.Block("nested")
		}
		content := m.Files()["main.tf"]
		if _, diagnostics := hclsyntax.ParseConfig(content, "main.tf", hcl.InitialPos); diagnostics.HasErrors() {
			t.Fatalf("parse: %v\n%s", diagnostics, content)
		}
		if formatted := hclwrite.Format(content); string(formatted) != string(content) {
			t.Fatalf("not canonical; got\n%s\nwant\n%s", content, formatted)
		}
	})
}

// TestCheckNeverPanics builds nonsense from real and invented names: it must come
// back as faults.
func TestCheckNeverPanics(t *testing.T) {
	s, err := hclgen.LoadSchema()
	if err != nil {
		t.Fatal(err)
	}
	types := []string{"aws_vpc", "aws_dynamodb_table", "aws_route53_record", "aws_iam_policy", "aws_cloudwatch_metric_alarm", "aws_rds_cluster", "nothing"}
	names := []string{"name", "policy", "hash_key", "replica", "tags", "records", "ttl", "alarm_actions", "region", "provider", "count", "for_each",
		"lifecycle", "dynamic", "attribute", "metric_query", "content", "ignore_changes", "alias", "threshold", "health_check_id", "no_such"}
	paths := []string{"", "id", "[0]", "[*].id", "tags[\"a\"]", "replica[0].arn", "..", "[", "a.b.c"}
	rapid.Check(t, func(t *rapid.T) {
		m := hclgen.NewModule("m").Regions("us-east-1", "us-west-2")
		blocks := []*hclgen.Block{nil, m.Variable("v.tf", "x"), m.Output("v.tf", "x"), m.Provider("v.tf", "aws"), m.Terraform("v.tf"), new(hclgen.Block)}
		value := func() any {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				return rapid.SampledFrom(blocks).Draw(t, "block").Ref(rapid.SampledFrom(paths).Draw(t, "path"))
			case 1:
				return hclgen.Keyword(rapid.SampledFrom([]string{"all", "aws_vpc.a.id", "var.x", "data.x", "local.l", "each.key", "", "a["}).Draw(t, "word"))
			case 2:
				return m.Local("v.tf", "l", anyValue(t, 1))
			}
			return anyValue(t, 3)
		}
		for range rapid.IntRange(0, 6).Draw(t, "blocks") {
			b := m.Resource("main.tf", rapid.SampledFrom(types).Draw(t, "type"), rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "name"))
			blocks = append(blocks, b)
			for range rapid.IntRange(0, 8).Draw(t, "items") {
				name := rapid.SampledFrom(names).Draw(t, "item")
				if rapid.Bool().Draw(t, "nested") {
					b.Block(name).Set(rapid.SampledFrom(names).Draw(t, "inner"), value())
				} else {
					b.Set(name, value())
				}
			}
			b.DependsOn(rapid.SampledFrom(blocks).Draw(t, "depends")).Lifecycle(nil)
		}
		m.Files()
		for _, fault := range m.Check(s) {
			if fault.What == "" || fault.Fix == "" || fault.File == "" || fault.Address == "" {
				t.Fatalf("fault lacks a part: %#v", fault)
			}
		}
	})
}
