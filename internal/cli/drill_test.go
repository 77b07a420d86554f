package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/drill/scenario"
)

func TestDrillRefuses(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"unknown scenario", []string{"region-los"}, "did you mean"},
		{"no load", []string{"--dns-payers", "0", "--client-payers", "0"}, "1 to 1000 payers"},
		{"negative rate", []string{"--dns-rate", "-1"}, "--dns-rate"},
		{"copies above one", []string{"--copies", "2"}, "--copies"},
		{"nothing to compare with", []string{"--before", "0s"}, "--before"},
		{"no clouds", []string{"all", "--clouds", "0"}, "--clouds"},
		{"all on a cloud that runs", []string{"all", "--running"}, "--running"},
		{"a cloud that does not run", []string{"region-loss", "--running", "--name", "nobodys"}, "local up"},
		{"objectives that cannot be met", []string{"--set", "health_check.interval=30s", "--set", "lease.ttl=1s"}, "lease.ttl"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			code, stdout, stderr := runIn(t, folder, append([]string{"drill"}, test.arguments...)...)
			if code != ExitRefused || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("code %d, %q, %q; want %d and %q", code, stdout, stderr, ExitRefused, test.want)
			}
			if left, _ := os.ReadDir(folder); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Evidence is never overwritten.
func TestDrillKeepsOldReports(t *testing.T) {
	folder := t.TempDir()
	report := filepath.Join(folder, "evidence", "report.txt")
	if err := os.MkdirAll(filepath.Dir(report), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(report, []byte("a year ago\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runIn(t, folder, "drill", "--report", filepath.Dir(report))
	if code != ExitRefused || !strings.Contains(stderr, "never overwritten") {
		t.Errorf("code %d, %q", code, stderr)
	}
	if content, err := os.ReadFile(report); err != nil || string(content) != "a year ago\n" {
		t.Errorf("the report is %q, %v", content, err)
	}
}

func TestDrillsAreListed(t *testing.T) {
	code, stdout, stderr := runIn(t, t.TempDir(), "drill", "list", "--output", "json")
	var listed []struct{ Name, Title, Story string }
	if err := json.Unmarshal([]byte(stdout), &listed); err != nil || code != ExitOK {
		t.Fatalf("code %d, %v, %s", code, err, stderr)
	}
	if len(listed) != len(scenario.Names()) {
		t.Errorf("%d drills listed, there are %d", len(listed), len(scenario.Names()))
	}
	_, table, _ := runIn(t, t.TempDir(), "drill", "list")
	for _, name := range scenario.Names() {
		if !strings.Contains(table, name) {
			t.Errorf("the table lacks %s", name)
		}
	}
}
