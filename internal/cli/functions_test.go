package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
)

const functionPackages = "github.com/paymentdr/paymentdr/internal/function/"

// A function whose package has the typed answer NotAvailableError does not do its work yet.
func TestUnavailableFunctionsAreThose(t *testing.T) {
	var want []string
	for _, function := range config.Functions() {
		main := parse(t, filepath.Join("..", "..", "cmd", "lambda", function, "main.go"))
		packages := 0
		for _, imported := range main.Imports {
			name, ours := strings.CutPrefix(strings.Trim(imported.Path.Value, `"`), functionPackages)
			if !ours {
				continue
			}
			packages++
			if declares(t, filepath.Join("..", "function", name), "NotAvailableError") {
				want = append(want, function)
			}
		}
		if packages != 1 {
			t.Errorf("%s imports %d packages below %s, want one", function, packages, functionPackages)
		}
	}
	if !slices.Equal(unavailableFunctions, want) {
		t.Errorf("unavailableFunctions is %v, the source says %v", unavailableFunctions, want)
	}
}

// declares says whether a file of the folder declares the type.
func declares(t *testing.T, folder, typeName string) bool {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		found := false
		ast.Inspect(parse(t, filepath.Join(folder, entry.Name())), func(node ast.Node) bool {
			spec, isType := node.(*ast.TypeSpec)
			found = found || isType && spec.Name.Name == typeName
			return true
		})
		if found {
			return true
		}
	}
	return false
}

func parse(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
