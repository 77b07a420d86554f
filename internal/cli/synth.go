package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/lambdazip"
	"github.com/paymentdr/paymentdr/internal/stack"
	"github.com/paymentdr/paymentdr/internal/synth"
)

// DefaultOut is the folder that synth writes to and the other commands read.
const DefaultOut = "out"

// acceptObjectives is what --accept takes to let a configuration pass that misses its objectives.
const acceptObjectives = "objectives"

type synthOptions struct {
	out         string
	force       bool
	noFunctions bool
	accept      []string
}

func (a *app) synthCommand() *cobra.Command {
	var options synthOptions
	command := &cobra.Command{
		Use:   "synth",
		Short: "Write the system as OpenTofu files, with the functions' zip files",
		Long: `Writes one folder per root module and the zip files of the Lambda functions.

Only files that synth wrote itself, and that nobody changed since, are replaced or
removed. A configuration that cannot meet its objectives is refused (exit code 2).`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.synth(c.Context(), options) },
	}
	flags := command.Flags()
	flags.StringVar(&options.out, "out", DefaultOut, "output `folder`")
	flags.BoolVar(&options.force, "force", false, "overwrite generated files that were changed by hand")
	flags.BoolVar(&options.noFunctions, "no-functions", false, "do not build the functions' zip files")
	flags.StringSliceVar(&options.accept, "accept", nil, "`reason` to go on in spite of: "+acceptObjectives)
	return command
}

// synthesized is synth's result as JSON.
type synthesized struct {
	Out       string            `json:"out"`
	Roots     []synthesizedRoot `json:"roots"`
	Functions []string          `json:"functions"`
	Written   []string          `json:"written"`
	Unchanged int               `json:"unchanged"`
	Removed   []string          `json:"removed"`
}

type synthesizedRoot struct {
	Name      string `json:"name"`
	Purpose   string `json:"purpose"`
	Files     int    `json:"files"`
	Resources int    `json:"resources"`
}

func (a *app) synth(ctx context.Context, options synthOptions) error {
	for _, reason := range options.accept {
		if reason != acceptObjectives {
			return refusef("--accept %q: synth knows %s", reason, acceptObjectives)
		}
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	system, functions, written, err := a.writeSystem(ctx, cfg, options)
	if err != nil {
		return err
	}
	return a.synthResult(system, options.out, functions, written)
}

// writeSystem writes the files and zip files of a configuration.
func (a *app) writeSystem(ctx context.Context, cfg config.Config, options synthOptions) (*stack.System, []string, synth.Result, error) {
	fail := func(err error) (*stack.System, []string, synth.Result, error) { return nil, nil, synth.Result{}, err }
	if err := a.meetObjectives(cfg, options.accept); err != nil {
		return fail(err)
	}
	system, err := stack.Build(cfg)
	if err != nil {
		return fail(err)
	}
	if err := checkSystem(system); err != nil {
		return fail(err)
	}
	files := system.Files()
	functions, err := a.buildFunctions(ctx, cfg, options, files)
	if err != nil {
		return fail(err)
	}
	written, err := synth.Write(options.out, files, synth.Options{Force: options.force})
	return system, functions, written, err
}

// meetObjectives refuses what cannot keep its promise, or says aloud that it was told not to.
func (a *app) meetObjectives(cfg config.Config, accept []string) error {
	report := config.ComputeObjectives(cfg)
	if report.Met() {
		return nil
	}
	if len(accept) > 0 {
		fmt.Fprintf(a.process.Stderr, "paymentdr: accepted: %s\n", report.Explain())
		return nil
	}
	return refusef("%s\n(--accept %s goes on nevertheless)", report.Explain(), acceptObjectives)
}

// checkSystem finds our own mistakes before the engine would.
func checkSystem(system *stack.System) error {
	faults, err := system.Check()
	if err != nil {
		return err
	}
	if len(faults) == 0 {
		return nil
	}
	lines := make([]string, len(faults))
	for i, fault := range faults {
		lines[i] = fault.Root + "/" + fault.Fault.String()
	}
	return fmt.Errorf("the generated files have %d faults, which is an error of paymentdr:\n%s", len(faults), strings.Join(lines, "\n"))
}

// buildFunctions adds the zip files to files.
func (a *app) buildFunctions(ctx context.Context, cfg config.Config, options synthOptions, files map[string][]byte) ([]string, error) {
	if options.noFunctions {
		return nil, nil
	}
	directory, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find source tree: %w", err)
	}
	module, err := lambdazip.FindModule(directory)
	if err != nil {
		return nil, err
	}
	builder := lambdazip.Builder{Module: module, Architecture: cfg.Compute.Architecture}
	a.progress("building the functions (%s)", cfg.Compute.Architecture)
	archives, err := builder.BuildAll(ctx, config.Functions()...)
	if err != nil {
		return nil, err
	}
	for function, archive := range archives {
		files[stack.FunctionZip(function)] = archive
	}
	return config.Functions(), nil
}

func (a *app) synthResult(system *stack.System, out string, functions []string, written synth.Result) error {
	result := synthesized{
		Out: filepath.Clean(out), Functions: functions,
		Written: written.Written, Unchanged: len(written.Unchanged), Removed: written.Removed,
	}
	rows := [][]string{{"ROOT", "FILES", "RESOURCES", "PURPOSE"}}
	for _, root := range system.Roots {
		r := synthesizedRoot{Name: root.Name, Purpose: root.Purpose, Files: len(root.Module.Files()), Resources: root.Resources()}
		result.Roots = append(result.Roots, r)
		rows = append(rows, []string{r.Name, strconv.Itoa(r.Files), strconv.Itoa(r.Resources), r.Purpose})
	}
	if err := a.result(result, rows); err != nil || a.output == outputJSON {
		return err
	}
	_, err := fmt.Fprintf(a.process.Stdout, "\n%s: %d files written, %d unchanged, %d removed\n",
		result.Out, len(written.Written), len(written.Unchanged), len(written.Removed))
	return err
}
