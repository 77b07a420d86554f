package cost_test

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/cost"
	"github.com/paymentdr/paymentdr/internal/stack"
)

var update = flag.Bool("update", false, "write docs/cost.md")

const document = "../../docs/cost.md"

// generated are the files of the default configuration with settings changed.
func generated(t *testing.T, settings ...string) map[string][]byte {
	t.Helper()
	cfg, err := config.Load(config.LoadOptions{Path: os.DevNull, Set: settings})
	if err != nil {
		t.Fatal(err)
	}
	system, err := stack.Build(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return system.Files()
}

func estimate(t *testing.T, files map[string][]byte, override map[string]float64) cost.Report {
	t.Helper()
	report, err := cost.Estimate(files, override)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestDocumentIsFresh(t *testing.T) {
	base := estimate(t, generated(t), nil)
	var levers []cost.Priced
	for _, lever := range cost.Levers() {
		override := map[string]float64{}
		if lever.PaymentsTimes != 0 {
			override[cost.PaymentsPerMonth] = base.Assumed(cost.PaymentsPerMonth) * lever.PaymentsTimes
		}
		levers = append(levers, cost.Priced{Lever: lever, Report: estimate(t, generated(t, lever.Settings...), override)})
	}
	want := cost.Markdown(base, levers)
	if *update {
		if err := os.WriteFile(document, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: go test ./internal/cost -update", document)
	}
}

// Every configuration has a cost, and what is in the files is what counts.
func TestConfigurationsArePriced(t *testing.T) {
	base := estimate(t, generated(t), nil).Cents
	tests := []struct {
		name     string
		settings []string
		want     int // dearer 1, the same 0, cheaper -1
	}{
		{"more instances", []string{"database.instances=3"}, 1},
		{"nat", []string{"egress=nat"}, 1},
		{"state buckets and mails, less than a cent", []string{"state.backend=s3", "state.bucket_prefix=payment-state", "alerts.emails=ops-team@example.com"}, 0},
		{"x86", []string{"compute.architecture=amd64"}, 1},
		{"no authentication", []string{"api.auth=none"}, 0},
		{"one instance", []string{"database.instances=1"}, -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := estimate(t, generated(t, test.settings...), nil).Cents
			if cmp.Compare(got, base) != test.want {
				t.Errorf("%s a month against %s: compared %d, want %d", cost.Dollars(got), cost.Dollars(base), cmp.Compare(got, base), test.want)
			}
		})
	}
}

// A team that edits the files by hand gets the cost of what it edited.
func TestEditedFilesCount(t *testing.T) {
	files := generated(t)
	before := estimate(t, files, nil)
	for name, content := range files {
		files[name] = bytes.ReplaceAll(content, []byte(`"db.r6g.large"`), []byte(`"db.r6g.xlarge"`))
	}
	after := estimate(t, files, nil)
	if after.Cents <= before.Cents {
		t.Errorf("larger instances: %s a month, before %s", cost.Dollars(after.Cents), cost.Dollars(before.Cents))
	}
}

// Payers are counted in the Region that the primary failover record points at, and nowhere else.
func TestPaymentsAreCountedOnce(t *testing.T) {
	report := estimate(t, generated(t), nil)
	var payers []cost.Line
	for _, line := range report.Lines {
		if strings.HasSuffix(line.Item, "requests of payers") {
			payers = append(payers, line)
		}
	}
	if len(payers) != 1 || payers[0].Root != config.Default().Regions.Primary || payers[0].Quantity != 2 {
		t.Errorf("requests of payers: %+v, want one line of 2 million in the primary Region", payers)
	}
}
