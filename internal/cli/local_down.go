package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/localcloud/control"
	"github.com/paymentdr/paymentdr/internal/localcloud/statefolder"
)

func isNotRunning(err error) bool { return errors.Is(err, control.ErrNotRunning) }

func (a *app) localDownCommand() *cobra.Command {
	var options cloudOptions
	command := &cobra.Command{
		Use: "down", Short: "End a local cloud; nothing of it is left", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.localDown(c.Context(), options) },
	}
	options.register(command.Flags())
	return command
}

// downPatience bounds how long an orderly end may take.
const downPatience = 60 * time.Second

func (a *app) localDown(ctx context.Context, options cloudOptions) error {
	path, err := options.path()
	if err != nil {
		return err
	}
	client, err := options.client()
	if err != nil {
		return err
	}
	defer client.Close()
	switch err := client.Down(ctx); {
	case isNotRunning(err):
		return a.removeRest(path, options.name)
	case err != nil:
		return err
	}
	a.progress("ending %s ...", options.name)
	ctx, cancel := context.WithTimeout(ctx, downPatience)
	defer cancel()
	const pause = 20 * time.Millisecond
	for {
		if statefolder.Gone(path) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s is removed: %w; see %s", path, ctx.Err(), filepath.Join(path, "supervisor.log"))
		case <-time.After(pause):
		}
	}
}

// removeRest removes what a cloud left that ended without its end, as after a power failure. A folder that somebody holds
// is refused.
func (a *app) removeRest(path, name string) error {
	_, err := statefolder.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(a.process.Stderr, "paymentdr: no local cloud %q runs\n", name)
		return nil
	}
	if err != nil {
		return err
	}
	rest, err := statefolder.Take(path, name)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.process.Stderr, "paymentdr: no local cloud %q runs; removed what one left in %s\n", name, path)
	return rest.Remove()
}

func (a *app) localStatusCommand() *cobra.Command {
	var options cloudOptions
	command := &cobra.Command{
		Use: "status", Short: "Show the Regions, links, health checks and what DNS answers", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			client, err := options.client()
			if err != nil {
				return err
			}
			defer client.Close()
			status, err := client.Status(c.Context())
			if err != nil {
				return notRunning(options, err)
			}
			return a.statusResult(status)
		},
	}
	options.register(command.Flags())
	return command
}

func (a *app) statusResult(status control.Status) error {
	if a.output == outputJSON {
		return writeJSON(a.process.Stdout, status)
	}
	out := a.process.Stdout
	fmt.Fprintf(out, "cloud %s, process %d, up %s, %d processes, %d MB\nfolder %s\nfiles  %s\n\n", status.Name, status.PID,
		time.Since(status.Since).Round(time.Second), status.Processes, status.Memory>>20, status.Folder, status.Files)
	rows := [][]string{{"REGION", "ROLE", "STATE", "DATABASE", "PAYMENTS", "APIS", "ALARMS"}}
	for _, each := range status.Regions {
		database := "-"
		if each.Role != "witness" {
			database = "follows"
		}
		if each.Name == status.Writer {
			database = "writes"
		}
		rows = append(rows, []string{each.Name, each.Role, each.State, database, orDash(each.Payments), orDash(each.API), strconv.Itoa(len(each.Alarms))})
	}
	if err := writeTable(out, rows); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nDNS %s: %s -> %s (%s), TTL %s\n\n", status.Layout.Resolver(), status.Failover.Name, status.Failover.Region, status.Failover.Address, status.Failover.TTL)
	rows = [][]string{{"HEALTH CHECK", "HEALTHY", "CHECKERS"}}
	for _, each := range status.Health {
		rows = append(rows, []string{each.Name, strconv.FormatBool(each.Healthy), fmt.Sprintf("%d of %d", each.Well, each.Checkers)})
	}
	if err := writeTable(out, rows); err != nil {
		return err
	}
	fmt.Fprintln(out)
	rows = [][]string{{"LINK", "", "ROUND TRIP", "JITTER", "LOSS", "CUT"}}
	for _, each := range status.Links {
		rows = append(rows, []string{each.A, each.B, each.RoundTrip.String(), each.Jitter.String(), strconv.FormatFloat(each.Loss, 'g', -1, 64), orDash(each.Cut)})
	}
	return writeTable(out, rows)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func (a *app) localLogsCommand() *cobra.Command {
	var options cloudOptions
	command := &cobra.Command{
		Use: "logs [NAME]", Short: "Print a log of the cloud: a Region's, the supervisor's or a function's", Args: cobra.MaximumNArgs(1),
		Long: `Without a name it lists what there is. Logs end with the cloud.`,
		RunE: func(_ *cobra.Command, arguments []string) error { return a.localLogs(options, arguments) },
	}
	options.register(command.Flags())
	return command
}

func (a *app) localLogs(options cloudOptions, arguments []string) error {
	path, err := options.path()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return notRunning(options, control.ErrNotRunning)
	}
	logs := map[string]string{}
	err = filepath.WalkDir(path, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // a folder that is going, or another user's
		}
		if _, is := logName(entry); is {
			relative, _ := filepath.Rel(path, file)
			logs[relative[:len(relative)-len(".log")]] = file
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list logs: %w", err)
	}
	var names []string
	for name := range logs {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(arguments) == 0 {
		rows := [][]string{}
		for _, name := range names {
			rows = append(rows, []string{name})
		}
		return a.result(names, rows)
	}
	file, found := logs[arguments[0]]
	if !found {
		return refusef("no log %q%s; `paymentdr local logs%s` lists them", arguments[0], suggestion(arguments[0], names), nameFlag(options))
	}
	content, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	defer content.Close()
	_, err = io.Copy(a.process.Stdout, content)
	return err
}
