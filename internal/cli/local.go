package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

// cloudOptions say which local cloud is meant.
type cloudOptions struct{ name, folder string }

func (o *cloudOptions) register(flags *pflag.FlagSet) {
	flags.StringVar(&o.name, "name", statefolder.DefaultName, "`name` of the local cloud; several run side by side")
	flags.StringVar(&o.folder, "out", "", "state `folder` of the cloud (default a temporary one of that name)")
}

// path is the cloud's folder.
func (o *cloudOptions) path() (string, error) { return statefolder.Path(o.name, o.folder) }

// client speaks to the cloud's supervisor; the caller closes it.
func (o *cloudOptions) client() (*control.Client, error) {
	path, err := o.path()
	if err != nil {
		return nil, err
	}
	return control.NewClient(statefolder.Control(path)), nil
}

func (a *app) localCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "local",
		Short: "Run the generated files as two Regions on this machine",
		Long: `Runs the generated files and the functions' own binaries as two Regions and a witness
on this machine: a process tree for each Region, real PostgreSQL servers, a journal
over Raft, DNS and health checks as Route 53 has them, links that can be cut.
Everything listens on loopback. Linux only.`,
		Args: cobra.NoArgs,
	}
	command.AddCommand(a.localUpCommand(), a.localDownCommand(), a.localStatusCommand(), a.localLogsCommand(), a.localEnvCommand(), a.localTokenCommand(), a.localBenchCommand())
	command.AddCommand(a.localRegionCommands()...)
	command.AddCommand(a.localLinkCommands()...)
	command.AddCommand(a.localApplyCommand(), a.localSuperviseCommand(), localRegionCommand(a.process))
	return command
}

// order sends one order to a cloud.
func (a *app) order(ctx context.Context, options cloudOptions, order control.Order) error {
	client, err := options.client()
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Order(ctx, order); err != nil {
		return notRunning(options, err)
	}
	return nil
}

// notRunning says what to do when nobody answers.
func notRunning(options cloudOptions, err error) error {
	if !isNotRunning(err) {
		return err
	}
	return refusef("no local cloud %q runs; start one with: paymentdr local up%s", options.name, nameFlag(options))
}

func nameFlag(options cloudOptions) string {
	flag := ""
	if options.name != statefolder.DefaultName {
		flag += " --name " + options.name
	}
	if options.folder != "" {
		flag += " --out " + shellQuote(options.folder)
	}
	return flag
}

// localRegionCommands act on one Region.
func (a *app) localRegionCommands() []*cobra.Command {
	var commands []*cobra.Command
	for _, each := range []struct{ use, do, database, short string }{
		{"kill", control.Kill, control.KillDatabase, "End every process of a Region at once (kill -9)"},
		{"start", control.Start, control.StartDatabase, "Start a killed Region again, with its data"},
		{"stop", control.Stop, "", "Freeze every process of a Region (SIGSTOP): it neither answers nor refuses"},
		{"continue", control.Continue, "", "Let a stopped Region go on where it was"},
	} {
		var options cloudOptions
		var database bool
		command := &cobra.Command{
			Use: each.use + " REGION", Short: each.short, Args: exactly("REGION"),
			RunE: func(c *cobra.Command, arguments []string) error {
				do := each.do
				if database {
					do = each.database
				}
				return a.order(c.Context(), options, control.Order{Do: do, Region: arguments[0]})
			},
		}
		options.register(command.Flags())
		if each.database != "" {
			command.Flags().BoolVar(&database, "database", false, "its database servers alone")
		}
		commands = append(commands, command)
	}
	return commands
}

