package apply

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// hidden stands for a sensitive value.
const hidden = "(sensitive)"

type dumpedRoot struct {
	Outputs   map[string]any   `json:"outputs,omitempty"`
	Resources []dumpedResource `json:"resources"`
}

type dumpedResource struct {
	Address     string   `json:"address"`
	Type        string   `json:"type"`
	Mode        Mode     `json:"mode"`
	Region      string   `json:"region,omitempty"`
	Source      string   `json:"source"`
	Meaningless string   `json:"meaningless,omitempty"`
	Error       string   `json:"error,omitempty"`
	DependsOn   []string `json:"depends_on,omitempty"`
	Attributes  any      `json:"attributes,omitempty"`
}

// Dump is the state as JSON, by root, for people and debugging. Sensitive values are replaced; write-only and
// ephemeral ones are not in it, and neither is null.
func (e *Engine) Dump() ([]byte, error) {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	roots := map[string]*dumpedRoot{}
	root := func(name string) *dumpedRoot {
		if roots[name] == nil {
			roots[name] = &dumpedRoot{Outputs: map[string]any{}, Resources: []dumpedResource{}}
		}
		return roots[name]
	}
	for name, outputs := range e.outputs {
		for output, value := range outputs {
			root(name).Outputs[output] = shown(value)
		}
	}
	for _, own := range slices.SortedFunc(maps.Keys(e.entries), compareIDs) {
		kept := e.entries[own]
		instance := kept.instance()
		dumped := dumpedResource{Address: own.address, Type: kept.Type, Mode: kept.Mode, Region: kept.Region, Source: kept.Source,
			Meaningless: kept.reason, DependsOn: instance.DependsOn}
		if kept.failure != nil {
			dumped.Error = kept.failure.Error()
		}
		if kept.value != cty.NilVal {
			dumped.Attributes = shown(kept.value)
		}
		root(own.root).Resources = append(root(own.root).Resources, dumped)
	}
	encoded, err := json.MarshalIndent(map[string]any{"roots": roots}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("dump state: %w", err)
	}
	return append(encoded, '\n'), nil
}

// shown is a value for people.
func shown(value cty.Value) any {
	if value.IsMarked() {
		return hidden
	}
	if value.IsNull() || !value.IsKnown() {
		return nil
	}
	switch typ := value.Type(); {
	case typ.IsObjectType() || typ.IsMapType():
		members := map[string]any{}
		for iterator := value.ElementIterator(); iterator.Next(); {
			key, element := iterator.Element()
			if inner := shown(element); inner != nil {
				members[key.AsString()] = inner
			}
		}
		return members
	case typ.IsListType() || typ.IsSetType() || typ.IsTupleType():
		elements := []any{}
		for iterator := value.ElementIterator(); iterator.Next(); {
			_, element := iterator.Element()
			elements = append(elements, shown(element))
		}
		return elements
	}
	encoded, err := ctyjson.SimpleJSONValue{Value: value}.MarshalJSON()
	if err != nil {
		return hidden
	}
	return json.RawMessage(encoded)
}
