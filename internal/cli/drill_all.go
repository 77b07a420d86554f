package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// allDrills is the name under which every scenario is played.
const allDrills = "all"

// What every scenario is played with then, unless it is said otherwise: the drill before has warmed everything up, and two
// clouds side by side share the machine, as most of a drill is waiting.
const (
	allBefore = 5 * time.Second
	allPayers = 8
	allRate   = 10
	allClouds = 2
)

// forAll are the options for every scenario.
func (o drillOptions) forAll(flags *pflag.FlagSet) drillOptions {
	if !flags.Changed("before") {
		o.before = allBefore
	}
	for name, payers := range map[string]*int{"dns-payers": &o.dns, "client-payers": &o.client} {
		if !flags.Changed(name) {
			*payers = allPayers
		}
	}
	for name, rate := range map[string]*float64{"dns-rate": &o.dnsRate, "client-rate": &o.clientRate} {
		if !flags.Changed(name) {
			*rate = allRate
		}
	}
	return o
}

// listDrills shows what can be drilled.
func (a *app) listDrills() error {
	if a.output == outputJSON {
		type listed struct {
			Name  string `json:"name"`
			Title string `json:"title"`
			Story string `json:"story"`
		}
		var list []listed
		for _, each := range scenario.All() {
			list = append(list, listed{each.Name, each.Title, each.Story})
		}
		return writeJSON(a.process.Stdout, list)
	}
	rows := [][]string{{"drill", "what is done"}}
	for _, each := range scenario.All() {
		rows = append(rows, []string{each.Name, each.Story})
	}
	return writeTable(a.process.Stdout, rows)
}

// series plays scenarios one after the other on one cloud, and on a new one where a drill left it broken.
type series struct {
	app     *app
	cfg     config.Config
	options drillOptions
	folder  string

	client *control.Client
	end    func() error
}

// drillAll plays every scenario, on several clouds side by side, and sums up.
func (a *app) drillAll(ctx context.Context, cfg config.Config, options drillOptions, folder string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	all, began := scenario.All(), time.Now()
	rows, failed := make([]report.Row, len(all)), make([]error, options.clouds)
	var next atomic.Int64
	var lanes sync.WaitGroup
	for lane := range options.clouds {
		s := &series{app: a, cfg: cfg, options: options, folder: folder}
		if options.clouds > 1 {
			s.options.up.name = fmt.Sprintf("%s-%d", options.up.name, lane+1)
		}
		lanes.Go(func() {
			if failed[lane] = s.playAll(ctx, all, rows, &next); failed[lane] != nil {
				cancel() // one lane's failure ends the others
			}
		})
	}
	lanes.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return a.drillSummary(folder, report.NewSummary(version(), began.UTC(), time.Since(began), rows))
}

// playAll plays whatever scenario is next, until none is left.
func (s *series) playAll(ctx context.Context, all []scenario.Scenario, rows []report.Row, next *atomic.Int64) (err error) {
	defer func() { err = errors.Join(err, s.close()) }()
	for {
		i := int(next.Add(1)) - 1
		if i >= len(all) {
			return nil
		}
		s.app.progress("drill %d of %d: %s", i+1, len(all), all[i].Name)
		if rows[i], err = s.play(ctx, all[i], i >= len(all)-s.options.clouds); err != nil {
			return err
		}
		fmt.Fprintf(s.app.process.Stderr, "paymentdr: drill %s: %s, %s\n", all[i].Name, rows[i].Word(), rows[i].Took.Round(time.Second))
	}
}

// play plays one scenario. An error ends the series; a drill that could not be judged does not.
func (s *series) play(ctx context.Context, each scenario.Scenario, last bool) (report.Row, error) {
	began, folder := time.Now(), filepath.Join(s.folder, each.Name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return report.Row{}, fmt.Errorf("make report folder: %w", err)
	}
	if err := s.open(ctx); err != nil {
		return report.Row{}, err
	}
	result, err := s.app.play(ctx, each, s.cfg, s.options, folder, s.client)
	if ctx.Err() != nil {
		return report.Row{}, ctx.Err()
	}
	if result.Scenario != "" {
		if _, err := writeReport(folder, result); err != nil {
			return report.Row{}, err
		}
	}
	if err != nil {
		return report.Row{Scenario: each.Name, Summary: each.Story, Folder: each.Name, Problem: err.Error(), Took: time.Since(began)}, s.close()
	}
	row := result.Summarize(each.Name, time.Since(began))
	if last {
		return row, nil
	}
	if healErr := s.heal(ctx, each); healErr != nil || !row.Met {
		if ctx.Err() != nil {
			return report.Row{}, ctx.Err()
		}
		// The next drill must not suffer from this one.
		err = s.close()
		if healErr != nil {
			row.Met, row.Missed = false, append(row.Missed, healErr.Error())
		}
	}
	row.Took = time.Since(began)
	return row, err
}

func (s *series) heal(ctx context.Context, each scenario.Scenario) error {
	target, err := s.app.drillTarget(ctx, s.client)
	if err != nil {
		return err
	}
	return run.Heal(ctx, run.Options{Scenario: each, Target: target, Config: s.cfg, Progress: s.app.progress})
}

func (s *series) open(ctx context.Context) (err error) {
	if s.client == nil {
		s.client, s.end, err = s.app.drillCloud(ctx, s.options)
	}
	return err
}

func (s *series) close() error {
	if s.client == nil {
		return nil
	}
	s.client = nil
	return s.end()
}

// drillSummary writes the summary's files and shows it.
func (a *app) drillSummary(folder string, summary report.Summary) error {
	encoded, errJSON := summary.JSON()
	page, errPage := summary.HTML()
	if err := errors.Join(errJSON, errPage); err != nil {
		return err
	}
	text := summary.Text()
	if err := writeFiles(folder, map[string][]byte{textFile: []byte(text), jsonFile: encoded, pageFile: page}); err != nil {
		return err
	}
	if err := a.showReport(folder, text, encoded); err != nil {
		return err
	}
	if !summary.Met {
		return verdictMissed{fmt.Errorf("verdict missed: %d of %d drills", summary.Missed(), len(summary.Rows))}
	}
	return nil
}