// localLinkCommands act on the way between two places.
func (a *app) localLinkCommands() []*cobra.Command {
	var cut, heal, slow cloudOptions
	var oneWay bool
	cutCommand := &cobra.Command{
		Use: "cut FROM TO", Short: "Let nothing pass between two places", Args: exactly("FROM", "TO"),
		Long: `Lets nothing pass between two places: Regions, the witness, or "internet", where
payers and health checkers are. Connections stay open and silent, as in a partition.`,
		RunE: func(c *cobra.Command, ends []string) error {
			return a.order(c.Context(), cut, control.Order{Do: control.Cut, From: ends[0], To: ends[1], OneWay: oneWay})
		},
	}
	cutCommand.Flags().BoolVar(&oneWay, "one-way", false, "only what goes from FROM to TO")
	cut.register(cutCommand.Flags())
	healCommand := &cobra.Command{
		Use: "heal [FROM TO]", Short: "Open the way between two places again, or all ways", Args: noneOr("FROM", "TO"),
		RunE: func(c *cobra.Command, ends []string) error {
			order := control.Order{Do: control.Heal}
			if len(ends) > 0 {
				order.From, order.To = ends[0], ends[1]
			}
			return a.order(c.Context(), heal, order)
		},
	}
	heal.register(healCommand.Flags())
	var roundTrip, jitter time.Duration
	var loss float64
	slowCommand := &cobra.Command{
		Use: "slow FROM TO", Short: "Change the round trip, jitter and loss between two places", Args: exactly("FROM", "TO"),
		RunE: func(c *cobra.Command, ends []string) error {
			return a.order(c.Context(), slow, control.Order{Do: control.Slow, From: ends[0], To: ends[1], RoundTrip: roundTrip, Jitter: jitter, Loss: loss})
		},
	}
	slowCommand.Flags().DurationVar(&roundTrip, "round-trip", 0, "time there and back")
	slowCommand.Flags().DurationVar(&jitter, "jitter", 0, "the most that data is late beyond that, each way")
	slowCommand.Flags().Float64Var(&loss, "loss", 0, "share of packets lost, each way, from 0 to below 1")
	slow.register(slowCommand.Flags())
	return []*cobra.Command{cutCommand, healCommand, slowCommand}
}

// noneOr refuses anything but no arguments and these.
func noneOr(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, arguments []string) error {
		if len(arguments) == 0 {
			return nil
		}
		return exactly(names...)(c, arguments)
	}
}

func (a *app) localApplyCommand() *cobra.Command {
	var options cloudOptions
	command := &cobra.Command{
		Use: "apply", Short: "Make what has changed in the files of a running cloud", Args: cobra.NoArgs,
		Long: `Reads the files that the cloud was started from again and makes what has changed,
as tofu apply would. Start the cloud with --files to have files of your own.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.order(c.Context(), options, control.Order{Do: control.Apply})
		},
	}
	options.register(command.Flags())
	return command
}

func (a *app) localEnvCommand() *cobra.Command {
	var options cloudOptions
	command := &cobra.Command{
		Use: "env REGION", Short: "Print what AWS's command line and SDKs need to speak to a Region", Args: exactly("REGION"),
		Long: `Prints shell commands: eval "$(paymentdr local env us-west-2)".`,
		RunE: func(c *cobra.Command, arguments []string) error {
			client, err := options.client()
			if err != nil {
				return err
			}
			defer client.Close()
			variables, err := client.Environment(c.Context(), arguments[0])
			if err != nil {
				return notRunning(options, err)
			}
			if a.output == outputJSON {
				return writeJSON(a.process.Stdout, variables)
			}
			for _, name := range slices.Sorted(maps.Keys(variables)) {
				fmt.Fprintf(a.process.Stdout, "export %s=%s\n", name, shellQuote(variables[name]))
			}
			return nil
		},
	}
	options.register(command.Flags())
	return command
}

func (a *app) localTokenCommand() *cobra.Command {
	var options cloudOptions
	var subject string
	command := &cobra.Command{
		Use: "token", Short: "Print a bearer token for the payment API", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := options.client()
			if err != nil {
				return err
			}
			defer client.Close()
			token, err := client.Token(c.Context(), subject)
			if err != nil {
				return notRunning(options, err)
			}
			if a.output == outputJSON {
				return writeJSON(a.process.Stdout, map[string]string{"token": token})
			}
			_, err = fmt.Fprintln(a.process.Stdout, token)
			return err
		},
	}
	command.Flags().StringVar(&subject, "subject", "payer", "whom the token names (sub)")
	options.register(command.Flags())
	return command
}

// logName is a log's name, if the file is one.
func logName(entry os.DirEntry) (string, bool) { return strings.CutSuffix(entry.Name(), ".log") }
