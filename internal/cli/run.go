// Package cli is the operator's command line. Results go to standard output, progress and errors to standard error.
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/engine"
	"github.com/paymentdr/paymentdr/internal/operate/observe"
)

// Exit codes of every command.
const (
	ExitOK            = 0
	ExitError         = 1 // something did not work
	ExitRefused       = 2 // asked for something that must not be done; nothing was changed
	ExitVerdictMissed = 3 // a drill ran and its verdict is not the expected one
)

// Process is what a run sees of the world around it.
type Process struct {
	Args        []string // without the program's name
	Environment []string // as os.Environ gives it
	Stdin       io.Reader
	Stdout      io.Writer
	Stderr      io.Writer
	// Terminal says that Stderr is a terminal, so that progress is shown.
	Terminal bool
	// Interactive says that Stdin is a terminal, so that questions can be asked.
	Interactive bool
	// System reaches the system of a configuration; nil means AWS.
	System func(context.Context, config.Config) (*observe.Observer, error)
	// Deployed reaches the system that drill --aws drills; nil means AWS.
	Deployed func(context.Context, config.Config) (onaws.System, error)
}

// Run executes one command and returns the exit code.
func Run(ctx context.Context, process Process) int {
	a := &app{process: process}
	root := a.command()
	root.SetArgs(process.Args)
	root.SetIn(process.Stdin)
	root.SetOut(process.Stdout)
	root.SetErr(process.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return ExitOK
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("interrupted: %w", err)
	}
	fmt.Fprintf(process.Stderr, "paymentdr: %s\n", a.here(err.Error()))
	return exitCode(err)
}

// refused is an error that says no before anything was changed.
type refused struct{ error }

func (r refused) Unwrap() error { return r.error }

func refusef(format string, args ...any) error { return refused{fmt.Errorf(format, args...)} }

// exitCode also knows the refusals of the packages below.
func exitCode(err error) int {
	var no refused
	var violations config.Violations
	var refusal interface{ Refused() bool }
	var verdict interface{ VerdictMissed() bool }
	switch {
	case errors.As(err, &no), errors.As(err, &violations):
		return ExitRefused
	case errors.As(err, &refusal) && refusal.Refused():
		return ExitRefused
	case errors.As(err, &verdict) && verdict.VerdictMissed():
		return ExitVerdictMissed
	}
	return ExitError
}

// app is the state of one run: the flags that every command has, and the world.
type app struct {
	process    Process
	configPath string
	settings   []string
	output     string
	local      string        // of the commands that act on a system, which may be a local cloud
	answers    *bufio.Reader // what is typed, once a question was asked
}

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "paymentdr",
		Short: "Payments that survive the loss of an AWS Region",
		Long: `paymentdr defines a two-Region payment system, writes it as plain OpenTofu files,
and drives tofu or terraform with them.

Configuration is paymentdr.yaml, then ENVIRONMENT_SUFFIX and PAYMENTDR_* of the
environment, then --set. Every field has a default.

Exit codes: 0 done, 1 error, 2 refused and nothing changed, 3 verdict missed.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
	}
	flags := root.PersistentFlags()
	flags.StringVarP(&a.configPath, "config", "c", "", "configuration `file` (default paymentdr.yaml, if it exists)")
	flags.StringArrayVar(&a.settings, "set", nil, "override one field, `key=value`; may be repeated")
	flags.StringVar(&a.output, "output", outputTable, "`format` of results: table or json")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return checkOutput(a.output) }
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return refusef("%w (see %s --help)", err, c.CommandPath())
	})
	root.AddCommand(a.initCommand(), a.checkCommand(), a.simulateCommand(), a.synthCommand(), a.costCommand(), a.graphCommand())
	root.AddCommand(a.bootstrapCommand(), a.planCommand(), a.deployCommand(), a.outputCommand(), a.destroyCommand(), a.backupCommand())
	root.AddCommand(a.statusCommand(), a.historyCommand(), a.failoverCommand(), a.switchoverCommand(), a.failbackCommand())
	root.AddCommand(a.drainCommand(), a.undrainCommand(), a.replayCommand(), a.reconcileCommand())
	root.AddCommand(a.serveCommand(), a.devCommand(), a.payCommand(), a.ledgerCommand(), a.localCommand(), a.drillCommand())
	return root
}

// OtherVariables are variables with our prefix that are not fields of the configuration.
var OtherVariables = []string{engine.Variable, "PAYMENTDR_TOFU"}

func (a *app) load() (config.Config, error) {
	return config.Load(config.LoadOptions{
		Path: a.configPath, Environment: a.process.Environment, OtherVariables: OtherVariables, Set: a.settings,
	})
}

// progress says what is being waited for, to people only.
func (a *app) progress(format string, args ...any) {
	if a.process.Terminal {
		fmt.Fprintf(a.process.Stderr, format+"\n", args...)
	}
}

// IsTerminal says whether a file is a terminal that shows progress: a character device, and not TERM=dumb.
func IsTerminal(file *os.File) bool {
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
