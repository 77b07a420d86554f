package apply

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// expressions use every function at least once. The real engine evaluates them, too, and must agree.
var expressions = []string{
	`abs(-3)`, `ceil(1.2)`, `floor(1.8)`, `log(8, 2)`, `max(1, 3, 2)`, `min(1, 3, 2)`, `parseint("ff", 16)`, `pow(2, 10)`, `signum(-7)`,
	`chomp("a\n\n")`, `format("%s-%03d-%.2f-%q-%%", "x", 7, 1.5, "y")`, `formatlist("%s!", ["a", "b"])`, `indent(2, "a\nb")`,
	`join(",", ["a", "b"])`, `lower("ÄB")`, `upper("äb")`, `title("a b")`, `regex("[a-z]+", "12ab")`, `regex("(?P<n>[0-9]+)", "a12")`,
	`regexall("[0-9]", "a1b2")`, `split(",", "a,b,")`, `strrev("abc")`, `substr("hello", 1, 3)`, `substr("hello", -3, -1)`, `trim("xxaxx", "x")`, `trimprefix("xa", "x")`,
	`trimspace("  a ")`, `trimsuffix("ax", "x")`, `replace("a.b.c", ".", "-")`, `replace("a1b22", "/[0-9]+/", "<$0>")`, `replace("abc", "/(b)/", "[$1]")`,
	`replace("a/b", "/", "-")`, `startswith("ab", "a")`, `endswith("ab", "a")`, `strcontains("abc", "b")`,
	`chunklist(["a", "b", "c"], 2)`, `coalesce(null, "", "b")`, `coalesce(null, 1, 2)`, `coalescelist([], ["a"])`, `compact(["a", "", null])`,
	`concat(["a"], ["b"])`, `contains(["a"], "a")`, `distinct(["a", "b", "a"])`, `element(["a", "b"], 3)`, `flatten([["a"], [["b"]]])`,
	`keys({ b = 1, a = 2 })`, `length("äöü")`, `length([1, 2])`, `length({ a = 1 })`, `length(toset(["a", "a"]))`, `lookup({ a = 1 }, "a", 0)`, `lookup({ a = 1 }, "b", 0)`,
	`lookup(tomap({ a = "x" }), "b", "y")`, `merge({ a = 1 }, { b = 2 }, { a = 3 })`, `range(3)`, `range(1, 7, 2)`, `reverse(["a", "b"])`,
	`setintersection(["a", "b"], ["b"])`, `setproduct(["a", "b"], ["x"])`, `setsubtract(["a", "b"], ["b"])`, `setunion(["a"], ["b"])`,
	`slice(["a", "b", "c"], 1, 3)`, `sort(["b", "a"])`, `sum([1, 2.5])`, `values({ b = 1, a = 2 })`, `zipmap(["a"], [1])`, `one([])`, `one(["a"])`, `one(toset(["a"]))`,
	`alltrue([true, "true"])`, `alltrue([true, null])`, `alltrue([])`, `anytrue([false, null])`, `anytrue([false, true])`,
	`tostring(1)`, `tonumber("1.50")`, `tobool("true")`, `tolist(toset(["b", "a"]))`, `toset(["b", "a", "b"])`, `tomap({ a = 1 })`,
	`try(tonumber("x"), "fallback")`, `try({ a = 1 }.b, 2)`, `can(tonumber("x"))`, `nonsensitive(sensitive("x"))`,
	`jsonencode({ b = [1, true, null], a = "<&>\"ä" })`, `jsonencode(toset(["b", "a"]))`, `jsonencode(1.50)`, `jsonencode(123456789012345678)`, `jsondecode("{\"a\":[1,\"x\",null]}")`, `csvdecode("a,b\n1,2")`,
	`base64encode("ä")`, `base64decode("YWI=")`, `urlencode("a b&ä/")`, `md5("a")`, `sha1("a")`, `sha256("a")`, `sha512("a")`, `base64sha256("a")`, `base64sha512("a")`,
	`cidrhost("10.0.0.0/16", 5)`, `cidrhost("10.0.3.7/16", -2)`, `cidrhost("fd00::/64", 17)`, `cidrnetmask("10.0.0.0/20")`, `cidrsubnet("10.0.0.0/16", 8, 3)`,
	`cidrsubnet("10.0.7.9/16", 4, 15)`, `cidrsubnet("fd00::/56", 8, 10)`, `cidrsubnets("10.0.0.0/16", 4, 4, 8, 4)`, `cidrsubnets("10.0.0.0/16")`,
	`formatdate("YYYY-MM-DD", "2026-01-02T03:04:05Z")`, `timeadd("2026-01-02T03:04:05Z", "1h")`, `basename("a/b.c")`, `dirname("a/b.c")`,
	`file("text.txt")`, `filebase64("text.txt")`, `filebase64sha256("text.txt")`, `filebase64sha512("text.txt")`, `filemd5("text.txt")`, `filesha1("text.txt")`, `filesha256("${path.module}/text.txt")`,
	`filesha512("text.txt")`, `fileexists("text.txt")`, `fileexists("no.txt")`, `ephemeralasnull("x")`,
	// The language itself.
	`1 + 2 * 3 % 4 - -1`, `!true || 1 >= 2 && "a" != "b"`, `true ? "a" : 1`, `[for x in ["a", "b"] : upper(x) if x != "a"]`, `{ for k, v in { a = 1 } : v => k... }`,
	`"%{ for x in ["a", "b"] }${x},%{ endfor }"`, `"$${a} ${1.0} ${true}"`, "<<-EOT\n    a\n      b\n  EOT\n", `[1, "a", [true]][2][0]`, `{ "a b" = 1, (upper("c")) = 2 }`,
	`[{ a = 1 }, { a = 2 }][*].a`, `null == null`, `terraform.workspace`, `9007199254740993 + 0`, `1 / 3`,
}

