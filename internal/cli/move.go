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

// How long the controllers try: a failover's first step takes seconds, a switchover's wait for replication longer.
const (
	failoverFor   = 10 * time.Minute
	switchoverFor = 30 * time.Minute
)

type moveOptions struct {
	askOptions
	to            string
	home          bool // to the configured primary
	allowDataLoss bool
	maxLag        time.Duration
	onlyCheck     bool
}

func (o *moveOptions) registerLag(c *cobra.Command) {
	c.Flags().BoolVar(&o.onlyCheck, "check", false, "say whether it would be refused now, and change nothing")
	c.Flags().DurationVar(&o.maxLag, "max-lag", plan.DefaultMaxLag, "how far behind the target's ledger may be, a `duration`")
}

func (a *app) failoverCommand() *cobra.Command {
	var options moveOptions
	command := &cobra.Command{
		Use:   "failover --to REGION",
		Short: "Make the other Region active now, whatever becomes of this one",
		Long: `Asks the controllers for an unplanned failover: the active Region steps down at its
next tick (or is overruled after a lease TTL), and REGION promotes its database,
fences the old epoch and replays the journal. A Region that is dead is failed over
by its peer without being asked; this is for one that is ill and does not know it.

No acknowledged payment is lost: what the promoted ledger lacks is posted again
from the journal. Ledger entries that only the old database has are gone from the
ledger; with a lag above --max-lag, or one that is not known, that has to be
allowed by --allow-data-loss.

The controllers do the work. Ctrl-C ends the watching only; the same command goes
on with it, --resume with another operator's, and --cancel takes it back as long as
nobody has taken over.

Exit code 2: refused, nothing was changed; every reason is listed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.move(c.Context(), control.IntentFailover, options, "failover --to "+shellQuote(options.to))
		},
	}
	flags := command.Flags()
	flags.StringVar(&options.to, "to", "", "`Region` to make active")
	flags.BoolVar(&options.allowDataLoss, "allow-data-loss", false, "go on although the ledger lags")
	options.registerLag(command)
	options.register(flags, a, failoverFor)
	options.registerResume(flags)
	return command
}

func (a *app) switchoverCommand() *cobra.Command {
	var options moveOptions
	command := &cobra.Command{
		Use:   "switchover --to REGION",
		Short: "Make the other Region active without losing anything",
		Long: `Asks the controllers for a planned change: the active Region drains (payments are
taken and answered 202 meanwhile), hands its database over when REGION's has all of
it, and steps down; REGION takes over in the next epoch. Both Regions must be wholly
up. If the database refuses until --for is over, the term is active again.

The controllers do the work. Ctrl-C ends the watching only; the same command goes
on with it, --resume with another operator's, and --cancel takes it back.

Exit code 2: refused, nothing was changed; every reason is listed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.move(c.Context(), control.IntentSwitchover, options, "switchover --to "+shellQuote(options.to))
		},
	}
	flags := command.Flags()
	flags.StringVar(&options.to, "to", "", "`Region` to make active")
	options.registerLag(command)
	options.register(flags, a, switchoverFor)
	options.registerResume(flags)
	return command
}

func (a *app) failbackCommand() *cobra.Command {
	var options moveOptions
	command := &cobra.Command{
		Use:   "failback",
		Short: "Switch over to the configured primary",
		Long: `A switchover home, after the Region that was lost is wholly up again: Aurora has
made its cluster a replica anew, it has caught up, its controller and its API
answer. It is never done automatically.

Exit code 2: refused, nothing was changed; every reason is listed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			options.home = true
			return a.move(c.Context(), control.IntentSwitchover, options, "failback")
		},
	}
	options.registerLag(command)
	options.register(command.Flags(), a, switchoverFor)
	options.registerResume(command.Flags())
	return command
}

// move asks for another active Region. words are the command's own, for messages.
func (a *app) move(ctx context.Context, kind control.IntentKind, options moveOptions, words string) error {
	if err := options.check(); err != nil {
		return err
	}
	if options.to == "" && !options.home {
		return refusef("--to is missing: name the region to make active")
	}
	if options.maxLag <= 0 {
		return refusef("--max-lag %s is not above zero", options.maxLag)
	}
	observer, err := a.system(ctx)
	if err != nil {
		return err
	}
	if options.home {
		options.to = observer.Access.Regions[0].Name
	}
	operator := a.newOperator(observer, options.to, options.askOptions, func(seen status.Snapshot) (string, string) {
		return moveQuestion(kind, options.to, seen), options.to
	})
	if options.cancel {
		return a.takeBack(ctx, operator, kind, options.to, options.by)
	}
	order := act.Order{
		Want: plan.Want{
			Kind: kind, To: options.to, By: options.by, Resume: options.resume, AllowDataLoss: options.allowDataLoss, MaxLag: options.maxLag,
		},
		Why: options.why, For: options.length,
	}
	if options.onlyCheck {
		return a.checkMove(observer.Look(ctx), order.Want, words)
	}
	return a.pursue(ctx, operator, order, options.askOptions, words)
}

// checkMove says whether a move would be refused.
func (a *app) checkMove(seen status.Snapshot, want plan.Want, words string) error {
	if reasons := plan.Check(seen, want); len(reasons) > 0 {
		return a.refuse(words, act.Refused(reasons))
	}
	result := struct {
		Kind  control.IntentKind `json:"kind"`
		To    string             `json:"to"`
		Ready bool               `json:"ready"`
	}{want.Kind, want.To, true}
	return a.result(result, [][]string{{"KIND", "TO", "READY"}, {string(want.Kind), want.To, "yes"}})
}

// moveQuestion says what will happen.
func moveQuestion(kind control.IntentKind, to string, seen status.Snapshot) string {
	target, _ := seen.Of(to)
	lag := "not known"
	if target.Lag.Known {
		lag = fmt.Sprintf("%.1f s", max(target.Lag.ReplicationSeconds, target.Lag.RPOSeconds))
	}
	if kind == control.IntentSwitchover {
		return fmt.Sprintf("%s hands over to %s in epoch %d. Nothing is lost; payments are answered 202 until %s is active. Lag now: %s.",
			seen.Lease.Region, to, seen.Lease.Epoch+1, to, lag)
	}
	return fmt.Sprintf("%s takes over from %s in epoch %d. Its ledger becomes the only one; what it lacks is posted again from the journal. Lag now: %s.",
		to, seen.Lease.Region, seen.Lease.Epoch+1, lag)
}
