package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/drill/bench"
)

// benchOptions are what is measured, and how much is enough.
type benchOptions struct {
	up           upOptions
	workers      int
	warm, length time.Duration
	least        float64
}

func (a *app) localBenchCommand() *cobra.Command {
	var options benchOptions
	command := &cobra.Command{
		Use: "bench", Short: "Measure payments a second of a local cloud beside the bare core path", Args: cobra.NoArgs,
		Long: `Measures on this machine, one after the other, how many payments a second two paths do:

  core   two linearizable writes to a Raft store of three members and one post to the
         ledger: no HTTP, no function, no link
  whole  a payer's request to a local cloud with both Regions and every service

Each worker pays again as soon as it is answered. The payers' own work counts in the
whole path. The cloud's links have no round trips, unless --perfect-links=false. Only
payments that are in the ledger when they are answered count, not those accepted (202).

It also tells the processor time of a payment, by what used it.

Exit code 3 if the whole path does less than --least of the core path's payments a
second, or a payment failed.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.localBench(c.Context(), options) },
	}
	flags := command.Flags()
	options.up.register(flags)
	perfect := flags.Lookup("perfect-links")
	perfect.DefValue, options.up.perfect = "true", true
	flags.IntVar(&options.workers, "workers", 16, "`number` of payments under way at any time, in each path")
	flags.DurationVar(&options.warm, "warm-up", 15*time.Second, "load before it is measured: functions start, and connect to the ledger")
	flags.DurationVar(&options.length, "for", 10*time.Second, "time that is measured, of each path")
	flags.Float64Var(&options.least, "least", 0.2, "`share` of the core path's payments a second that is enough; the goal is 0.5 (docs/decisions.md)")
	return command
}

// check refuses what cannot be measured, with every reason.
func (o *benchOptions) check() error {
	var faults []error
	if o.workers < 1 || o.workers > 90 {
		faults = append(faults, fmt.Errorf("--workers %d: from 1 to 90, which is what the ledger's server has connections for", o.workers))
	}
	if o.warm < 0 || o.warm > time.Hour {
		faults = append(faults, fmt.Errorf("--warm-up %s: from 0 to 1h", o.warm))
	}
	if o.length < time.Second || o.length > time.Hour {
		faults = append(faults, fmt.Errorf("--for %s: from 1s to 1h", o.length))
	}
	if !(o.least >= 0 && o.least <= 1) {
		faults = append(faults, fmt.Errorf("--least %g: from 0 to 1", o.least))
	}
	if err := errors.Join(faults...); err != nil {
		return refused{err}
	}
	return nil
}

func (a *app) localBench(ctx context.Context, options benchOptions) error {
	if err := options.check(); err != nil {
		return err
	}
	load := bench.Load{Workers: options.workers, Warm: options.warm, Length: options.length}
	a.progress("measuring the core path ...")
	core, err := bench.Core(ctx, load)
	if err != nil {
		return err
	}
	whole, err := a.benchWhole(ctx, options.up, load)
	if err != nil {
		return err
	}
	result := bench.Compare(core, whole, options.least)
	if err := a.result(result, slices.Concat(result.Table(), [][]string{{}}, result.CostTable())); err != nil {
		return err
	}
	if err := result.Missed(); err != nil {
		return missed{err}
	}
	return nil
}

func (a *app) benchWhole(ctx context.Context, up upOptions, load bench.Load) (figures bench.Figures, err error) {
	client, end, err := a.drillCloud(ctx, drillOptions{up: up})
	if err != nil {
		return bench.Figures{}, err
	}
	defer func() { err = errors.Join(err, end()) }()
	target, err := a.drillTarget(ctx, client)
	if err != nil {
		return bench.Figures{}, err
	}
	status, err := client.Status(ctx)
	if err != nil {
		return bench.Figures{}, err
	}
	a.progress("measuring the whole path ...")
	return bench.Whole(ctx, target, status.PID, load)
}
