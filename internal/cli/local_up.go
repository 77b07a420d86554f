package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// upOptions are what a cloud is started with.
type upOptions struct {
	cloudOptions
	files       string
	accept      []string
	seed        uint64
	aggregation time.Duration
	perfect     bool
}

func (o *upOptions) register(flags *pflag.FlagSet) {
	o.cloudOptions.register(flags)
	flags.StringVar(&o.files, "files", "", "`folder` that synth wrote (default: synth from the configuration, for this machine)")
	flags.StringSliceVar(&o.accept, "accept", nil, "`reason` to go on in spite of: "+acceptObjectives)
	flags.Uint64Var(&o.seed, "seed", 0, "of the health checkers' phases and the links' jitter (default: another each time)")
	flags.DurationVar(&o.aggregation, "aggregation", 0, "time from the checkers' verdicts to another DNS answer; AWS publishes none")
	flags.BoolVar(&o.perfect, "perfect-links", false, "no round-trip times, for measuring")
}

// arguments are the same options for the supervisor's command line.
func (o *upOptions) arguments() []string {
	arguments := []string{"--name", o.name, fmt.Sprintf("--seed=%d", o.seed), "--aggregation=" + o.aggregation.String(), fmt.Sprintf("--perfect-links=%t", o.perfect)}
	if o.folder != "" {
		arguments = append(arguments, "--out="+o.folder)
	}
	if o.files != "" {
		arguments = append(arguments, "--files="+o.files)
	}
	for _, reason := range o.accept {
		arguments = append(arguments, "--accept="+reason)
	}
	return arguments
}

func (a *app) localUpCommand() *cobra.Command {
	var options upOptions
	command := &cobra.Command{
		Use: "up", Short: "Start two Regions and a witness; returns when payments are taken", Args: cobra.NoArgs,
		Long: `Starts a local cloud in the background and returns when it takes payments. The files
are those in --files, or are made from the configuration for this machine's processor.

An interrupt, or an error, ends what was started, and nothing is left.`,
		RunE: func(c *cobra.Command, _ []string) error {
			status, err := a.up(c.Context(), options)
			if err != nil {
				return err
			}
			return a.upResult(options, status)
		},
	}
	options.register(command.Flags())
	return command
}

// progressLine is what the supervisor writes while it starts.
type progressLine struct {
	Progress string `json:"progress,omitempty"`
	Ready    bool   `json:"ready,omitempty"`
	Error    string `json:"error,omitempty"`
	Refused  bool   `json:"refused,omitempty"`
}

// up starts a supervisor that outlives this process, and waits until it is ready.
func (a *app) up(ctx context.Context, options upOptions) (control.Status, error) {
	if runtime.GOOS != "linux" {
		return control.Status{}, refusef("a local cloud runs on Linux only, this is %s", runtime.GOOS)
	}
	if _, err := options.path(); err != nil {
		return control.Status{}, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return control.Status{}, fmt.Errorf("start local cloud: %w", err)
	}
	defer read.Close()
	arguments := append([]string{"local", "supervise"}, options.arguments()...)
	if a.configPath != "" {
		arguments = append(arguments, "--config="+a.configPath)
	}
	for _, setting := range a.settings {
		arguments = append(arguments, "--set="+setting)
	}
	// #nosec G204 -- this program itself
	command := exec.Command("/proc/self/exe", arguments...)
	command.Env = a.process.Environment
	command.ExtraFiles = []*os.File{write}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := errors.Join(command.Start(), write.Close()); err != nil {
		return control.Status{}, fmt.Errorf("start local cloud: %w", err)
	}
	// An interrupt ends the supervisor as well; it cleans up and then closes the pipe.
	stop := context.AfterFunc(ctx, func() { _ = command.Process.Signal(syscall.SIGTERM) })
	defer stop()
	if err := a.awaitReady(read); err != nil {
		_ = command.Wait() // its error is the one it told
		if ctx.Err() != nil {
			return control.Status{}, ctx.Err()
		}
		return control.Status{}, err
	}
	if err := command.Process.Release(); err != nil {
		return control.Status{}, fmt.Errorf("start local cloud: %w", err)
	}
	client, err := options.client()
	if err != nil {
		return control.Status{}, err
	}
	defer client.Close()
	return client.Status(ctx)
}

// awaitReady shows progress until the supervisor is ready or has failed.
func (a *app) awaitReady(from io.Reader) error {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		var line progressLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("start local cloud: the supervisor said %q", lines.Text())
		}
		switch {
		case line.Ready:
			return nil
		case line.Refused:
			return refused{errors.New(line.Error)}
		case line.Error != "":
			return errors.New(line.Error)
		}
		a.progress("%s ...", line.Progress)
	}
	return errors.New("start local cloud: the supervisor ended without a word; was it killed?")
}

// upResult says what runs and what to try.
func (a *app) upResult(options upOptions, status control.Status) error {
	if a.output == outputJSON {
		return writeJSON(a.process.Stdout, status)
	}
	flag := nameFlag(options.cloudOptions)
	_, err := fmt.Fprintf(a.process.Stdout, upGuide, status.Name, status.Failover.Name, status.Failover.Region,
		status.Layout.Resolver().Addr(), status.Layout.DNS, status.Folder, status.Layout.HTTPS, flag, status.Layout.Primary, status.Layout.Secondary,
		status.Failover.Address)
	return err
}

// upGuide is what to try; see upResult for its arguments.
const upGuide = `The local cloud %[1]s takes payments: %[2]s leads to %[3]s. Ask and pay:

  dig @%[4]s -p %[5]d %[2]s
  curl --cacert %[6]s/authority/ca.pem --connect-to %[2]s:443:%[11]s:%[7]d https://%[2]s/health
  paymentdr local token%[8]s
  eval "$(paymentdr local env %[10]s%[8]s)"

Break it, look, end it:

  paymentdr local kill %[9]s%[8]s
  paymentdr local status%[8]s
  paymentdr local down%[8]s
`
