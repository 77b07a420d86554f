package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// originalOutputs are the names that other programs rely on, in the order in which they are shown.
var originalOutputs = []string{
	"primary_vpc_id", "secondary_vpc_id", "global_database_id", "dynamodb_table_name", "dns_failover_domain", "sns_topic_arn",
}

func (a *app) outputCommand() *cobra.Command {
	var options driveOptions
	var all bool
	command := &cobra.Command{
		Use:   "output",
		Short: "Show the outputs of the roots that are applied",
		Long: `Shows the six outputs of the system, merged from the states of its roots, and with
--all every output of every root. Exit code 1 if no root is applied.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.outputs(c.Context(), options, all) },
	}
	options.register(command.Flags())
	command.Flags().BoolVar(&all, "all", false, "every output of every root")
	return command
}

// outputsResult is output's result as JSON.
type outputsResult struct {
	// Outputs are those of the six that are known.
	Outputs map[string]any `json:"outputs"`
	// Roots are all outputs by root; only with --all.
	Roots      map[string]map[string]any `json:"roots,omitempty"`
	NotApplied []string                  `json:"not_applied"`
}

func (a *app) outputs(ctx context.Context, options driveOptions, all bool) error {
	d, err := a.prepare(options)
	if err != nil {
		return err
	}
	roots, err := selectRoots(d.system, options.roots)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.start(ctx, roots); err != nil {
		return err
	}
	values := map[string]map[string]engine.Output{}
	for _, root := range roots {
		if values[root.Name], err = d.outputsOf(ctx, root.Name); err != nil {
			return err
		}
	}
	result, rows := mergeOutputs(roots, values, all)
	if len(result.NotApplied) > 0 {
		fmt.Fprintf(a.process.Stderr, "paymentdr: not applied yet: %s\n", strings.Join(result.NotApplied, ", "))
	}
	if err := a.result(result, rows); err != nil {
		return err
	}
	if len(result.NotApplied) == len(roots) {
		return errors.New("nothing is applied: run paymentdr deploy first")
	}
	return nil
}

// mergeOutputs puts the six first, whichever root has them, and then, if asked, the rest root by root.
func mergeOutputs(roots []stack.Root, values map[string]map[string]engine.Output, all bool) (outputsResult, [][]string) {
	result := outputsResult{Outputs: map[string]any{}, NotApplied: []string{}}
	rows := [][]string{{"OUTPUT", "VALUE", "ROOT"}}
	original := map[string]bool{}
	for _, name := range originalOutputs {
		original[name] = true
		for _, root := range roots {
			if output, known := values[root.Name][name]; known {
				result.Outputs[name] = shown(output)
				rows = append(rows, []string{name, output.Text(), root.Name})
				break
			}
		}
	}
	for _, root := range roots {
		if len(values[root.Name]) == 0 {
			result.NotApplied = append(result.NotApplied, root.Name)
		}
		if !all {
			continue
		}
		if result.Roots == nil {
			result.Roots = map[string]map[string]any{}
		}
		result.Roots[root.Name] = map[string]any{}
		for _, name := range sortedKeys(values[root.Name]) {
			output := values[root.Name][name]
			result.Roots[root.Name][name] = shown(output)
			if !original[name] {
				rows = append(rows, []string{name, output.Text(), root.Name})
			}
		}
	}
	return result, rows
}

func shown(output engine.Output) any {
	if output.Sensitive {
		return output.Text()
	}
	return output.Value
}
