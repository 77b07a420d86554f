package cli

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/local"
	"github.com/paymentdr/paymentdr/internal/drill/modelled"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// verdictMissed is a drill that ran and did not go as expected.
type verdictMissed struct{ error }

// VerdictMissed makes the command exit with its code for that.
func (verdictMissed) VerdictMissed() bool { return true }

// drillOptions are what a drill is played with.
type drillOptions struct {
	up          upOptions
	report      string
	dns, client int
	dnsRate     float64
	clientRate  float64
	copies      float64
	before      time.Duration
	keep, reuse bool
	payerSeed   uint64
	clouds      int
	aws         drillAWSOptions
}

func (a *app) drillCommand() *cobra.Command {
	var options drillOptions
	command := &cobra.Command{
		Use:   "drill [SCENARIO]",
		Short: "Break a local cloud under load, and judge what payers were told",
		Long: `Starts a local cloud from the configuration, lets payers pay, injects a fault, waits for
recovery, and holds every receipt against journal and ledger. The verdict, the numbers
and a timeline are written as text, JSON and one HTML page.

Scenarios: ` + strings.Join(scenario.Names(), ", ") + ` (default region-loss),
or all: every one, with less load, on two clouds side by side, and a summary.
"drill list" says what each does.

With --aws the deployed system is drilled instead, by experiments of AWS FIS that the
files have with drills.faults=fis: ` + strings.Join(onaws.Names(), ", ") + `. See docs/drills-aws.md.

Exit codes: 0 as expected, 1 error, 2 refused, 3 verdict missed.`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: append(scenario.Names(), allDrills, "list"),
		RunE: func(c *cobra.Command, arguments []string) error {
			if options.aws.on {
				return a.drillAWS(c, arguments, options)
			}
			name := "region-loss"
			if len(arguments) > 0 {
				name = arguments[0]
			}
			if name == "list" {
				return a.listDrills()
			}
			if name == allDrills {
				options = options.forAll(c.Flags())
			}
			return a.drill(c.Context(), name, options)
		},
	}
	flags := command.Flags()
	options.up.register(flags)
	flags.StringVar(&options.report, "report", "", "`folder` of the report, which must not exist (default drill-SCENARIO-TIME)")
	flags.IntVar(&options.dns, "dns-payers", 12, "programs that follow the failover name's DNS")
	flags.IntVar(&options.client, "client-payers", 12, "programs that use the package client, which knows both Regions")
	flags.Float64Var(&options.dnsRate, "dns-rate", 20, "new payments a second of all DNS payers")
	flags.Float64Var(&options.clientRate, "client-rate", 20, "new payments a second of all client payers")
	flags.Float64Var(&options.copies, "copies", 0.05, "share of payments that are sent twice on purpose, from 0 to 1")
	flags.DurationVar(&options.before, "before", 15*time.Second, "load before the fault")
	flags.IntVar(&options.clouds, "clouds", allClouds, "drill all: `number` of clouds side by side, from 1 to 4")
	flags.BoolVar(&options.keep, "keep", false, "leave the cloud running")
	flags.BoolVar(&options.reuse, "running", false, "drill the cloud of that --name that runs already, and leave it running")
	options.aws.register(flags, a)
	flags.Uint64Var(&options.payerSeed, "payer-seed", 0, "fixes what is paid (default: another each time)")
	return command
}

// check refuses what cannot be played, with every reason.
func (o *drillOptions) check() error {
	var faults []error
	for name, value := range map[string]float64{"--dns-rate": o.dnsRate, "--client-rate": o.clientRate} {
		if value <= 0 || value > 10000 {
			faults = append(faults, fmt.Errorf("%s %g: more than 0 and at most 10000 payments a second", name, value))
		}
	}
	if o.dns < 0 || o.client < 0 || o.dns+o.client == 0 || o.dns+o.client > 1000 {
		faults = append(faults, fmt.Errorf("--dns-payers %d and --client-payers %d: 1 to 1000 payers together", o.dns, o.client))
	}
	if o.clouds < 1 || o.clouds > 4 {
		faults = append(faults, fmt.Errorf("--clouds %d: from 1 to 4", o.clouds))
	}
	if o.copies < 0 || o.copies > 1 {
		faults = append(faults, fmt.Errorf("--copies %g: from 0 to 1", o.copies))
	}
	if o.before < time.Second || o.before > time.Hour {
		faults = append(faults, fmt.Errorf("--before %s: from 1s to 1h, so that there is something to compare with", o.before))
	}
	if err := errors.Join(faults...); err != nil {
		return refused{err}
	}
	return nil
}

