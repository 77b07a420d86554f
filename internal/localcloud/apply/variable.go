package apply

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// given is a value for a variable from a file, and where it stands.
type given struct {
	value cty.Value
	place hcl.Range
}

// readGiven reads terraform.tfvars and *.auto.tfvars, later files over earlier ones as in the engine.
func (r *root) readGiven(entries []fs.DirEntry) error {
	var first, then []string
	for _, entry := range entries {
		plain := strings.TrimSuffix(entry.Name(), ".json")
		switch {
		case entry.IsDir():
		case plain == "terraform.tfvars":
			first = append(first, entry.Name())
		case strings.HasSuffix(plain, ".auto.tfvars"):
			then = append(then, entry.Name())
		}
	}
	for _, file := range append(first, then...) {
		content, err := os.ReadFile(filepath.Join(r.directory, file))
		if err != nil {
			return err
		}
		place := r.name + "/" + file
		parsed, diagnostics := parseValues(content, place)
		var attributes hcl.Attributes
		if !diagnostics.HasErrors() {
			attributes, diagnostics = parsed.Body.JustAttributes()
		}
		for name, attribute := range attributes {
			value, more := attribute.Expr.Value(nil)
			diagnostics = append(diagnostics, more...)
			r.given[name] = given{value, attribute.NameRange}
		}
		r.faults = append(r.faults, faultsOf(diagnostics, hcl.Range{Filename: place}, "")...)
	}
	return nil
}

func parseValues(content []byte, place string) (*hcl.File, hcl.Diagnostics) {
	if strings.HasSuffix(place, ".json") {
		return hcljson.Parse(content, place)
	}
	return hclsyntax.ParseConfig(content, place, hcl.InitialPos)
}

// variable is an input variable. Its value is from a file, else its default.
type variable struct {
	typ      cty.Type
	defaults *typeexpr.Defaults
	nullable bool
	marks    []mark
	value    given
	set      bool
	rules    []*rule
}

var variableSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "type"}, {Name: "default"}, {Name: "description"}, {Name: "sensitive"}, {Name: "nullable"},
		{Name: "ephemeral"}, {Name: "deprecated"}},
	Blocks: []hcl.BlockHeaderSchema{{Type: "validation"}},
}

func (r *root) declareVariable(block *hclsyntax.Block, place hcl.Range) {
	n := &node{key: "var." + block.Labels[0], place: place}
	content, diagnostics := block.Body.Content(variableSchema)
	v := &variable{typ: cty.DynamicPseudoType, nullable: true}
	n.part = v
	if attribute, exists := content.Attributes["type"]; exists {
		typ, defaults, more := typeexpr.TypeConstraintWithDefaults(attribute.Expr)
		v.typ, v.defaults = typ, defaults
		diagnostics = append(diagnostics, more...)
	}
	if attribute, exists := content.Attributes["default"]; exists {
		value, more := attribute.Expr.Value(nil)
		diagnostics = append(diagnostics, more...)
		v.value, v.set = given{value, attribute.Expr.Range()}, true
	}
	if from, exists := r.given[block.Labels[0]]; exists {
		v.value, v.set = from, true
	}
	for name, apply := range map[string]func(bool){
		"sensitive": func(on bool) { v.markIf(on, sensitive) }, "ephemeral": func(on bool) { v.markIf(on, ephemeral) },
		"nullable": func(on bool) { v.nullable = on },
	} {
		on, exists, more := constant(content.Attributes[name])
		diagnostics = append(diagnostics, more...)
		if exists {
			apply(on)
		}
	}
	for _, validation := range content.Blocks {
		parsed, more := parseRule(validation)
		diagnostics = append(diagnostics, more...)
		if parsed != nil {
			v.rules = append(v.rules, parsed)
			n.uses = append(n.uses, parsed.others(n.key)...)
		}
	}
	if !v.set {
		r.fault(place, n.key, "has no value and no default", "give it a default, or a value in terraform.tfvars")
	}
	r.faults = append(r.faults, faultsOf(diagnostics, place, n.key)...)
	r.add(n)
}

func (v *variable) markIf(on bool, m mark) {
	if on {
		v.marks = append(v.marks, m)
	}
}

func (v *variable) evaluate(r *run, n *node) (cty.Value, Faults, error) {
	if !v.set {
		return cty.DynamicVal, nil, nil
	}
	value := v.value.value
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	value, err := convert.Convert(value, v.typ)
	if err != nil {
		return cty.DynamicVal, Faults{at(v.value.place, n.key, fmt.Sprintf("value does not fit the variable's type: %v", err), "")}, nil
	}
	if value.IsNull() && !v.nullable {
		return cty.DynamicVal, Faults{at(v.value.place, n.key, "may not be null", "")}, nil
	}
	for _, m := range v.marks {
		value = value.Mark(m)
	}
	var faults Faults
	for _, rule := range v.rules {
		scope := r.scope(n)
		setName(scope, "var", strings.TrimPrefix(n.key, "var."), value)
		faults = append(faults, rule.check(scope, n.key)...)
	}
	return value, faults, nil
}

// constant is a bool that needs no evaluation.
func constant(attribute *hcl.Attribute) (on, exists bool, diagnostics hcl.Diagnostics) {
	if attribute == nil {
		return false, false, nil
	}
	value, diagnostics := attribute.Expr.Value(nil)
	if diagnostics.HasErrors() {
		return false, false, diagnostics
	}
	value, err := convert.Convert(value, cty.Bool)
	if err != nil || value.IsNull() {
		return false, false, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Not a constant",
			Detail: attribute.Name + " must be true or false", Subject: attribute.Expr.Range().Ptr()}}
	}
	return value.True(), true, nil
}
