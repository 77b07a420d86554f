package apply

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/dynblock"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// resource is a block of a resource, data source or ephemeral resource, with all its instances.
type resource struct {
	mode       Mode
	typ, label string
	schema     *typeSchema
	body       hcl.Body        // arguments only
	source     *hclsyntax.Body // as written
	// count and each are the repeating arguments, nil where the block has none.
	count, each hcl.Expression
	provider    string // key of the provider's node
	lifecycle   lifecycle
	// arguments are the references in the arguments.
	arguments []hcl.Traversal
	// before and afterwards are its preconditions and postconditions.
	before, afterwards []*rule
}

// prefixes of the references to a mode's blocks.
var prefixes = map[Mode]string{Managed: "", Data: "data.", Ephemeral: "ephemeral."}

var schemaKinds = map[Mode]string{Managed: kindResource, Data: kindData, Ephemeral: kindEphemeral}

var metaSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "count"}, {Name: "for_each"}, {Name: "provider"}, {Name: "depends_on"}},
	Blocks: []hcl.BlockHeaderSchema{{Type: "lifecycle"}, {Type: "connection"},
		{Type: "provisioner", LabelNames: []string{"type"}}},
}

func (r *root) declareResource(block *hclsyntax.Block, place hcl.Range, mode Mode) {
	typ, label := block.Labels[0], block.Labels[1]
	n := &node{key: prefixes[mode] + typ + "." + label, place: place}
	res := &resource{mode: mode, typ: typ, label: label, source: block.Body}
	n.part = res
	defer r.add(n)
	catalogue, err := embedded()
	if err == nil {
		res.schema, err = catalogue.lookup(schemaKinds[mode], typ)
	}
	if err != nil {
		r.fault(place, n.key, err.Error(), "")
		return
	}
	content, rest, diagnostics := block.Body.PartialContent(metaSchema)
	res.body = rest
	diagnostics = append(diagnostics, res.readMeta(n, content)...)
	if res.schema == nil {
		r.fault(place, n.key, fmt.Sprintf("the %s type %s is not in the provider's schema that this program holds", mode, typ),
			suggest(typ, catalogue.names(schemaKinds[mode])))
	} else {
		res.arguments = dynblock.VariablesHCLDec(rest, res.schema.spec)
		n.uses = append(n.uses, res.arguments...)
		r.faults = append(r.faults, readOnlyFaults(n.key, block.Body, res.schema.block)...)
	}
	r.faults = append(r.faults, faultsOf(diagnostics, place, n.key)...)
}

// readMeta takes the arguments that every block may have.
func (res *resource) readMeta(n *node, content *hcl.BodyContent) hcl.Diagnostics {
	var diagnostics hcl.Diagnostics
	if attribute, exists := content.Attributes["count"]; exists {
		res.count = attribute.Expr
		n.uses = append(n.uses, attribute.Expr.Variables()...)
	}
	if attribute, exists := content.Attributes["for_each"]; exists {
		res.each = attribute.Expr
		n.uses = append(n.uses, attribute.Expr.Variables()...)
		if res.count != nil {
			diagnostics = diagnostics.Append(problem(attribute.NameRange, "count and for_each exclude each other"))
		}
	}
	res.provider = "provider.aws"
	if attribute, exists := content.Attributes["provider"]; exists {
		traversal, more := hcl.AbsTraversalForExpr(attribute.Expr)
		diagnostics = append(diagnostics, more...)
		res.provider = "provider." + written(traversal)
	}
	after, more := traversals(content.Attributes["depends_on"])
	n.after, diagnostics = after, append(diagnostics, more...)
	for _, block := range content.Blocks {
		if block.Type != "lifecycle" {
			diagnostics = diagnostics.Append(problem(block.DefRange, block.Type+" blocks are not supported"))
			continue
		}
		diagnostics = append(diagnostics, res.readLifecycle(n, block)...)
	}
	return diagnostics
}

func problem(place hcl.Range, what string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Not possible", Detail: what, Subject: &place}
}

// readOnlyFaults refuses values for what only the service sets.
func readOnlyFaults(address string, body *hclsyntax.Body, schema *block) Faults {
	var faults Faults
	for name, attribute := range body.Attributes {
		if known, exists := schema.attributes[name]; exists && known.readOnly() {
			faults = append(faults, at(attribute.NameRange, address, name+" is set by the service", "remove it"))
		}
	}
	for _, inner := range body.Blocks {
		kind, content := inner.Type, inner.Body
		if kind == "dynamic" && len(inner.Labels) == 1 {
			kind, content = inner.Labels[0], dynamicContent(inner.Body)
		}
		if known, exists := schema.blocks[kind]; exists && content != nil {
			faults = append(faults, readOnlyFaults(address, content, known.block)...)
		}
	}
	return faults
}

func dynamicContent(body *hclsyntax.Body) *hclsyntax.Body {
	for _, inner := range body.Blocks {
		if inner.Type == "content" {
			return inner.Body
		}
	}
	return nil
}
