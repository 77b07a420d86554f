package enginetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Changes lists what a plan would do, one line a resource in order of address:
// "aws_vpc.main: update cidr_block, tags" or "aws_vpc.main: replace (cidr_block)".
// Reads of data sources and resources without change are left out, so an empty
// list is a no-op. Changes of outputs do not count.
func Changes(plan *tfjson.Plan) []string {
	var changes []string
	for _, resource := range plan.ResourceChanges {
		actions := resource.Change.Actions
		switch {
		case actions.NoOp(), actions.Read():
		case actions.Replace():
			changes = append(changes, fmt.Sprintf("%s: replace (%s)", resource.Address, strings.Join(replacePaths(resource.Change), ", ")))
		case actions.Update():
			changes = append(changes, fmt.Sprintf("%s: update %s", resource.Address, strings.Join(changedNames(resource.Change), ", ")))
		default:
			changes = append(changes, fmt.Sprintf("%s: %v", resource.Address, actions))
		}
	}
	slices.Sort(changes)
	return changes
}

// changedNames are the top-level arguments that differ or become known after apply.
func changedNames(change *tfjson.Change) []string {
	before, _ := change.Before.(map[string]any)
	after, _ := change.After.(map[string]any)
	unknown, _ := change.AfterUnknown.(map[string]any)
	names := make(map[string]bool)
	for name, value := range after {
		if !reflect.DeepEqual(before[name], value) {
			names[name] = true
		}
	}
	for name, value := range before {
		if _, stays := after[name]; !stays && value != nil {
			names[name] = true
		}
	}
	for name, value := range unknown {
		if value == true {
			names[name] = true
		}
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	return sorted
}

func replacePaths(change *tfjson.Change) []string {
	var paths []string
	for _, path := range change.ReplacePaths {
		steps, _ := path.([]any)
		var names []string
		for _, step := range steps {
			names = append(names, fmt.Sprint(step))
		}
		paths = append(paths, strings.Join(names, "."))
	}
	return paths
}
