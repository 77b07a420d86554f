package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/simulate"
)

func TestSimulate(t *testing.T) {
	folder := t.TempDir()
	code, table, stderr := runIn(t, folder, "simulate", "--disasters", "2000")
	if code != ExitOK || !strings.Contains(stderr, "2000 disasters of each kind, seed 1, environment aws") || strings.Contains(stderr, "warning") {
		t.Fatalf("code %d, %s", code, stderr)
	}
	for _, want := range []string{"worst case", "within 60s", "silent  ", "sick  ", "promotion  "} {
		if !strings.Contains(table, want) {
			t.Errorf("the table has no %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "█") {
		t.Error("a file gets pictures that are for a terminal")
	}
	var shown bytes.Buffer
	code = Run(t.Context(), Process{Args: []string{"simulate", "--disasters", "200"}, Stdin: strings.NewReader(""), Stdout: &shown, Stderr: io.Discard, Terminal: true})
	if code != ExitOK || !strings.Contains(shown.String(), "█") {
		t.Errorf("a terminal gets no pictures, code %d", code)
	}
}

// Without flags there are 100,000 disasters of each kind; a fifth of them tells as much here.
func TestSimulateAsDocumented(t *testing.T) {
	if standard := (&app{}).simulateCommand().Flags().Lookup("disasters").DefValue; standard != "100000" {
		t.Errorf("%s disasters by default, want 100000", standard)
	}
	code, text, stderr := runIn(t, t.TempDir(), "simulate", "--output", "json", "--objective", "100%", "--disasters", "20000")
	var result simulate.Result
	if err := json.Unmarshal([]byte(text), &result); code != ExitOK || err != nil {
		t.Fatalf("code %d, %v, %s", code, err, stderr)
	}
	if result.Disasters != 20_000 || len(result.Failures) != 3 || result.Environment.Payers != 20 || result.Environment.Rate != 10 {
		t.Errorf("%d disasters of %d kinds, %+v", result.Disasters, len(result.Failures), result.Environment)
	}
	for _, f := range result.Failures {
		for _, times := range f.Times {
			if times.Beyond > 0 || times.Max > times.WorstCase || times.P50 <= 0 {
				t.Errorf("%s: %+v", f.Failure, times)
			}
		}
	}
}

func TestSimulateFlags(t *testing.T) {
	folder := t.TempDir()
	read := func(arguments ...string) (result simulate.Result) {
		t.Helper()
		code, text, stderr := runIn(t, folder, append([]string{"simulate", "--output", "json", "--disasters", "300"}, arguments...)...)
		if err := json.Unmarshal([]byte(text), &result); code != ExitOK || err != nil {
			t.Fatalf("%v: code %d, %v, %s", arguments, code, err, stderr)
		}
		return result
	}
	base := read()
	if again := read(); again.Failures[0].Times[0].Max != base.Failures[0].Times[0].Max {
		t.Error("the same command gives another result")
	}
	if other := read("--seed", "2"); other.Seed != 2 || other.Failures[0].Times[0].Max == base.Failures[0].Times[0].Max {
		t.Error("another seed gives the same result")
	}
	if one := read("--failure", "sick"); len(one.Failures) != 1 || one.Failures[0].Failure != "sick" {
		t.Errorf("--failure sick gives %+v", one.Failures)
	}
	if local := read("--environment", "local"); local.Environment.Name != "local" || local.Failures[0].Times[4].P50 > 30 {
		t.Errorf("the local ledger is writable after %g s, want as soon as the lease is claimed", local.Failures[0].Times[4].P50)
	}
	loaded := read("--rate", "100", "--drain", "200", "--payers", "3", "--term", "promotion=2m", "--term", "aggregation=0s")
	if e := loaded.Environment; e.Rate != 100 || e.Drain != 200 || e.Payers != 3 || loaded.Failures[0].Times[4].Min < 120 {
		t.Errorf("%+v", loaded)
	}
	slow := read("--set", "health_check.interval=30s", "--set", "objectives.rto=5m")
	if slow.Objective != 300 || slow.Failures[0].Times[0].P50 < base.Failures[0].Times[0].P50+20 {
		t.Errorf("--set is not followed: %+v", slow.Failures[0])
	}
}

func TestSimulatePlot(t *testing.T) {
	folder := t.TempDir()
	code, _, stderr := runIn(t, folder, "simulate", "--disasters", "200", "--plot", "rto.svg")
	picture, err := os.ReadFile(filepath.Join(folder, "rto.svg"))
	if code != ExitOK || err != nil || !bytes.HasPrefix(picture, []byte("<svg ")) {
		t.Errorf("code %d, %v, %s, %.40q", code, err, stderr, picture)
	}
	code, stdout, stderr := runIn(t, folder, "simulate", "--disasters", "200", "--plot", "nowhere/rto.svg")
	if code != ExitError || !strings.Contains(stderr, "write plot") || stdout != "" {
		t.Errorf("code %d, %q, %s; want an error", code, stdout, stderr)
	}
}

func TestSimulateObjective(t *testing.T) {
	folder := t.TempDir()
	for share, want := range map[string]int{"0.5": ExitOK, "100%": ExitOK, "1": ExitOK} {
		if code, _, stderr := runIn(t, folder, "simulate", "--disasters", "500", "--objective", share); code != want {
			t.Errorf("--objective %s: code %d, want %d: %s", share, code, want, stderr)
		}
	}
	code, stdout, stderr := runIn(t, folder, "simulate", "--disasters", "500", "--objective", "0.001", "--set", "health_check.ttl=5m")
	if code != ExitVerdictMissed || !strings.Contains(stderr, "--objective asks for 0.001") || !strings.Contains(stdout, "worst case") {
		t.Errorf("code %d, want %d with a table: %s", code, ExitVerdictMissed, stderr)
	}
}

func TestSimulateWarns(t *testing.T) {
	code, _, stderr := runIn(t, t.TempDir(), "simulate", "--disasters", "100", "--term", "aggregation=1m")
	if code != ExitOK || !strings.Contains(stderr, "warning: aggregation may take 1m0s, the worst case counts on 5s") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

func TestSimulateRefuses(t *testing.T) {
	for _, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"no disasters", []string{"--disasters", "0"}, "0 disasters: want 1 to"},
		{"too many disasters", []string{"--disasters", "10000001"}, "want 1 to 10000000"},
		{"disasters in words", []string{"--disasters", "many"}, "--disasters"},
		{"negative seed", []string{"--seed", "-1"}, "--seed"},
		{"unknown failure", []string{"--failure", "flood"}, "use refused, silent, sick or all"},
		{"unknown environment", []string{"--environment", "moon"}, `--environment "moon": use aws or local`},
		{"unknown term", []string{"--term", "luck=1s"}, `--term "luck": there are checker-round-trip`},
		{"term without a value", []string{"--term", "promotion"}, "want name=distribution"},
		{"term with a bad value", []string{"--term", "promotion=soon"}, "parse distribution"},
		{"no payers", []string{"--payers", "0"}, "0 payers: want 1 to"},
		{"no rate", []string{"--rate", "0"}, "rate 0"},
		{"rate not a number", []string{"--rate", "NaN"}, "rate NaN"},
		{"negative drain", []string{"--drain", "-5"}, "drain -5"},
		{"drain below the rate", []string{"--rate", "1200"}, "falls ever further behind"},
		{"objective above one", []string{"--objective", "1.5"}, "--objective"},
		{"objective of nothing", []string{"--objective", "0%"}, "--objective"},
		{"objective in words", []string{"--objective", "most"}, "--objective"},
		{"objective not a number", []string{"--objective", "NaN"}, "--objective"},
		{"picture of another kind", []string{"--plot", "rto.png"}, "ends with .svg"},
		{"unknown output", []string{"--output", "xml"}, "table or json"},
		{"bad configuration", []string{"--set", "lease.ttl=1s"}, "lease.ttl"},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := runIn(t, t.TempDir(), append([]string{"simulate"}, test.arguments...)...)
			if code != ExitRefused || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("code %d, %q, %q; want %d and %q", code, stdout, stderr, ExitRefused, test.want)
			}
		})
	}
}
