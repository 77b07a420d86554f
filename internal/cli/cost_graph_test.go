package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runIn runs one command in an empty folder.
func runIn(t *testing.T, folder string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(folder)
	var out, err bytes.Buffer
	code = Run(t.Context(), Process{Args: arguments, Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Writer(&err)})
	return code, out.String(), err.String()
}

func TestCost(t *testing.T) {
	folder := t.TempDir()
	code, table, stderr := runIn(t, folder, "cost")
	if code != ExitOK || !strings.Contains(table, "instance db.r6g.large") || !strings.Contains(table, "total") {
		t.Fatalf("cost: code %d, %s\n%s", code, stderr, table)
	}
	var all, none struct {
		Cents int64 `json:"monthlyCents"`
		Fixed int64 `json:"fixedMonthlyCents"`
	}
	_, text, _ := runIn(t, folder, "cost", "--output", "json")
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	_, text, _ = runIn(t, folder, "cost", "--output", "json", "--payments-per-month", "0")
	if err := json.Unmarshal([]byte(text), &none); err != nil {
		t.Fatal(err)
	}
	if none.Fixed != all.Fixed || none.Cents >= all.Cents || none.Cents <= none.Fixed {
		t.Errorf("without payments %+v, with them %+v: the fixed part should stay and the rest shrink", none, all)
	}
}

// Files that were written cost what they cost in memory, whatever the configuration is by then.
func TestCostOfWrittenFiles(t *testing.T) {
	folder := t.TempDir()
	_, want, _ := runIn(t, folder, "cost", "--set", "database.instances=3")
	if code, _, stderr := runIn(t, folder, "synth", "--no-functions", "--set", "database.instances=3", "--out", "written"); code != ExitOK {
		t.Fatal(stderr)
	}
	code, got, stderr := runIn(t, folder, "cost", "--out", "written")
	if code != ExitOK || got != want {
		t.Errorf("code %d, %s\ngot:\n%s\nwant:\n%s", code, stderr, got, want)
	}
}

func TestCostAndGraphRefuse(t *testing.T) {
	tests := []struct {
		name      string
		arguments []string
		want      string
	}{
		{"no files", []string{"cost", "--out", "nowhere"}, "run paymentdr synth"},
		{"unknown root", []string{"cost", "--root", "mars"}, "us-east-1"},
		{"negative payments", []string{"cost", "--payments-per-month", "-1"}, "not a number from 0 on"},
		{"payments not a number", []string{"cost", "--payments-per-month", "NaN"}, "not a number from 0 on"},
		{"unknown format", []string{"graph", "--format", "png"}, "svg or dot"},
		{"unknown root in graph", []string{"graph", "--root", "mars"}, "us-east-1"},
		{"bad configuration", []string{"graph", "--set", "nonsense=1"}, "nonsense"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := runIn(t, t.TempDir(), test.arguments...)
			if code != ExitRefused || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("code %d, %q, %q; want %d and %q", code, stdout, stderr, ExitRefused, test.want)
			}
		})
	}
}

func TestCostWarnsOfUnknownPrices(t *testing.T) {
	_, _, stderr := runIn(t, t.TempDir(), "cost", "--set", "regions.primary=eu-west-1", "--set", "regions.secondary=eu-central-1", "--set", "regions.witness=eu-north-1")
	if !strings.Contains(stderr, "no prices of eu-west-1 are known") {
		t.Errorf("stderr %q does not warn", stderr)
	}
}

func TestGraph(t *testing.T) {
	folder := t.TempDir()
	code, picture, stderr := runIn(t, folder, "graph")
	if code != ExitOK || !strings.HasPrefix(picture, "<svg ") {
		t.Fatalf("code %d, %s, %.40q", code, stderr, picture)
	}
	if code, stdout, stderr := runIn(t, folder, "graph", "-o", "roots.svg"); code != ExitOK || stdout != "" {
		t.Fatalf("code %d, %q, %s", code, stdout, stderr)
	}
	written, err := os.ReadFile(filepath.Join(folder, "roots.svg"))
	if err != nil || string(written) != picture {
		t.Errorf("the written picture is another one (%v)", err)
	}
	_, one, _ := runIn(t, folder, "graph", "--root", "link", "--format", "dot")
	if !strings.HasPrefix(one, "digraph ") || !strings.Contains(one, "link/peering") || strings.Contains(one, "us-east-1/") {
		t.Errorf("graph of link alone:\n%s", one)
	}
}
