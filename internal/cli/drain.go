package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/operate/act"
	"github.com/paymentdr/paymentdr/internal/operate/plan"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// How long a drain stands unless said otherwise, and how long a replay may take.
const (
	drainFor  = time.Hour
	replayFor = 2 * time.Hour
)

// longestReplay bounds --since of a replay: the journal is read hour by hour.
const longestReplay = 31 * 24 * time.Hour

func (a *app) drainCommand() *cobra.Command {
	var options askOptions
	command := &cobra.Command{
		Use:   "drain",
		Short: "Let payments wait in the journal while the ledger is worked on",
		Long: `Stops the processors of both Regions from posting: payments are taken and answered
202, and the controller posts them in batches as far as the ledger takes writes. A
ledger that is away meanwhile moves nothing: no Region steps down because of it.

The drain ends by itself after --for, and with paymentdr undrain.

Exit code 2: refused, nothing was changed; every reason is listed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.drain(c.Context(), options) },
	}
	options.register(command.Flags(), a, drainFor)
	return command
}

func (a *app) drain(ctx context.Context, options askOptions) error {
	if err := options.check(); err != nil {
		return err
	}
	observer, err := a.system(ctx)
	if err != nil {
		return err
	}
	operator := a.newOperator(observer, "", options, func(seen status.Snapshot) (string, string) {
		return fmt.Sprintf("Payments are answered 202 and wait in the journal for up to %s.", options.length), seen.Lease.Region
	})
	order := act.Order{Want: plan.Want{Kind: control.IntentDrain, By: options.by}, Why: options.why, For: options.length}
	return a.pursue(ctx, operator, order, options, "drain")
}

func (a *app) undrainCommand() *cobra.Command {
	var by string
	command := &cobra.Command{
		Use:   "undrain",
		Short: "End a drain and wait until payments are posted again",
		Long: `Takes the drain back, whoever asked for it, and waits until the term is active.

Exit code 2: nothing is drained, nothing was changed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			observer, err := a.system(c.Context())
			if err != nil {
				return err
			}
			return a.takeBack(c.Context(), a.newOperator(observer, "", askOptions{}, nil), control.IntentDrain, "", by)
		},
	}
	a.registerSystem(command.Flags())
	command.Flags().StringVar(&by, "by", a.operator(), "`who` asks, for the history")
	return command
}

type replayOptions struct {
	askOptions
	since time.Duration
}

func (a *app) replayCommand() *cobra.Command {
	var options replayOptions
	command := &cobra.Command{
		Use:   "replay",
		Short: "Let the active Region post what its ledger lacks",
		Long: `Asks the active Region's controller to compare journal and ledger over the payments
accepted since --since ago, completed ones included, and to post what is missing,
under its epoch. Nothing is posted twice. A takeover does this by itself; this is
for a ledger that was restored from a backup.

To see what is missing without changing anything, run paymentdr reconcile.

Exit code 2: refused, nothing was changed; every reason is listed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.replay(c.Context(), options) },
	}
	command.Flags().DurationVar(&options.since, "since", 24*time.Hour, "how far back, a `duration`")
	options.register(command.Flags(), a, replayFor)
	options.registerResume(command.Flags())
	return command
}

func (a *app) replay(ctx context.Context, options replayOptions) error {
	if err := options.check(); err != nil {
		return err
	}
	if options.since <= 0 || options.since > longestReplay {
		return refusef("--since %s is not in (0s, %s]", options.since, longestReplay)
	}
	observer, err := a.system(ctx)
	if err != nil {
		return err
	}
	operator := a.newOperator(observer, "", options.askOptions, func(seen status.Snapshot) (string, string) {
		return fmt.Sprintf("%s compares journal and ledger over the last %s and posts what is missing.", seen.Lease.Region, options.since), seen.Lease.Region
	})
	if options.cancel {
		return a.takeBack(ctx, operator, control.IntentReplay, "", options.by)
	}
	order := act.Order{
		Want: plan.Want{Kind: control.IntentReplay, By: options.by, Resume: options.resume}, Why: options.why, For: options.length,
		Since: observer.Now().Add(-options.since).Truncate(time.Microsecond),
	}
	return a.pursue(ctx, operator, order, options.askOptions, "replay")
}