func (a *app) drill(ctx context.Context, name string, options drillOptions) (err error) {
	played, err := scenario.Find(name)
	if err != nil && name != allDrills {
		return refusef("%w%s", err, suggestion(name, append(scenario.Names(), allDrills)))
	}
	if err := options.check(); err != nil {
		return err
	}
	cfg, err := a.load()
	if err != nil {
		return err
	}
	folder, err := reportFolder(options.report, name)
	if err != nil {
		return err
	}
	defer func() {
		// A folder without a report helps nobody.
		_ = os.Remove(folder)
	}()
	if name == allDrills {
		if options.reuse || options.keep {
			return refusef("drill all starts clouds of its own and ends them: leave out --running and --keep")
		}
		return a.drillAll(ctx, cfg, options, folder)
	}
	client, end, err := a.drillCloud(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	result, err := a.play(ctx, played, cfg, options, folder, client)
	if result.Scenario == "" {
		return err
	}
	return a.drillResult(folder, result, err)
}

// reportFolder makes the folder; evidence is never overwritten.
func reportFolder(wanted, name string) (string, error) {
	if wanted == "" {
		wanted = "drill-" + name + "-" + time.Now().UTC().Format("20060102-150405")
	}
	folder, err := filepath.Abs(wanted)
	if err != nil {
		return "", fmt.Errorf("make report folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", fmt.Errorf("make report folder: %w", err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		if errors.Is(err, os.ErrExist) {
			return "", refusef("report folder %s exists: evidence is never overwritten; name another one with --report", folder)
		}
		return "", fmt.Errorf("make report folder: %w", err)
	}
	return folder, nil
}

// drillCloud is the cloud to be drilled, and what ends it.
func (a *app) drillCloud(ctx context.Context, options drillOptions) (*control.Client, func() error, error) {
	client, err := options.up.client()
	if err != nil {
		return nil, nil, err
	}
	if options.reuse {
		if _, err := client.Status(ctx); err != nil {
			client.Close()
			return nil, nil, notRunning(options.up.cloudOptions, err)
		}
		return client, func() error { client.Close(); return nil }, nil
	}
	if _, err := a.up(ctx, options.up); err != nil {
		client.Close()
		return nil, nil, err
	}
	return client, func() error {
		client.Close()
		if options.keep {
			return nil
		}
		return a.localDown(context.WithoutCancel(ctx), options.up.cloudOptions)
	}, nil
}

// play plays a scenario on a local cloud and assesses it. With a report there may be an error, too, as with run.Play.
func (a *app) play(ctx context.Context, played scenario.Scenario, cfg config.Config, options drillOptions, folder string, client *control.Client) (report.Report, error) {
	target, err := a.drillTarget(ctx, client)
	if err != nil {
		return report.Report{}, err
	}
	target.Operate = a.operateLocal(options.up.cloudOptions)
	if options.payerSeed == 0 {
		options.payerSeed = randomSeed()
	}
	finished, untrue := run.Play(ctx, run.Options{
		Scenario: played, Target: target, Config: cfg, Receipts: filepath.Join(folder, receiptsFile),
		Run: runName(), Seed: options.payerSeed, DNSPayers: options.dns, ClientPayers: options.client, DNSRate: options.dnsRate,
		ClientRate: options.clientRate, Copies: options.copies, Before: options.before,
		Progress: func(format string, arguments ...any) { a.progress(format, arguments...) },
	})
	if finished.End.IsZero() {
		return report.Report{}, untrue
	}
	finished.Version, finished.Configuration = version(), drillSettings(cfg, options)
	finished.Reproduce = a.reproduce(played.Name, options)
	finished.Notes = append(finished.Notes, localNotes...)
	result, err := assess(finished, untrue)
	if err != nil {
		return report.Report{}, err
	}
	if untrue != nil || !played.Modelled {
		return result, untrue
	}
	found, err := modelled.Compare(ctx, cfg, result, options.up.aggregation, options.payerSeed)
	if err != nil {
		return report.Report{}, err
	}
	result.Notes = append(result.Notes, modelled.Note(found))
	return result, nil
}

// drillTarget is a running cloud as a drill sees it.
func (a *app) drillTarget(ctx context.Context, client *control.Client) (run.Target, error) {
	return local.Target(ctx, client)
}

// The files of a report.
const (
	receiptsFile = "receipts.jsonl"
	textFile     = "report.txt"
	jsonFile     = "report.json"
	pageFile     = "report.html"
	pictureFile  = "timeline.svg"
)

func randomSeed() uint64 {
	var bytes [8]byte
	_, _ = rand.Read(bytes[:]) // never fails
	return binary.LittleEndian.Uint64(bytes[:])>>1 | 1
}

// runName is new for every drill, and sorts by time.
func runName() string {
	return "d" + time.Now().UTC().Format("0102150405") + strings.ToLower(rand.Text()[:4])
}
