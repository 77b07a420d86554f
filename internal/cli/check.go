package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Compute whether the configuration can meet its objectives",
		Long: `Prints the worst case of every kind of failure, term by term and each with its
source, and compares it with the objectives. Exit code 2 if one is missed.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return a.check() },
	}
}

func (a *app) check() error {
	cfg, err := a.load()
	if err != nil {
		return err
	}
	report := config.ComputeObjectives(cfg)
	if err := a.result(report, report.Table()); err != nil {
		return err
	}
	for _, warning := range cfg.Warnings() {
		fmt.Fprintf(a.process.Stderr, "warning: %s\n", warning)
	}
	if !report.Met() {
		return refusef("%s", report.Explain())
	}
	return nil
}
