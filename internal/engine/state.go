package engine

import (
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
)

// Resource is one managed resource of a state.
type Resource struct {
	Address string
	Type    string
	// Protected says that AWS refuses to delete it: deletion_protection or deletion_protection_enabled is true.
	Protected bool
}

// resources lists the managed resources of a state and its modules.
func resources(state *tfjson.State) []Resource {
	if state == nil || state.Values == nil {
		return nil
	}
	return moduleResources(state.Values.RootModule)
}

func moduleResources(module *tfjson.StateModule) []Resource {
	if module == nil {
		return nil
	}
	var list []Resource
	for _, resource := range module.Resources {
		if resource.Mode == tfjson.ManagedResourceMode {
			list = append(list, Resource{Address: resource.Address, Type: resource.Type, Protected: protected(resource.AttributeValues)})
		}
	}
	for _, child := range module.ChildModules {
		list = append(list, moduleResources(child)...)
	}
	return list
}

func protected(attributes map[string]any) bool {
	return attributes["deletion_protection"] == true || attributes["deletion_protection_enabled"] == true
}

// Output is one output value of an applied root.
type Output struct {
	Value     any
	Sensitive bool
}

// Text is the value for a table: strings as they are, the rest as JSON; a sensitive value is not shown.
func (o Output) Text() string {
	if o.Sensitive {
		return "(sensitive)"
	}
	if text, ok := o.Value.(string); ok {
		return text
	}
	text, err := json.Marshal(o.Value)
	if err != nil {
		return fmt.Sprint(o.Value) // it came from JSON: cannot happen
	}
	return string(text)
}
