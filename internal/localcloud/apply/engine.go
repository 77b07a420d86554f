package apply

import (
	"context"
	"errors"

	"github.com/zclconf/go-cty/cty"
)

// Engine keeps what it made, in memory: a second Apply changes the difference.
// Its methods may be called from any goroutine; Apply and Destroy wait for each other.
type Engine struct {
	options Options
}

// New is an engine that has made nothing yet.
func New(options Options) *Engine { return &Engine{options: options} }

// Apply makes the roots below folder real: creates what is new, updates what
// changed, deletes what is gone from the files.
func (e *Engine) Apply(ctx context.Context, folder string) (Report, error) {
	return Report{}, errors.New("apply: not implemented")
}

// Destroy deletes everything, dependents first.
func (e *Engine) Destroy(ctx context.Context) error {
	return errors.New("destroy: not implemented")
}

// Outputs are the outputs of a root after the last Apply, nil for a root that has none.
func (e *Engine) Outputs(root string) map[string]cty.Value { return nil }

// Resources are the managed resources and data sources, sorted by root and address.
func (e *Engine) Resources() []Instance { return nil }

// Dump is the state as JSON, for people and debugging. Sensitive values are replaced, write-only ones absent.
func (e *Engine) Dump() ([]byte, error) { return nil, errors.New("dump: not implemented") }

// WriterFirst lets an Aurora cluster that joins a global cluster wait for the one that creates its users: the first
// member of a global cluster is its writer.
func WriterFirst(r, other Resource) bool { return false }
