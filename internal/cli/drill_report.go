package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"

	"github.com/paymentdr/paymentdr/internal/config"
	judging "github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/report"
)

// localNotes are where a drill on one machine differs from the loss of a Region.
var localNotes = []string{
	"Two Regions on one machine: round trips between Regions and to payers are modelled, their processors are shared.",
	"Promoting the standby's ledger takes milliseconds here and minutes with Aurora; payments are accepted meanwhile in both.",
	"AWS publishes no time from the health checkers' verdicts to another DNS answer; it is what --aggregation says, 0 by default.",
}

// assess makes a report of the evidence. Untrue is why the fault was not what it should have been, or nil.
func assess(finished judging.Finished, untrue error) (report.Report, error) {
	if untrue != nil {
		finished.Notes = append(finished.Notes, "The fault was not what it should have been: "+untrue.Error())
	}
	result, err := judging.Assess(finished)
	if err != nil {
		return report.Report{}, errors.Join(untrue, err)
	}
	return result, nil
}

// drillResult writes the report's files, shows it, and says whether the verdict was met. Whatever it is, it is not about a
// fault that was untrue.
func (a *app) drillResult(folder string, result report.Report, untrue error) error {
	encoded, err := writeReport(folder, result)
	if err != nil {
		return err
	}
	if err := a.showReport(folder, result.Text(), encoded); err != nil {
		return err
	}
	if untrue != nil {
		return untrue
	}
	if !result.Verdict.Met {
		return verdictMissed{fmt.Errorf("verdict missed: %d expectations of drill %s", result.Missed(), result.Scenario)}
	}
	return nil
}

// writeReport writes a report's files and returns its JSON.
func writeReport(folder string, result report.Report) ([]byte, error) {
	encoded, errJSON := result.JSON()
	page, errPage := result.HTML()
	if err := errors.Join(errJSON, errPage); err != nil {
		return nil, err
	}
	return encoded, writeFiles(folder, map[string][]byte{textFile: []byte(result.Text()), jsonFile: encoded, pageFile: page, pictureFile: []byte(result.SVG())})
}

func writeFiles(folder string, files map[string][]byte) error {
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	return nil
}

// showReport prints a report as the user wants it.
func (a *app) showReport(folder, text string, encoded []byte) error {
	if a.output == outputJSON {
		_, err := a.process.Stdout.Write(encoded)
		return err
	}
	_, err := fmt.Fprintf(a.process.Stdout, "%s\nreport: %s\n", text, filepath.Join(folder, pageFile))
	return err
}

// drillSettings are what a drill's figures depend on.
func drillSettings(cfg config.Config, options drillOptions) []report.Setting {
	return []report.Setting{
		{Key: "regions", Value: cfg.Regions.Primary + ", " + cfg.Regions.Secondary + ", witness " + cfg.Regions.Witness},
		{Key: "health_check.interval", Value: cfg.HealthCheck.Interval.String()},
		{Key: "health_check.threshold", Value: strconv.Itoa(cfg.HealthCheck.Threshold)},
		{Key: "health_check.ttl", Value: cfg.HealthCheck.TTL.String()},
		{Key: "lease.ttl", Value: cfg.Lease.TTL.String()}, {Key: "lease.tick", Value: cfg.Lease.Tick.String()},
		{Key: "objectives.rto", Value: cfg.Objectives.RTO.String()}, {Key: "objectives.rpo", Value: cfg.Objectives.RPO.String()},
		{Key: "payers by DNS", Value: fmt.Sprintf("%d, %g payments a second", options.dns, options.dnsRate)},
		{Key: "payers with client/", Value: fmt.Sprintf("%d, %g payments a second", options.client, options.clientRate)},
		{Key: "sent twice on purpose", Value: fmt.Sprintf("%g %%", 100*options.copies)},
	}
}

// reproduce is the command that plays the same load again.
func (a *app) reproduce(name string, options drillOptions) []string {
	command := fmt.Sprintf("paymentdr drill %s --payer-seed %d", name, options.payerSeed)
	if a.configPath != "" {
		command += " --config " + shellQuote(a.configPath)
	}
	for _, setting := range a.settings {
		command += " --set " + shellQuote(setting)
	}
	for _, reason := range options.up.accept {
		command += " --accept " + reason
	}
	return []string{command}
}

// version is the program's, as its build says.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision := info.Main.Version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			revision = setting.Value
		}
	}
	return revision
}
