package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/simulate"
)

type simulateOptions struct {
	disasters   int
	seed        uint64
	failure     string
	environment string
	terms       []string
	payers      int
	rate, drain float64
	objective   string
	plot        string
}

// allFailures is the value of --failure for each of them.
const allFailures = "all"

func (a *app) simulateCommand() *cobra.Command {
	var options simulateOptions
	command := &cobra.Command{
		Use:   "simulate",
		Short: "Simulate how long a lost Region is missed, over many random disasters",
		Long: `Loses the active Region at random moments, refused, silent or sick, and prints how long
it takes until payers are served again, the ledger takes writes and everything that was
acknowledged is in it, beside the worst case that "paymentdr check" computes.

What the configuration does not say is a term with a distribution and a source; the
table lists them. --term replaces one: promotion=uniform:30s:2m, aggregation=5s,
promotion=triangular:30s:60s:3m.

Exit code 3 if --objective is given and the share is missed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.simulate(c.Context(), options, c.Flags().Changed)
		},
	}
	flags := command.Flags()
	flags.IntVar(&options.disasters, "disasters", 100_000, "`number` of disasters of each kind")
	flags.Uint64Var(&options.seed, "seed", 1, "`number` that the random moments come from")
	flags.StringVar(&options.failure, "failure", allFailures, "`kind` of loss: refused, silent, sick or all")
	flags.StringVar(&options.environment, "environment", simulate.AWS, "`name` of the terms to begin with: "+strings.Join(simulate.Environments(), " or "))
	flags.StringArrayVar(&options.terms, "term", nil, "another distribution of one term, `name=distribution`; may be repeated")
	flags.IntVar(&options.payers, "payers", 0, "`number` of payers who follow DNS (default 20)")
	flags.Float64Var(&options.rate, "rate", 0, "`number` of payments acknowledged a second (default 10)")
	flags.Float64Var(&options.drain, "drain", 0, "`number` of payments that a replay posts a second (default by environment)")
	flags.StringVar(&options.objective, "objective", "", "`share` of disasters, as 0.999 or 99.9%, in which objectives.rto must be met")
	flags.StringVar(&options.plot, "plot", "", "draw the result into this `file`.svg")
	return command
}

// missed is a verdict that is not the wanted one; what was asked for was done.
type missed struct{ error }

// VerdictMissed tells exitCode.
func (missed) VerdictMissed() bool { return true }

func (a *app) simulate(ctx context.Context, options simulateOptions, given func(flag string) bool) error {
	run, share, err := options.read(given)
	if err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	for _, warning := range run.Environment.Warnings() {
		fmt.Fprintf(a.process.Stderr, "warning: %s: times may lie beyond it\n", warning)
	}
	result, err := simulate.Run(ctx, cfg, run)
	if err != nil {
		return err
	}
	if options.plot != "" {
		if err := os.WriteFile(options.plot, result.Plot(), 0o644); err != nil {
			return fmt.Errorf("write plot: %w", err)
		}
	}
	if err := a.result(result, result.Table(a.process.Terminal)); err != nil {
		return err
	}
	fmt.Fprintln(a.process.Stderr, result.Summary())
	if found := result.Within(); found < share {
		return missed{fmt.Errorf("objectives.rto is met in %.5g of the disasters, --objective asks for %.5g", found, share)}
	}
	return nil
}

// read checks every flag before anything is simulated. The share is zero if none is asked for.
func (o simulateOptions) read(given func(flag string) bool) (simulate.Options, float64, error) {
	run := simulate.Options{Disasters: o.disasters, Seed: o.seed}
	var err error
	if run.Environment, err = simulate.NewEnvironment(o.environment); err != nil {
		return run, 0, refusef("--%w", err)
	}
	for _, setting := range o.terms {
		if run.Environment, err = run.Environment.Set(setting); err != nil {
			return run, 0, refusef("--%w", err)
		}
	}
	if given("payers") {
		run.Environment.Payers = o.payers
	}
	if given("rate") {
		run.Environment.Rate = o.rate
	}
	if given("drain") {
		run.Environment.Drain = o.drain
	}
	if o.failure != allFailures {
		if !slices.Contains(config.Failures(), config.Failure(o.failure)) {
			return run, 0, refusef("--failure %q: use refused, silent, sick or all", o.failure)
		}
		run.Failures = []config.Failure{config.Failure(o.failure)}
	}
	if err := run.Validate(); err != nil {
		return run, 0, refusef("%w", err)
	}
	if o.plot != "" && !strings.HasSuffix(o.plot, ".svg") {
		return run, 0, refusef("--plot %q: the name of the file ends with .svg", o.plot)
	}
	share, err := parseShare(o.objective)
	return run, share, err
}

// parseShare reads 0.999 or 99.9%; nothing is zero.
func parseShare(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	digits, percent := strings.CutSuffix(text, "%")
	share, err := strconv.ParseFloat(digits, 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share > 0 && share <= 1) {
		return 0, refusef("--objective %q: want a share above 0 and up to 1, as 0.999 or 99.9%%", text)
	}
	return share, nil
}
