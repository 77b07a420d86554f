package apply

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// realise makes an instance what resource says, if it is not that already.
func (r *run) realise(n *node, res *resource, resource Resource, sensitivePaths []cty.Path) (cty.Value, error) {
	switch res.mode {
	case Data, Ephemeral:
		return r.read(res, resource, sensitivePaths)
	}
	own := id{resource.Root, resource.Address}
	before := r.engine.entry(own)
	if before != nil && before.moved(resource, res.schema) {
		// A resource cannot change its Region: it is made anew.
		if err := r.remove(before); err != nil {
			return cty.NilVal, err
		}
		before = nil
	}
	next := &entry{Resource: resource, kept: res.lifecycle.kept, reason: r.engine.options.Handlers.Meaningless[res.typ],
		dependsOn: r.dependencies(n, own)}
	if before != nil && before.Prior != cty.NilVal {
		resource.Config = res.lifecycle.keep(resource.Config, before.Config, res.schema)
		resource.Prior = before.Prior
	}
	next.Config = res.schema.withoutSecrets(resource.Config)
	if before != nil && before.same(next) {
		next.Prior, next.value = before.Prior, res.schema.marked(before.Prior, sensitivePaths)
		r.engine.keep(own, next)
		r.count(resource, Unchanged)
		return next.value, nil
	}
	if err := r.change(res, resource, before, next, sensitivePaths); err != nil {
		return cty.NilVal, err
	}
	return next.value, nil
}

// change calls the handler and keeps what became of the resource.
func (r *run) change(res *resource, resource Resource, before, next *entry, sensitivePaths []cty.Path) error {
	own := id{resource.Root, resource.Address}
	if next.reason != "" {
		var returned map[string]cty.Value
		if identity := r.engine.options.Handlers.Identity; identity != nil {
			returned = identity(resource)
		}
		attributes, err := res.schema.complete(&resource, returned)
		if err != nil {
			return failed(resource, Create, err)
		}
		next.Prior, next.value = attributes, res.schema.marked(attributes, sensitivePaths)
		r.engine.keep(own, next)
		r.count(resource, Nothing)
		return nil
	}
	action := Create
	if resource.Prior != cty.NilVal {
		action = Update
	}
	var attributes cty.Value
	err := r.call(resource, action, func() error {
		returned, err := r.engine.options.Handlers.Managed[res.typ].Put(r.ctx, resource)
		if err == nil {
			attributes, err = res.schema.complete(&resource, returned)
		}
		return err
	})
	switch {
	case isStopped(err):
		return err
	case err != nil && before != nil && before.Prior != cty.NilVal: // it is still what it was, as far as we know
		failedBefore := *before
		failedBefore.failure = err
		r.engine.keep(own, &failedBefore)
		return err
	case err != nil: // half made: the next Apply makes it, Destroy deletes it
		next.failure = err
		r.engine.keep(own, next)
		return err
	}
	next.Prior, next.value = attributes, res.schema.marked(attributes, sensitivePaths)
	r.engine.keep(own, next)
	r.count(resource, action)
	return nil
}

// read asks a data source or opens an ephemeral resource.
func (r *run) read(res *resource, resource Resource, sensitivePaths []cty.Path) (cty.Value, error) {
	readers := r.engine.options.Handlers.Data
	if res.mode == Ephemeral {
		readers = r.engine.options.Handlers.Ephemeral
	}
	var attributes cty.Value
	err := r.call(resource, Read, func() error {
		returned, err := readers[res.typ].Read(r.ctx, resource)
		if err == nil {
			attributes, err = res.schema.complete(&resource, returned)
		}
		return err
	})
	if err != nil {
		return cty.NilVal, err
	}
	value := res.schema.marked(attributes, sensitivePaths)
	if res.mode == Data {
		resource.Prior = attributes
		r.engine.keep(id{resource.Root, resource.Address}, &entry{Resource: resource, value: value})
	}
	return value, nil
}

// call runs one call of a handler in a slot, tells of it and notes how long it took.
func (r *run) call(resource Resource, action Action, do func() error) error {
	release, err := r.slot()
	if err != nil {
		return err
	}
	defer release()
	event := Event{Root: resource.Root, Type: resource.Type, Address: resource.Address, Action: action}
	r.engine.tell(event)
	begun := time.Now()
	err = do()
	event.Done, event.Duration = true, time.Since(begun)
	if err != nil {
		r.stop() // before the slot is free for another
		err = failed(resource, action, err)
		event.Err = err
	}
	r.engine.tell(event)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.report.Resources = append(r.report.Resources, Timing{resource.Root, resource.Address, action, event.Duration})
	return err
}

// count notes what was done with a managed resource.
func (r *run) count(resource Resource, action Action) {
	r.mutex.Lock()
	_, meaningless := r.engine.options.Handlers.Meaningless[resource.Type]
	switch {
	case meaningless:
		r.report.Meaningless++
		action = Nothing
	case action == Create:
		r.report.Created++
	case action == Update:
		r.report.Updated++
	case action == Delete:
		r.report.Deleted++
	default:
		r.report.Unchanged++
	}
	r.mutex.Unlock()
	if action == Unchanged || action == Nothing {
		r.engine.tell(Event{Root: resource.Root, Type: resource.Type, Address: resource.Address, Action: action, Done: true})
	}
}

// dependencies are the managed instances that an instance of n depends on, directly or through locals and data.
func (r *run) dependencies(n *node, own id) []id {
	found := map[id]bool{}
	seen := map[*node]bool{n: true}
	var visit func(n *node)
	visit = func(n *node) {
		for need := range n.needs {
			if seen[need] || need.root != n.root || need == n.root.begin {
				continue
			}
			seen[need] = true
			if res, isResource := need.part.(*resource); isResource && res.mode == Managed {
				for _, other := range r.ids[need] {
					found[other] = true
				}
				continue
			}
			visit(need)
		}
	}
	visit(n)
	for _, other := range r.waits[own] {
		found[other] = true
	}
	ids := slices.Collect(maps.Keys(found))
	slices.SortFunc(ids, compareIDs)
	return ids
}

// ResourceError is a handler's error, with the resource that it is about.
type ResourceError struct {
	Root, Address, Source string
	Action                Action
	Err                   error
}

// Error names what was to be done with which resource, where it stands, and why it failed.
func (e *ResourceError) Error() string {
	return fmt.Sprintf("%s: %s %s in %s: %v", e.Source, e.Action, e.Address, e.Root, e.Err)
}

// Unwrap is the handler's own error.
func (e *ResourceError) Unwrap() error { return e.Err }

func failed(r Resource, action Action, err error) error {
	return &ResourceError{Root: r.Root, Address: r.Address, Source: r.Source, Action: action, Err: err}
}