func expressionRoot() map[string]string {
	var file strings.Builder
	for i, expression := range expressions {
		fmt.Fprintf(&file, "output \"o%03d\" {\n  value = %s\n}\n", i, expression)
	}
	return map[string]string{"r/main.tf": file.String(), "r/text.txt": "a text\nwith ä\n"}
}

func TestTheRealEngineAgreesOnFunctions(t *testing.T) {
	t.Parallel()
	folder := write(t, expressionRoot())
	_, outputs := realEngine(t, folder, "r")
	_, engine := newCloud()
	mustApply(t, engine, folder)
	got := engine.Outputs("r")
	for i, expression := range expressions {
		name := fmt.Sprintf("o%03d", i)
		want, exists := outputs["r"][name]
		if !exists {
			want = []byte("null") // it keeps no output that is null
		}
		if text := encoded(t, got[name]); text != canonical(t, want) {
			t.Errorf("%s is %s, the real engine says %s", expression, text, want)
		}
	}
}

func TestEveryFunctionIsInTheExpressions(t *testing.T) {
	used := map[string]bool{}
	for _, expression := range expressions {
		parsed, diagnostics := hclsyntax.ParseExpression([]byte(expression), "x", hcl.InitialPos)
		if diagnostics.HasErrors() {
			t.Fatalf("%s: %v", expression, diagnostics)
		}
		_ = hclsyntax.VisitAll(parsed, func(n hclsyntax.Node) hcl.Diagnostics {
			if call, isCall := n.(*hclsyntax.FunctionCallExpr); isCall {
				used[call.Name] = true
			}
			return nil
		})
	}
	for name := range newFunctions(".", &fileCache{}).table {
		if !used[name] {
			t.Errorf("no expression calls %s", name)
		}
		if _, also := elsewhere[name]; also {
			t.Errorf("%s is supported and also listed as unsupported", name)
		}
	}
}

func TestFunctionsRefuse(t *testing.T) {
	for expression, want := range map[string]string{
		`lookup({ a = 1 }, "b")`: `the map has no key "b"`, `one(["a", "b"])`: "at most one element", `sum([])`: "with elements",
		`cidrsubnet("10.0.0.0/16", 20, 0)`: "cannot be divided by 20 more bits", `cidrsubnet("10.0.0.0/16", 2, 4)`: "2 bits have no number 4",
		`cidrhost("10.0.0.0/30", 4)`: "has no host 4", `cidrhost("10.0.0.0", 4)`: "is not an address range", `base64decode("!")`: "not base64",
		`coalesce("", null)`: "neither null nor an empty text", `tonumber("x")`: "number", `cidrsubnets("10.0.0.0/30", 1, 1, 1)`: "no room",
	} {
		_, engine := newCloud()
		err := engine.Check(write(t, map[string]string{"r/main.tf": "output \"o\" {\n  value = " + expression + "\n}\n"}))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "r/main.tf:2: output.o: ") {
			t.Errorf("%s: error %v, want %q", expression, err, want)
		}
	}
}
