package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// clearScreen moves a terminal's cursor home and clears what is below.
const clearScreen = "\x1b[H\x1b[J"

func (a *app) statusCommand() *cobra.Command {
	var watch bool
	var every time.Duration
	command := &cobra.Command{
		Use:   "status",
		Short: "Show which Region is active and how everything is",
		Long: `Looks at everything at once: the lease, what an operator asks for, the global
cluster and its lag, the journal's backlog, what DNS answers, the Regions' own
health, Route 53's checks, and the alarms in ALARM. Each has a deadline of its
own, so a dark Region shows as such and hides nothing of the other.

With --output json the names are stable; with --watch it is one line a look.

Exit code 1 if no Region's control table could be read.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if every < time.Second {
				return refusef("--every %s is below 1s", every)
			}
			return a.status(c.Context(), watch, every)
		},
	}
	a.registerSystem(command.Flags())
	command.Flags().BoolVar(&watch, "watch", false, "look again and again, until Ctrl-C")
	command.Flags().DurationVar(&every, "every", 2*time.Second, "`time` between two looks of --watch")
	return command
}

func (a *app) status(ctx context.Context, watch bool, every time.Duration) error {
	observer, err := a.system(ctx)
	if err != nil {
		return err
	}
	if watch {
		return a.watchStatus(ctx, observer, every)
	}
	snapshot := observer.Look(ctx)
	if a.output == outputJSON {
		err = writeJSON(a.process.Stdout, snapshot)
	} else {
		err = a.writeStatus(snapshot)
	}
	if err != nil {
		return err
	}
	if snapshot.Lease.Reading == failover.LeaseUnread {
		return fmt.Errorf("no region's control table could be read: %s", snapshot.Lease.Problem)
	}
	return nil
}

// watchStatus ends, without an error, when ctx does.
func (a *app) watchStatus(ctx context.Context, observer *observe.Observer, every time.Duration) error {
	for {
		snapshot := observer.Look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var err error
		switch {
		case a.output == outputJSON:
			err = json.NewEncoder(a.process.Stdout).Encode(snapshot)
		case a.process.Terminal:
			fmt.Fprint(a.process.Stdout, clearScreen)
			err = a.writeStatus(snapshot)
		default:
			err = errors.Join(a.writeStatus(snapshot), writeTable(a.process.Stdout, [][]string{{""}}))
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

func (a *app) writeStatus(snapshot status.Snapshot) error {
	if err := writeTable(a.process.Stdout, snapshot.System()); err != nil {
		return err
	}
	fmt.Fprintln(a.process.Stdout)
	return writeTable(a.process.Stdout, snapshot.PerRegion())
}
