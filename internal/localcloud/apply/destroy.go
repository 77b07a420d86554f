package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Destroy deletes everything, dependents first, what prevent_destroy protects included: on this machine it can be
// made again. What could not be deleted stays known, and the next Destroy goes on.
func (e *Engine) Destroy(ctx context.Context) error {
	e.working.Lock()
	defer e.working.Unlock()
	e.mutex.RLock()
	everything := slices.Collect(maps.Values(e.entries))
	e.mutex.RUnlock()
	r := &run{engine: e}
	if err := r.removeAll(ctx, everything); err != nil {
		return fmt.Errorf("destroy: %w", err)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	clear(e.outputs)
	clear(e.reads)
	return nil
}

// removeAll deletes entries, each after those that depend on it.
func (r *run) removeAll(ctx context.Context, entries []*entry) error {
	defer r.begin(ctx)()
	slices.SortFunc(entries, func(a, b *entry) int { return compareIDs(id{a.Root, a.Address}, id{b.Root, b.Address}) })
	places := make(map[id]int, len(entries))
	for i, entry := range entries {
		places[id{entry.Root, entry.Address}] = i
	}
	needs := make([][]int, len(entries))
	for i, entry := range entries {
		for _, dependency := range entry.dependsOn {
			if place, exists := places[dependency]; exists {
				needs[place] = append(needs[place], i)
			}
		}
	}
	order := r.engine.rootsAfter()
	for i, entry := range entries {
		for j, other := range entries {
			if order[entry.Root][other.Root] { // other's root reads entry's
				needs[i] = append(needs[i], j)
			}
		}
	}
	return walk(ctx, len(entries), func(i int) []int { return needs[i] }, func(i int) error { return r.remove(entries[i]) })
}

// rootsAfter says of each root which roots read it, directly or not.
func (e *Engine) rootsAfter() map[string]map[string]bool {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	after := map[string]map[string]bool{}
	var add func(reader, root string)
	add = func(reader, root string) {
		if after[root] == nil {
			after[root] = map[string]bool{}
		}
		if after[root][reader] {
			return
		}
		after[root][reader] = true
		for _, next := range e.reads[root] {
			add(reader, next)
		}
	}
	for reader, roots := range e.reads {
		for _, root := range roots {
			add(reader, root)
		}
	}
	return after
}

// remove deletes one instance. Data sources and what has no local meaning are only forgotten.
func (r *run) remove(gone *entry) error {
	own := id{gone.Root, gone.Address}
	if gone.Mode != Managed || gone.reason != "" {
		r.engine.forget(own)
		return nil
	}
	handler, exists := r.engine.options.Handlers.Managed[gone.Type]
	if !exists {
		return failed(gone.Resource, Delete, errors.New("its type has no handler any more"))
	}
	resource := gone.Resource
	if err := r.call(resource, Delete, func() error { return handler.Delete(r.ctx, resource) }); err != nil {
		return err
	}
	r.engine.forget(own)
	r.count(resource, Delete)
	return nil
}
