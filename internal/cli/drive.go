package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// driveOptions are the flags of every command that runs the engine.
type driveOptions struct {
	out         string
	roots       []string
	engine      string
	lockTimeout time.Duration
}

func (o *driveOptions) register(flags *pflag.FlagSet) {
	flags.StringVar(&o.out, "out", DefaultOut, "`folder` that synth wrote")
	flags.StringSliceVar(&o.roots, "root", nil, "only this `root`; may be repeated (default all)")
	o.registerEngine(flags)
}

func (o *driveOptions) registerEngine(flags *pflag.FlagSet) {
	flags.StringVar(&o.engine, "engine", "", "`program` to run: a path or a name (default $"+engine.Variable+", else tofu, else terraform)")
	flags.DurationVar(&o.lockTimeout, "lock-timeout", 0, "how long to wait for a state that another run holds")
}

// driver runs the engine in the roots of one system.
type driver struct {
	app     *app
	cfg     config.Config
	system  *stack.System
	engine  engine.Engine
	options driveOptions
	opened  map[string]*engine.Root
	outputs map[string]map[string]engine.Output
	onEvent func(engine.Event)
	// plans is a private folder for plan files, which may hold secrets.
	plans string
}

// prepare loads the configuration and builds the system; it runs nothing.
func (a *app) prepare(options driveOptions) (*driver, error) {
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	system, err := stack.Build(cfg)
	if err != nil {
		return nil, err
	}
	return &driver{
		app: a, cfg: cfg, system: system, options: options,
		opened: map[string]*engine.Root{}, outputs: map[string]map[string]engine.Output{},
	}, nil
}

// start finds the engine and makes sure that every root has its folder. The caller must call close.
func (d *driver) start(ctx context.Context, roots []stack.Root) error {
	for _, root := range roots {
		if _, err := os.Stat(d.folder(root.Name)); errors.Is(err, fs.ErrNotExist) {
			return refusef("there is no folder %s: run %s first", d.folder(root.Name), d.synthCommand())
		}
	}
	found, err := engine.Find(ctx, d.options.engine, d.app.process.Environment)
	if err != nil {
		return err
	}
	d.engine = found
	d.app.progress("using %s %s (%s)", found.Name(), found.Version, found.Path)
	d.plans, err = os.MkdirTemp("", "paymentdr-plan-*")
	if err != nil {
		return fmt.Errorf("make folder for plans: %w", err)
	}
	return nil
}

func (d *driver) close() {
	if d.plans != "" {
		_ = os.RemoveAll(d.plans) // best effort: the folder is private and below the temporary folder
	}
}

func (d *driver) folder(root string) string { return filepath.Join(d.options.out, root) }

// synthCommand is the command line that writes the folder from the same configuration.
func (d *driver) synthCommand() string {
	words := []string{"paymentdr", "synth"}
	if d.app.configPath != "" {
		words = append(words, "--config", shellQuote(d.app.configPath))
	}
	for _, setting := range d.app.settings {
		words = append(words, "--set", shellQuote(setting))
	}
	if d.options.out != DefaultOut {
		words = append(words, "--out", shellQuote(d.options.out))
	}
	return strings.Join(words, " ")
}

// open returns a root that is ready for commands.
func (d *driver) open(ctx context.Context, name string) (*engine.Root, error) {
	if root, done := d.opened[name]; done {
		return root, nil
	}
	root, err := d.engine.Open(name, d.folder(name), engine.Options{
		LockTimeout: d.options.lockTimeout,
		OnEvent: func(event engine.Event) {
			if d.onEvent != nil {
				d.onEvent(event)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	d.app.progress("  %s: init", name)
	if err := root.Init(ctx); err != nil {
		return nil, err
	}
	d.opened[name] = root
	return root, nil
}

// outputsOf reads a root's outputs once; forget makes the next call read again.
func (d *driver) outputsOf(ctx context.Context, name string) (map[string]engine.Output, error) {
	if outputs, known := d.outputs[name]; known {
		return outputs, nil
	}
	root, err := d.open(ctx, name)
	if err != nil {
		return nil, err
	}
	outputs, err := root.Outputs(ctx)
	if err != nil {
		return nil, err
	}
	d.outputs[name] = outputs
	return outputs, nil
}

func (d *driver) forget(name string) { delete(d.outputs, name) }

// needs lists the roots that must be applied before this one and are not: an output that they declare is missing.
func (d *driver) needs(ctx context.Context, root stack.Root) ([]string, error) {
	var needs []string
	for _, name := range append(append([]string{}, root.Reads...), root.After...) {
		outputs, err := d.outputsOf(ctx, name)
		if err != nil {
			return nil, err
		}
		if !complete(d.system.Root(name), outputs) {
			needs = append(needs, name)
		}
	}
	return needs, nil
}

// complete says whether the state has every output that the root declares: an apply that stopped half-way has not.
func complete(root *stack.Root, outputs map[string]engine.Output) bool {
	if root == nil {
		return true
	}
	for _, block := range root.Module.Blocks() {
		if block.Kind() != hclgen.KindOutput {
			continue
		}
		if _, there := outputs[block.Labels()[0]]; !there {
			return false
		}
	}
	return true
}

// plan plans one root into the private folder.
func (d *driver) plan(ctx context.Context, root stack.Root, options engine.PlanOptions) (engine.Plan, error) {
	opened, err := d.open(ctx, root.Name)
	if err != nil {
		return engine.Plan{}, err
	}
	if !options.Destroy {
		needs, err := d.needs(ctx, root)
		if err != nil {
			return engine.Plan{}, err
		}
		if len(needs) > 0 {
			return engine.Plan{}, &engine.UpstreamError{Root: root.Name, Needs: needs}
		}
	}
	options.File = filepath.Join(d.plans, root.Name+".tfplan")
	return opened.Plan(ctx, options)
}

// selectRoots returns the roots with these names in deploy order; without names, all that deploy works on.
func selectRoots(system *stack.System, names []string) ([]stack.Root, error) {
	known := make([]string, len(system.Roots))
	for i, root := range system.Roots {
		known[i] = root.Name
	}
	chosen := map[string]bool{}
	for _, name := range names {
		if system.Root(name) == nil {
			return nil, refusef("--root %q: there is no such root%s (roots: %s)", name, suggestion(name, known), strings.Join(known, ", "))
		}
		chosen[name] = true
	}
	var roots []stack.Root
	for _, root := range system.Roots {
		// The state buckets have a command of their own: they come before all states and outlive them.
		if chosen[root.Name] || len(names) == 0 && root.Name != stack.RootBootstrap {
			roots = append(roots, root)
		}
	}
	return roots, nil
}

func rootNames(roots []stack.Root) []string {
	names := make([]string, len(roots))
	for i, root := range roots {
		names[i] = root.Name
	}
	return names
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
