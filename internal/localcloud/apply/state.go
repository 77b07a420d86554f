package apply

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"
)

// id names an instance.
type id struct{ root, address string }

func compareIDs(a, b id) int {
	return cmp.Or(cmp.Compare(a.root, b.root), cmp.Compare(a.address, b.address))
}

// entry is what the engine keeps of an instance. It is replaced, never changed.
type entry struct {
	// Resource has Config without write-only arguments, and in Prior the attributes after the last Put that
	// succeeded; cty.NilVal where none did.
	Resource
	value     cty.Value // Prior, marked
	dependsOn []id
	reason    string // why it is meaningless
	failure   error  // of the last Put
	kept      bool   // prevent_destroy
}

// same says whether a Put would have nothing to do. Of what moved this is not asked.
func (e *entry) same(next *entry) bool {
	return e.failure == nil && e.Prior != cty.NilVal && maps.Equal(e.Defaults, next.Defaults) &&
		(e.reason == "") == (next.reason == "") && e.Config.RawEquals(next.Config)
}

// moved says whether the resource is in another Region than it should be.
func (e *entry) moved(next Resource, schema *typeSchema) bool {
	_, regional := schema.attributes["region"]
	return regional && e.Region != next.Region
}

func isStopped(err error) bool { return errors.Is(err, errStopped) }

func (e *Engine) entry(own id) *entry {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.entries[own]
}

func (e *Engine) keep(own id, kept *entry) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.entries[own] = kept
}

func (e *Engine) forget(own id) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	delete(e.entries, own)
}

// Outputs are the outputs of a root after the last Apply, nil for a root that has none.
func (e *Engine) Outputs(root string) map[string]cty.Value {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	if e.outputs[root] == nil {
		return nil
	}
	plain := make(map[string]cty.Value, len(e.outputs[root]))
	for name, value := range e.outputs[root] {
		plain[name], _ = value.UnmarkDeep()
	}
	return plain
}

// Resources are the managed resources and data sources, sorted by root and address.
func (e *Engine) Resources() []Instance {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	ids := slices.SortedFunc(maps.Keys(e.entries), compareIDs)
	instances := make([]Instance, len(ids))
	for i, own := range ids {
		instances[i] = e.entries[own].instance()
	}
	return instances
}

func (e *entry) instance() Instance {
	instance := Instance{Resource: e.Resource, Reason: e.reason, Err: e.failure}
	for _, other := range e.dependsOn {
		if other.root == e.Root {
			instance.DependsOn = append(instance.DependsOn, other.address)
		}
	}
	if e.value != cty.NilVal {
		_, marks := e.value.UnmarkDeepWithPaths()
		for _, path := range pathsWith(marks, sensitive) {
			instance.Sensitive = append(instance.Sensitive, pathText(path))
		}
	}
	slices.Sort(instance.Sensitive)
	return instance
}
