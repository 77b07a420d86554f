package apply

import (
	"context"
	"slices"
	"sync"

	"github.com/zclconf/go-cty/cty"
)

// run evaluates a graph once: as a plan, which makes nothing and knows nothing of what the handlers will return, or
// for real.
type run struct {
	engine   *Engine
	graph    *graph
	planning bool
	values   []cty.Value // by node

	// ctx is the caller's, starting is done when nothing may be begun any more, by stop; slots limit the handlers at work.
	ctx, starting context.Context
	stop          context.CancelFunc
	slots         chan struct{}
	ids           map[*node][]id // instances of each managed block, from the plan
	waits         map[id][]id    // from Options.Waits

	mutex   sync.Mutex
	planned []plannedInstance
	report  Report
}

// plannedInstance is what a plan says about one instance.
type plannedInstance struct {
	node     *node
	resource Resource // Config may hold unknown values
	kept     bool     // prevent_destroy
}

func (e *Engine) newRun(g *graph, planning bool) *run {
	return &run{engine: e, graph: g, planning: planning, values: make([]cty.Value, len(g.nodes))}
}

// evaluateAll evaluates every node without making anything, and finds every fault.
func (r *run) evaluateAll() Faults {
	faults := slices.Clone(r.graph.faults)
	_ = walk(context.Background(), len(r.graph.nodes), r.needs, func(i int) error {
		n := r.graph.nodes[i]
		value, wrong, err := n.part.evaluate(r, n)
		r.values[i] = value
		r.mutex.Lock()
		defer r.mutex.Unlock()
		faults = append(faults, wrong...)
		if err != nil {
			faults = append(faults, at(n.place, n.key, err.Error(), ""))
		}
		return nil // go on, to find the others
	})
	return faults
}

// needs are the nodes that must be evaluated before the i-th.
func (r *run) needs(i int) []int {
	before := make([]int, 0, len(r.graph.nodes[i].needs))
	for need := range r.graph.nodes[i].needs {
		before = append(before, need.id)
	}
	return before
}

// plan notes what an instance will be.
func (r *run) plan(n *node, res *resource, resource Resource) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.planned = append(r.planned, plannedInstance{n, resource, res.lifecycle.kept})
}

// known is the resource with null for what is not known before it is made.
func (p plannedInstance) known() Resource {
	resource := p.resource
	// The error is one of the function given, which has none.
	resource.Config, _ = cty.Transform(resource.Config, func(_ cty.Path, value cty.Value) (cty.Value, error) {
		if !value.IsKnown() {
			return cty.NullVal(value.Type()), nil
		}
		return value, nil
	})
	return resource
}

// execute makes everything real. What one node needs is done before it.
func (r *run) execute(ctx context.Context) error {
	defer r.begin(ctx)()
	extra := r.extraNeeds()
	return walk(ctx, len(r.graph.nodes), func(i int) []int { return append(r.needs(i), extra[i]...) }, func(i int) error {
		n := r.graph.nodes[i]
		value, faults, err := n.part.evaluate(r, n)
		r.values[i] = value
		if len(faults) > 0 {
			err = joined([]error{faults.sorted(), err})
		}
		if err != nil {
			r.stop()
		}
		return err
	})
}

// begin prepares for calls of handlers. The caller calls the function at the end.
func (r *run) begin(ctx context.Context) func() {
	r.ctx, r.slots = ctx, make(chan struct{}, r.engine.options.Parallelism)
	r.starting, r.stop = context.WithCancel(ctx)
	return r.stop
}

// slot waits until a handler may be called. The caller gives it back by the function.
func (r *run) slot() (func(), error) {
	select {
	case r.slots <- struct{}{}:
		if r.starting.Err() != nil {
			<-r.slots
			return nil, errStopped
		}
		return func() { <-r.slots }, nil
	case <-r.starting.Done():
		return nil, errStopped
	}
}
