package cli

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/cost"
	"github.com/paymentdr/paymentdr/internal/stack"
)

type costOptions struct {
	out      string
	root     string
	payments float64
}

func (a *app) costCommand() *cobra.Command {
	var options costOptions
	command := &cobra.Command{
		Use:   "cost",
		Short: "Compute the monthly cost of the generated files",
		Long: `Counts what the .tf files create, and prices it. What files cannot say is assumed;
the assumptions, the prices with their sources and what is left out are in docs/cost.md
and in --output json.

Without --out the files are generated from the configuration and written nowhere.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.cost(options, c.Flags().Changed("payments-per-month"))
		},
	}
	flags := command.Flags()
	flags.StringVar(&options.out, "out", "", "`folder` with files that synth wrote")
	flags.StringVar(&options.root, "root", "", "only this `root`")
	flags.Float64Var(&options.payments, "payments-per-month", 1_000_000, "`number` of payments in a month")
	return command
}

func (a *app) cost(options costOptions, paymentsGiven bool) error {
	files, err := a.costedFiles(options.out)
	if err != nil {
		return err
	}
	override := map[string]float64{}
	if paymentsGiven {
		if !(options.payments >= 0) {
			return refusef("--payments-per-month %v: is not a number from 0 on", options.payments)
		}
		override[cost.PaymentsPerMonth] = options.payments
	}
	report, err := cost.Estimate(files, override)
	if err != nil {
		return err
	}
	if options.root != "" {
		if report, err = report.Only(options.root); err != nil {
			return refusef("--root: %w", err)
		}
	}
	for _, region := range report.Substituted {
		fmt.Fprintf(a.process.Stderr, "warning: no prices of %s are known: those of us-east-1 are used\n", region)
	}
	return a.result(report, report.Table())
}

// costedFiles are the written files of a folder, or the ones that would be written.
func (a *app) costedFiles(out string) (map[string][]byte, error) {
	if out != "" {
		return readTF(out)
	}
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	system, err := stack.Build(cfg)
	if err != nil {
		return nil, err
	}
	return system.Files(), nil
}

// readTF reads the .tf files of the roots in a folder.
func readTF(folder string) (map[string][]byte, error) {
	tree := os.DirFS(folder)
	names, err := fs.Glob(tree, "*/*.tf")
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", folder, err)
	}
	if len(names) == 0 {
		return nil, refusef("%s has no roots with .tf files: run paymentdr synth", strings.TrimSuffix(folder, "/"))
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = fs.ReadFile(tree, name); err != nil {
			return nil, fmt.Errorf("read %s: %w", folder, err)
		}
	}
	return files, nil
}
