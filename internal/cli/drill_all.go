package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/run"
	"github.com/paymentdr/paymentdr/internal/drill/scenario"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// allDrills is the name under which every scenario is played.
const allDrills = "all"

// allBefore is the load before each fault then: the drill before has warmed everything up.
const allBefore = 5 * time.Second

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

// drillAll plays every scenario and sums up.
func (a *app) drillAll(ctx context.Context, cfg config.Config, options drillOptions, folder string) (err error) {
	s := &series{app: a, cfg: cfg, options: options, folder: folder}
	defer func() { err = errors.Join(err, s.close()) }()
	began := time.Now()
	var rows []report.Row
	for i, each := range scenario.All() {
		a.progress("drill %d of %d: %s", i+1, len(scenario.All()), each.Name)
		row, err := s.play(ctx, each, i == len(scenario.All())-1)
		if err != nil {
			return err
		}
		rows = append(rows, row)
		fmt.Fprintf(a.process.Stderr, "paymentdr: drill %s: %s\n", each.Name, row.Word())
	}
	return a.drillSummary(folder, report.NewSummary(version(), began.UTC(), time.Since(began), rows))
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
	if err != nil {
		return report.Row{Scenario: each.Name, Summary: each.Story, Folder: each.Name, Problem: err.Error(), Took: time.Since(began)}, s.close()
	}
	if err := writeReport(folder, result); err != nil {
		return report.Row{}, err
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
	if err := a.showReport(folder, summary.Text(), encoded, page, nil); err != nil {
		return err
	}
	if !summary.Met {
		return verdictMissed{fmt.Errorf("verdict missed: %d of %d drills", summary.Missed(), len(summary.Rows))}
	}
	return nil
}
