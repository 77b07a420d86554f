package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/cli"
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/report"
)

// The whole way: every check before, the heartbeat that lets FIS start, payers, an experiment that cuts the active Region
// off, the failover, the end of the experiment, and the report.
func TestTablePartition(t *testing.T) {
	began := time.Now()
	c := start(t)
	cfg, err := config.Load(config.LoadOptions{Set: settings})
	if err != nil {
		t.Fatal(err)
	}
	c.serveFIS(cfg)
	c.awaitFit(t, cfg)
	t.Logf("fit to be drilled after %s", time.Since(began).Round(time.Second))
	folder := filepath.Join(t.TempDir(), "report")
	code, stdout, stderr := c.command(t.Context(), "drill", "table-partition", "--aws", "--account", faultstest.Account, "--yes",
		"--report", folder, "--before", "3s", "--dns-payers", "4", "--client-payers", "4", "--dns-rate", "5", "--client-rate", "5", "--payer-seed", "7")
	t.Logf("drilled after %s\n%s\n%s", time.Since(began).Round(time.Second), stderr, stdout)
	if code != cli.ExitOK {
		t.Errorf("exit %d", code)
	}
	content, err := os.ReadFile(filepath.Join(folder, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var result report.Report
	if err := json.Unmarshal(content, &result); err != nil {
		t.Fatal(err)
	}
	checkReport(t, result, cfg)
	experiments := c.servers[cfg.Regions.Primary].Experiments()
	if len(experiments) != 1 || experiments[0].Status != "stopped" || experiments[0].Reason != "Experiment stopped." {
		t.Errorf("experiments: %+v", experiments)
	}
	if other := c.servers[cfg.Regions.Secondary].Experiments(); len(other) != 0 {
		t.Errorf("the other Region had experiments: %+v", other)
	}
}

// awaitFit waits for the first metrics: without them no drill is allowed.
func (c *cloud) awaitFit(t *testing.T, cfg config.Config) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); ; {
		_, reasons, err := c.system(cfg).Examine(t.Context(), onaws.Want{Scenario: "table-partition", Account: faultstest.Account})
		if err != nil {
			t.Fatal(err)
		}
		if len(reasons) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not fit to be drilled: %+v", reasons)
		}
		time.Sleep(time.Second) // #nosec -- processes of a real cloud are waited for
	}
}

func checkReport(t *testing.T, result report.Report, cfg config.Config) {
	t.Helper()
	if result.Scenario != "table-partition" || result.Check.Acknowledged.Payments < 50 || result.Check.Posted.Payments < result.Check.Acknowledged.Payments {
		t.Errorf("scenario %s, acknowledged %d, posted %d", result.Scenario, result.Check.Acknowledged.Payments, result.Check.Posted.Payments)
	}
	for _, line := range result.Verdict.Lines {
		if !line.Met {
			t.Errorf("%s: expected %s, measured %s", line.What, line.Expected, line.Measured)
		}
	}
	seen := map[event.Kind]string{}
	for _, each := range result.Events {
		seen[each.Kind] = each.Region
	}
	for kind, region := range map[event.Kind]string{
		"experiment-running": cfg.Regions.Primary, "experiment-stopped": cfg.Regions.Primary,
		event.LeaseClaimed: cfg.Regions.Secondary, event.TermActive: cfg.Regions.Secondary, event.DNSChanged: cfg.Regions.Secondary,
	} {
		if seen[kind] != region {
			t.Errorf("event %s in %q, want %s", kind, seen[kind], region)
		}
	}
	notes := strings.Join(result.Notes, "\n")
	for _, part := range []string{"FIS experiment EXP1 of template EXTus-east-1", faultstest.Account, "FIS cannot take a Region away"} {
		if !strings.Contains(notes, part) {
			t.Errorf("the notes lack %q:\n%s", part, notes)
		}
	}
}
