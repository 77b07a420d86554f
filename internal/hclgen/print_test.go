package hclgen_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/paymentdr/paymentdr/internal/hclgen"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew; then read the diff")

// canonical fails unless the file parses and equals its own canonical format.
func canonical(t *testing.T, name string, content []byte) {
	t.Helper()
	if _, diagnostics := hclsyntax.ParseConfig(content, name, hcl.InitialPos); diagnostics.HasErrors() {
		t.Fatalf("parse %s: %v\n%s", name, diagnostics, content)
	}
	if formatted := hclwrite.Format(content); !bytes.Equal(formatted, content) {
		t.Errorf("%s is not canonical; got\n%s\nwant\n%s", name, content, formatted)
	}
	for i, line := range bytes.Split(content, []byte("\n")) {
		if bytes.HasSuffix(line, []byte(" ")) {
			t.Errorf("%s:%d: trailing blank in %q", name, i+1, line)
		}
	}
}

func TestFilesEqualGoldens(t *testing.T) {
	for name, build := range goldenModules() {
		t.Run(name, func(t *testing.T) {
			for file, content := range build().Files() {
				canonical(t, file, content)
				golden := filepath.Join("testdata", name, file)
				if *rewrite {
					if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(golden, content, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(content, want) {
					t.Errorf("%s differs (run with -rewrite, read the diff); got\n%s", golden, content)
				}
			}
		})
	}
}

func goldenModules() map[string]func() *hclgen.Module {
	return map[string]func() *hclgen.Module{"layout": layoutModule, "root": rootModule}
}
