package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/localcloud/region"
	"github.com/paymentdr/paymentdr/internal/localcloud/supervisor"
)

// progressFile is the descriptor on which the supervisor says how its start goes.
const progressFile = 3

func (a *app) localSuperviseCommand() *cobra.Command {
	var options upOptions
	command := &cobra.Command{
		Use: "supervise", Short: "Run a local cloud (started by local up)", Args: cobra.NoArgs, Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error {
			out := &progressWriter{file: os.NewFile(progressFile, "progress")}
			defer out.close()
			return a.supervise(c.Context(), options, out)
		},
	}
	options.register(command.Flags())
	return command
}

// progressWriter writes lines for whoever waits for the start. If nobody reads any more, the start is not wanted.
type progressWriter struct {
	mutex sync.Mutex
	file  *os.File
	lost  context.CancelFunc
}

func (p *progressWriter) write(line progressLine) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.file == nil {
		return
	}
	if err := json.NewEncoder(p.file).Encode(line); err != nil && p.lost != nil {
		p.lost()
	}
}

func (p *progressWriter) close() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.file != nil {
		_ = p.file.Close() // whoever reads has what it needs
		p.file = nil
	}
}

// supervise runs a cloud until it is told to end.
func (a *app) supervise(ctx context.Context, options upOptions, out *progressWriter) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out.lost = cancel
	running, err := a.startCloud(ctx, options, func(what string) { out.write(progressLine{Progress: what}) })
	if err != nil {
		var refusal interface{ Refused() bool }
		out.write(progressLine{Error: err.Error(), Refused: exitCode(err) == ExitRefused || errors.As(err, &refusal) && refusal.Refused()})
		return err
	}
	out.write(progressLine{Ready: true})
	out.close()
	running.Wait(ctx)
	return running.Close()
}

// startCloud starts a cloud as the configuration says.
func (a *app) startCloud(ctx context.Context, options upOptions, progress func(string)) (*supervisor.Supervisor, error) {
	// Functions run here, so they are built for here.
	a.settings = append(a.settings, "compute.architecture="+runtime.GOARCH)
	cfg, err := a.load()
	if err != nil {
		return nil, err
	}
	path, err := options.path()
	if err != nil {
		return nil, err
	}
	files := options.files
	if files != "" {
		if files, err = filepath.Abs(files); err != nil {
			return nil, fmt.Errorf("find files: %w", err)
		}
	}
	return supervisor.Start(ctx, supervisor.Options{
		Name: options.name, Folder: path, Files: files,
		Primary: cfg.Regions.Primary, Secondary: cfg.Regions.Secondary, Witness: cfg.Regions.Witness,
		Prepare: func(ctx context.Context, folder string) error {
			progress("building the functions for " + cfg.Compute.Architecture)
			_, _, _, err := a.writeSystem(ctx, cfg, synthOptions{out: folder, accept: options.accept})
			return err
		},
		Process: func() *exec.Cmd { return exec.Command("/proc/self/exe", "local", "region") },
		OpenLog: openLog, Progress: progress, Seed: options.seed, Aggregation: options.aggregation, Perfect: options.perfect,
	})
}

// openLog makes the supervisor's log, to which a crash is written as well.
func openLog(path string) (*slog.Logger, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if err := debug.SetCrashOutput(file, debug.CrashOptions{}); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: slog.LevelDebug})), nil
}

func localRegionCommand(process Process) *cobra.Command {
	return &cobra.Command{
		Use: "region", Short: "Run one Region of a local cloud (started by the supervisor)", Args: cobra.NoArgs, Hidden: true,
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := region.ReadConfig(process.Stdin)
			if err != nil {
				return err
			}
			return region.Run(c.Context(), config, process.Stdout, process.Stderr)
		},
	}
}
