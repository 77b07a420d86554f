package apply

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

const remoteStateType = "terraform_remote_state"

// location is where a backend keeps a state: a file, or an object of a bucket.
type location struct{ backend, bucket, key string }

// stem is the state's file name without its extension.
func (l location) stem() string {
	base := l.key[strings.LastIndexAny(l.key, `/\`)+1:]
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// remote is a data source terraform_remote_state: the outputs of another root.
type remote struct {
	backend, config, defaults hcl.Expression
	target                    *root
}

var remoteSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "backend", Required: true}, {Name: "config"}, {Name: "defaults"}, {Name: "workspace"},
		{Name: "depends_on"}, {Name: "provider"}},
	Blocks: []hcl.BlockHeaderSchema{{Type: "lifecycle"}},
}

func (r *root) declareRemoteState(block *hclsyntax.Block, place hcl.Range) {
	n := &node{key: "data." + remoteStateType + "." + block.Labels[1], place: place}
	content, diagnostics := block.Body.Content(remoteSchema)
	state := &remote{}
	n.part = state
	for name, expression := range map[string]*hcl.Expression{"backend": &state.backend, "config": &state.config, "defaults": &state.defaults} {
		if attribute, exists := content.Attributes[name]; exists {
			*expression = attribute.Expr
		}
	}
	if attribute, exists := content.Attributes["workspace"]; exists {
		diagnostics = diagnostics.Append(problem(attribute.NameRange, "workspaces are not supported"))
	}
	if state.defaults != nil {
		n.uses = state.defaults.Variables()
	}
	after, more := traversals(content.Attributes["depends_on"])
	n.after = after
	r.faults = append(r.faults, faultsOf(append(diagnostics, more...), place, n.key)...)
	r.add(n)
}

// declareBackend notes where the root's own outputs are kept.
func (r *root) declareBackend(body *hclsyntax.Body) {
	for _, block := range body.Blocks {
		if block.Type != "backend" || len(block.Labels) != 1 {
			continue
		}
		settings := map[string]string{}
		for name, attribute := range block.Body.Attributes {
			if value, diagnostics := attribute.Expr.Value(nil); !diagnostics.HasErrors() {
				settings[name] = text(value)
			}
		}
		r.state, _ = r.locate(block.Labels[0], settings)
	}
}

// locate is the place that settings of a backend mean, seen from the root.
func (r *root) locate(backend string, settings map[string]string) (location, error) {
	switch backend {
	case "local":
		path := settings["path"]
		if path == "" {
			path = "terraform.tfstate"
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(r.directory, path)
		}
		return location{backend: backend, key: filepath.Clean(path)}, nil
	case "s3":
		if settings["key"] == "" {
			return location{}, fmt.Errorf("the backend s3 needs a key")
		}
		return location{backend, settings["bucket"], settings["key"]}, nil
	}
	return location{}, fmt.Errorf("the backend %q is not supported, local and s3 are", backend)
}

// find links the data source to the root whose outputs it reads.
func (state *remote) find(n *node, roots []*root) *Fault {
	fault := func(what, fix string) *Fault { f := at(n.place, n.key, what, fix); return &f }
	if state.backend == nil {
		return nil // reported with the missing argument
	}
	scope := &hcl.EvalContext{Variables: map[string]cty.Value{"path": n.root.paths(), "terraform": workspace}}
	settings := map[string]string{}
	if state.config != nil {
		config, diagnostics := state.config.Value(scope)
		if diagnostics.HasErrors() || !config.IsWhollyKnown() || !config.CanIterateElements() {
			return fault("config must be known without evaluating anything", "write path or key as a text")
		}
		for name, value := range config.AsValueMap() {
			settings[name] = text(value)
		}
	}
	backend, _ := state.backend.Value(scope)
	wanted, err := n.root.locate(text(backend), settings)
	if err != nil {
		return fault(err.Error(), "")
	}
	if state.target = n.root.owner(wanted, roots); state.target != nil {
		return nil
	}
	names := make([]string, len(roots))
	for i, r := range roots {
		names[i] = r.name
	}
	return fault(fmt.Sprintf("no other root keeps its state in %s", wanted.key), "the roots are "+strings.Join(names, ", "))
}

// owner is the other root whose state is there: by its backend, else by the file's name, where only one has it.
func (r *root) owner(wanted location, roots []*root) *root {
	for _, matches := range []func(*root) bool{
		func(other *root) bool { return other.state == wanted },
		func(other *root) bool { return other.state.stem() == wanted.stem() },
		func(other *root) bool { return other.name == wanted.stem() },
	} {
		var found []*root
		for _, candidate := range roots {
			if candidate != r && matches(candidate) {
				found = append(found, candidate)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return nil
}

var workspace = cty.ObjectVal(map[string]cty.Value{"workspace": cty.StringVal("default")})

func (r *root) paths() cty.Value {
	here := cty.StringVal(r.directory)
	return cty.ObjectVal(map[string]cty.Value{"module": here, "root": here, "cwd": here})
}

func (state *remote) evaluate(r *run, n *node) (cty.Value, Faults, error) {
	outputs := map[string]cty.Value{}
	if state.defaults != nil {
		defaults, diagnostics := state.defaults.Value(r.scope(n))
		if diagnostics.HasErrors() || !defaults.CanIterateElements() {
			return cty.DynamicVal, faultsOf(diagnostics, n.place, n.key), nil
		}
		outputs = defaults.AsValueMap()
	}
	if state.target == nil {
		return cty.ObjectVal(map[string]cty.Value{"outputs": cty.DynamicVal}), nil, nil
	}
	for _, other := range state.target.order {
		if _, isOutput := other.part.(*output); isOutput {
			outputs[strings.TrimPrefix(other.key, "output.")] = r.values[other.id]
		}
	}
	return cty.ObjectVal(map[string]cty.Value{"outputs": cty.ObjectVal(outputs)}), nil, nil
}
