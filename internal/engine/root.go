package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// WaitDelay is how long an interrupted engine may take to save its state before it is killed. A killed engine loses
// track of what it made, so the time is generous: the provider's running calls end on interrupt.
const WaitDelay = 3 * time.Minute

// Options of a root's commands.
type Options struct {
	// LockTimeout is how long to wait for a state that another run holds; 0 fails at once.
	LockTimeout time.Duration
	// OnEvent receives the engine's progress; nil for none. It is called from another goroutine, one call at a time.
	OnEvent func(Event)
}

// Root runs the engine's commands in one root's folder.
type Root struct {
	name    string
	runner  *tfexec.Terraform
	options Options
}

// Open prepares the commands of a root. It returns an error that is fs.ErrNotExist if there is no such folder.
func (e Engine) Open(name, folder string, options Options) (*Root, error) {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open root %s: %w", name, err)
	}
	runner, err := newRunner(folder, e.Path, e.environment)
	if err != nil {
		return nil, fmt.Errorf("open root %s: %w", name, err)
	}
	return &Root{name: name, runner: runner, options: options}, nil
}

// Init makes the folder ready: backend and provider. It changes nothing in AWS and may be repeated.
func (r *Root) Init(ctx context.Context) error {
	reader := r.reader()
	return r.outcome(ctx, "init", reader, r.runner.InitJSON(ctx, reader, tfexec.Upgrade(false)))
}

// PlanOptions say what to plan.
type PlanOptions struct {
	// File is where the plan is saved. It may hold secrets of the state: keep it private and remove it.
	File string
	// Destroy plans the end of everything.
	Destroy bool
	// Targets limits the plan to these addresses and what they need; empty for all.
	Targets []string
}

// Plan compares files, state and AWS and saves what to do.
func (r *Root) Plan(ctx context.Context, options PlanOptions) (Plan, error) {
	reader := r.reader()
	changed, err := r.runner.PlanJSON(ctx, reader, planArguments(options, r.options.LockTimeout)...)
	if err := r.outcome(ctx, "plan", reader, err); err != nil {
		return Plan{}, err
	}
	reader = r.quiet()
	shown, err := r.runner.ShowPlanFile(ctx, options.File)
	if err := r.outcome(ctx, "show", reader, err); err != nil {
		return Plan{}, err
	}
	return Plan{File: options.File, Changed: changed, Changes: changes(shown)}, nil
}

func planArguments(options PlanOptions, lockTimeout time.Duration) []tfexec.PlanOption {
	list := []tfexec.PlanOption{tfexec.Out(options.File), tfexec.LockTimeout(lockTimeout.String()), tfexec.Destroy(options.Destroy)}
	for _, target := range options.Targets {
		list = append(list, tfexec.Target(target))
	}
	return list
}

// Apply does what the saved plan says, and nothing if the state has changed since.
func (r *Root) Apply(ctx context.Context, plan Plan) error {
	reader := r.reader()
	err := r.runner.ApplyJSON(ctx, reader, tfexec.DirOrPlan(plan.File), tfexec.LockTimeout(r.options.LockTimeout.String()))
	return r.outcome(ctx, "apply", reader, err)
}

// Outputs are the outputs in the state; empty if the root was never applied.
func (r *Root) Outputs(ctx context.Context) (map[string]Output, error) {
	reader := r.quiet()
	values, err := r.runner.Output(ctx)
	if err := r.outcome(ctx, "output", reader, err); err != nil {
		return nil, err
	}
	outputs := make(map[string]Output, len(values))
	for name, value := range values {
		output := Output{Sensitive: value.Sensitive}
		if err := json.Unmarshal(value.Value, &output.Value); err != nil {
			return nil, fmt.Errorf("read output %s of root %s: %w", name, r.name, err)
		}
		outputs[name] = output
	}
	return outputs, nil
}

// Resources are the managed resources in the state; none if the root was never applied.
func (r *Root) Resources(ctx context.Context) ([]Resource, error) {
	reader := r.quiet()
	state, err := r.runner.Show(ctx)
	if err := r.outcome(ctx, "show", reader, err); err != nil {
		return nil, err
	}
	return resources(state), nil
}

func (r *Root) reader() *eventReader { return &eventReader{onEvent: r.options.OnEvent} }

// quiet is the reader of a command whose output is not events; the runner still holds the last command's reader.
func (r *Root) quiet() *eventReader {
	r.runner.SetStdout(io.Discard)
	return &eventReader{}
}

// outcome is nil for a command that went well, and otherwise the best error that its output gives.
func (r *Root) outcome(ctx context.Context, command string, reader *eventReader, err error) error {
	if err == nil {
		return nil
	}
	reader.flush()
	problems := reader.problems
	if len(problems) == 0 {
		problems = parseText(reader.other.String() + "\n" + err.Error())
	}
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return classify(r.name, command, problems, err)
}
