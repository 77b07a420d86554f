package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zclconf/go-cty/cty"
)

const defaultParallelism = 10

// Engine keeps what it made, in memory: a second Apply changes the difference.
// Its methods may be called from any goroutine; Apply and Destroy wait for each other.
type Engine struct {
	options Options
	working sync.Mutex // held by Apply and Destroy
	telling sync.Mutex // held while Progress runs

	mutex   sync.RWMutex
	entries map[id]*entry
	outputs map[string]map[string]cty.Value
	reads   map[string][]string // the roots that a root reads
}

// New is an engine that has made nothing yet.
func New(options Options) *Engine {
	if options.Parallelism <= 0 {
		options.Parallelism = defaultParallelism
	}
	if options.Waits == nil {
		options.Waits = map[string]func(r, other Resource) bool{"aws_rds_cluster": WriterFirst}
	}
	return &Engine{options: options, entries: map[id]*entry{}, outputs: map[string]map[string]cty.Value{}, reads: map[string][]string{}}
}

func (e *Engine) tell(event Event) {
	if e.options.Progress == nil {
		return
	}
	e.telling.Lock()
	defer e.telling.Unlock()
	e.options.Progress(event)
}

// Apply makes the roots below folder real: creates what is new, updates what changed, deletes what is gone from the
// files, and that first, so that a renamed block can have the name of the one before. What is wrong with the files
// is one error, Faults, before anything is done; a handler's is a *ResourceError, and nothing is begun after it.
// What was done until then is kept, and the next Apply goes on.
func (e *Engine) Apply(ctx context.Context, folder string) (Report, error) {
	e.working.Lock()
	defer e.working.Unlock()
	begun := time.Now()
	r, gone, err := e.prepare(folder)
	if err != nil {
		return Report{}, fmt.Errorf("apply %s: %w", folder, err)
	}
	err = r.removeAll(ctx, gone)
	if err == nil {
		err = r.execute(ctx)
	}
	e.keepOutputs(r, err == nil)
	report := r.report
	report.Roots, report.Duration = r.graph.groups, time.Since(begun)
	slices.SortFunc(report.Resources, func(a, b Timing) int {
		return cmp.Or(cmp.Compare(b.Duration, a.Duration), cmp.Compare(a.Root, b.Root), cmp.Compare(a.Address, b.Address))
	})
	if err != nil {
		return report, fmt.Errorf("apply %s: %w", folder, err)
	}
	return report, nil
}

// Check finds everything that is wrong with the roots below folder, as Apply does before it makes anything.
func (e *Engine) Check(folder string) error {
	e.working.Lock()
	defer e.working.Unlock()
	if _, _, err := e.prepare(folder); err != nil {
		return fmt.Errorf("check %s: %w", folder, err)
	}
	return nil
}

// prepare reads and plans. It gives a run that can be executed, and what is gone from the files.
func (e *Engine) prepare(folder string) (*run, []*entry, error) {
	roots, err := load(folder)
	if err != nil {
		return nil, nil, err
	}
	g := newGraph(roots)
	plan := e.newRun(g, true)
	faults := plan.evaluateAll()
	gone, kept := e.gone(plan.planned)
	if faults = append(faults, kept...); len(faults) > 0 {
		return nil, nil, faults.sorted()
	}
	r := e.newRun(g, false)
	r.ids = map[*node][]id{}
	for _, instance := range plan.planned {
		if instance.resource.Mode == Managed {
			r.ids[instance.node] = append(r.ids[instance.node], id{instance.resource.Root, instance.resource.Address})
		}
	}
	r.waits = e.waits(g, plan.planned)
	if err := r.checkWaits(); err != nil {
		return nil, nil, err
	}
	return r, gone, nil
}

// gone are the entries that no file mentions any more; a fault for each that must be kept.
func (e *Engine) gone(planned []plannedInstance) ([]*entry, Faults) {
	there := make(map[id]bool, len(planned))
	for _, instance := range planned {
		there[id{instance.resource.Root, instance.resource.Address}] = true
	}
	var gone []*entry
	var faults Faults
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	for own, kept := range e.entries {
		if there[own] {
			continue
		}
		gone = append(gone, kept)
		if kept.kept {
			file, line, _ := strings.Cut(kept.Source, ":")
			fault := Fault{File: file, Address: own.address, What: "is gone from the files, and its prevent_destroy forbids to delete it", Fix: "set prevent_destroy = false and apply that first"}
			_, _ = fmt.Sscan(line, &fault.Line)
			faults = append(faults, fault)
		}
	}
	return gone, faults
}

// keepOutputs keeps the outputs of every root whose end was reached, or of all.
func (e *Engine) keepOutputs(r *run, complete bool) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if complete {
		clear(e.outputs)
		clear(e.reads)
	}
	for _, root := range r.graph.roots {
		e.reads[root.name] = nil
		for _, n := range root.order {
			if state, isRemote := n.part.(*remote); isRemote && state.target != nil {
				e.reads[root.name] = append(e.reads[root.name], state.target.name)
			}
		}
		if r.values[root.end.id] == cty.NilVal {
			continue
		}
		outputs := map[string]cty.Value{}
		for _, n := range root.order {
			if _, isOutput := n.part.(*output); isOutput {
				outputs[strings.TrimPrefix(n.key, "output.")] = r.values[n.id]
			}
		}
		e.outputs[root.name] = outputs
	}
}
