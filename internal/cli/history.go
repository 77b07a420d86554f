package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/operate/observe"
	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// longestHistory bounds --since: the history is read day by day.
const longestHistory = 400 * 24 * time.Hour

type historyOptions struct {
	since time.Duration
	kinds []string
}

func (a *app) historyCommand() *cobra.Command {
	var options historyOptions
	command := &cobra.Command{
		Use:   "history",
		Short: "Show who decided what, and on which observation",
		Long: `Lists the events of the control table, oldest first: what operators asked for, and
every step of the controllers with what they had seen. Events are never changed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.history(c.Context(), options) },
	}
	a.registerSystem(command.Flags())
	command.Flags().DurationVar(&options.since, "since", 24*time.Hour, "how far back, a `duration`")
	command.Flags().StringSliceVar(&options.kinds, "kind", nil, "only events of this `kind`, such as claimed; may be repeated")
	return command
}

func (a *app) history(ctx context.Context, options historyOptions) error {
	if options.since <= 0 || options.since > longestHistory {
		return refusef("--since %s is not in (0s, %s]", options.since, longestHistory)
	}
	observer, err := a.system(ctx)
	if err != nil {
		return err
	}
	events, err := readHistory(ctx, observer, options)
	if err != nil {
		return err
	}
	rows := [][]string{{"TIME", "EVENT", "REGION", "EPOCH", "DETAIL"}}
	for _, event := range events {
		rows = append(rows, []string{
			event.At.UTC().Format("2006-01-02T15:04:05.000Z"), event.Kind, event.Region, strconv.FormatInt(event.Epoch, 10), event.Details(),
		})
	}
	return a.result(events, rows)
}

// readHistory reads the table of the first Region that answers: both have the same.
func readHistory(ctx context.Context, observer *observe.Observer, options historyOptions) ([]status.Event, error) {
	now := observer.Now()
	var last error
	for _, clients := range observer.Clients {
		events, err := []status.Event{}, error(nil)
		for event, fault := range clients.Control.Events(ctx, now.Add(-options.since), now.Add(time.Hour)) {
			if err = fault; err != nil {
				break
			}
			if len(options.kinds) == 0 || slices.Contains(options.kinds, event.Kind) {
				events = append(events, observe.ToEvent(event))
			}
		}
		if err == nil {
			return events, nil
		}
		last = err
	}
	return nil, fmt.Errorf("read history: %w", last)
}
