package cost

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// System is what the files declare.
type System struct {
	Resources []Resource
	// Roots are the root folders in the order in which they are deployed, as far as their names tell: by first resource.
	Roots []string
}

// Resource is one resource block of a file.
type Resource struct {
	Root, File string
	Address    string
	Type, Name string
	// Region is the resource's own region argument, else the Region of its root's provider.
	Region string
	body   *hclsyntax.Body
	locals map[string]hclsyntax.Expression
}

// Concern is the file without its ending: what the resource is part of.
func (r Resource) Concern() string { return strings.TrimSuffix(r.File, ".tf") }

// Read parses the .tf files, given by their path below the output folder; a root is a folder.
func Read(files map[string][]byte) (System, error) {
	var system System
	byRoot := map[string][]string{}
	for name := range files {
		if path.Ext(name) == ".tf" && strings.Count(name, "/") == 1 {
			byRoot[path.Dir(name)] = append(byRoot[path.Dir(name)], name)
		}
	}
	if len(byRoot) == 0 {
		return System{}, fmt.Errorf("read roots: no .tf file in any folder")
	}
	for _, root := range slices.SortedFunc(maps.Keys(byRoot), deployOrder) {
		slices.Sort(byRoot[root])
		resources, err := readRoot(root, byRoot[root], files)
		if err != nil {
			return System{}, err
		}
		system.Roots = append(system.Roots, root)
		system.Resources = append(system.Resources, resources...)
	}
	return system, nil
}

// deployOrder puts what exists before the Regions first, and link last.
func deployOrder(a, b string) int {
	rank := map[string]int{"bootstrap": -2, "global": -1, "link": 1}
	if rank[a] != rank[b] {
		return rank[a] - rank[b]
	}
	return strings.Compare(a, b)
}

func readRoot(root string, names []string, files map[string][]byte) ([]Resource, error) {
	locals := map[string]hclsyntax.Expression{}
	var resources []Resource
	region := ""
	for _, name := range names {
		parsed, diagnostics := hclsyntax.ParseConfig(files[name], name, hcl.InitialPos)
		if diagnostics.HasErrors() {
			return nil, fmt.Errorf("parse %s: %w", name, diagnostics)
		}
		for _, block := range parsed.Body.(*hclsyntax.Body).Blocks {
			switch block.Type {
			case "locals":
				for local, attribute := range block.Body.Attributes {
					locals[local] = attribute.Expr
				}
			case "provider":
				if r := (Resource{body: block.Body}); block.Body.Attributes["alias"] == nil {
					region = r.text("region")
				}
			case "resource":
				resources = append(resources, Resource{
					Root: root, File: path.Base(name), Type: block.Labels[0], Name: block.Labels[1],
					Address: block.Labels[0] + "." + block.Labels[1], body: block.Body, locals: locals,
				})
			}
		}
	}
	for i := range resources {
		r := &resources[i]
		if r.Region = r.text("region"); r.Region == "" {
			r.Region = region
		}
		for _, repeated := range []string{"count", "for_each"} {
			if r.body.Attributes[repeated] != nil {
				return nil, fmt.Errorf("read %s/%s: %s is not understood", root, r.Address, repeated)
			}
		}
	}
	return resources, nil
}

// value is a literal attribute, or cty.NilVal.
func (r Resource) value(name string) cty.Value {
	attribute := r.body.Attributes[name]
	if attribute == nil {
		return cty.NilVal
	}
	value, diagnostics := attribute.Expr.Value(nil)
	if diagnostics.HasErrors() {
		return cty.NilVal
	}
	return value
}

// text is a literal string attribute, or "".
func (r Resource) text(name string) string {
	if value := r.value(name); value != cty.NilVal && value.Type() == cty.String {
		return value.AsString()
	}
	return ""
}

// number is a literal number attribute, or 0.
func (r Resource) number(name string) float64 {
	if value := r.value(name); value != cty.NilVal && value.Type() == cty.Number {
		number, _ := value.AsBigFloat().Float64()
		return number
	}
	return 0
}

// is says whether a literal attribute is true.
func (r Resource) is(name string) bool {
	value := r.value(name)
	return value != cty.NilVal && value.Type() == cty.Bool && value.True()
}

// length counts the elements of a list attribute, through a local value if it names one.
func (r Resource) length(name string) int {
	attribute := r.body.Attributes[name]
	if attribute == nil {
		return 0
	}
	expression := attribute.Expr
	if traversal, ok := expression.(*hclsyntax.ScopeTraversalExpr); ok && traversal.Traversal.RootName() == "local" && len(traversal.Traversal) == 2 {
		if step, ok := traversal.Traversal[1].(hcl.TraverseAttr); ok && r.locals[step.Name] != nil {
			expression = r.locals[step.Name]
		}
	}
	if list, ok := expression.(*hclsyntax.TupleConsExpr); ok {
		return len(list.Exprs)
	}
	return 0
}

// blocks are the nested blocks of a kind.
func (r Resource) blocks(kind string) []Resource {
	var found []Resource
	for _, block := range r.body.Blocks {
		if block.Type == kind {
			found = append(found, Resource{body: block.Body, locals: r.locals, Region: r.Region})
		}
	}
	return found
}

// refers is the address of the first resource that an attribute refers to, or "".
func (r Resource) refers(name string) string {
	attribute := r.body.Attributes[name]
	if attribute == nil {
		return ""
	}
	for _, traversal := range attribute.Expr.Variables() {
		if step, ok := index(traversal, 1); ok && strings.HasPrefix(traversal.RootName(), "aws_") {
			return traversal.RootName() + "." + step
		}
	}
	return ""
}

func index(traversal hcl.Traversal, i int) (string, bool) {
	if len(traversal) <= i {
		return "", false
	}
	step, ok := traversal[i].(hcl.TraverseAttr)
	return step.Name, ok
}

// entry is a literal string in an object attribute, or "".
func (r Resource) entry(name, key string) string {
	attribute := r.body.Attributes[name]
	if attribute == nil {
		return ""
	}
	object, ok := attribute.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return ""
	}
	for _, item := range object.Items {
		if keyword := hcl.ExprAsKeyword(item.KeyExpr); keyword == key {
			if value, diagnostics := item.ValueExpr.Value(nil); !diagnostics.HasErrors() && value.Type() == cty.String {
				return value.AsString()
			}
		}
	}
	return ""
}

// leading are the second elements of all lists in the resource that begin with a text: the metrics of a namespace.
func (r Resource) leading(first string) []string {
	var found []string
	_ = hclsyntax.VisitAll(r.body, func(node hclsyntax.Node) hcl.Diagnostics {
		list, ok := node.(*hclsyntax.TupleConsExpr)
		if !ok || len(list.Exprs) < 2 {
			return nil
		}
		head, headDiagnostics := list.Exprs[0].Value(nil)
		next, nextDiagnostics := list.Exprs[1].Value(nil)
		if headDiagnostics.HasErrors() || nextDiagnostics.HasErrors() || head.Type() != cty.String || next.Type() != cty.String {
			return nil
		}
		if head.AsString() == first {
			found = append(found, next.AsString())
		}
		return nil
	})
	return found
}
