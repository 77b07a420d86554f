package config

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// original is the system that this one replaces: 30 s x 3, TTL 60, "< 60 seconds".
func original() Config {
	c := Default()
	c.HealthCheck = HealthCheck{Interval: 30 * time.Second, Threshold: 3, TTL: 60 * time.Second}
	return c
}

func row(t *testing.T, report Report, measure Measure, failure Failure, subject Subject) Row {
	t.Helper()
	for _, row := range report.Rows {
		if row.Measure == measure && row.Failure == failure && row.Subject == subject {
			return row
		}
	}
	t.Fatalf("no row %s %s %s", measure, failure, subject)
	return Row{}
}

func TestDefaultMeetsItsObjectives(t *testing.T) {
	report := ComputeObjectives(Default())
	if !report.Met() || report.Explain() != "" {
		t.Errorf("missed: %s", report.Explain())
	}
	for _, want := range []struct {
		measure Measure
		failure Failure
		subject Subject
		seconds float64
		bounded bool
	}{
		{RTO, Refused, DNSPayer, 2*(10+4*0.4) + 5 + 10 + 1 + 2.5 + 1, true},
		{RTO, Silent, DNSPayer, 2*(10+4+2) + 5 + 10 + 5 + 1 + 2.5 + 1, true},
		{RTO, Refused, ClientPayer, 2 + 2.5 + 1, true},
		{RTO, Silent, ClientPayer, 5 + 2.5 + 1, true},
		{RTO, Sick, DNSPayer, 2*(10+0.4+2) + 5 + 5 + 10 + 5 + 1 + 2.5 + 1, true},
		{RTO, Sick, ClientPayer, 5 + 2.5 + 1, true},
		{LedgerTime, Silent, Ledger, 15 + 2*2 + 180 + 3.5*2 + 8*0.5, false},
		{LedgerTime, Sick, Ledger, 15 + 2*2 + 180 + 3.5*2 + 8*0.5, false},
		{RPO, Silent, Journal, 0, true},
		{RPO, Silent, Ledger, 1, false},
	} {
		got := row(t, report, want.measure, want.failure, want.subject)
		if got.Seconds != want.seconds || (got.Objective != nil) != want.bounded {
			t.Errorf("%s %s %s is %g s, bounded %v; want %g s, %v", want.measure, want.failure, want.subject, got.Seconds, got.Objective != nil, want.seconds, want.bounded)
		}
	}
}

func TestOriginalMissesSixtySeconds(t *testing.T) {
	report := ComputeObjectives(original())
	if report.Met() || len(report.Misses()) != 3 {
		t.Fatalf("misses %+v, want the three rows of DNS payers", report.Misses())
	}
	golden(t, "testdata/original-objectives.txt", []byte(report.Explain()+"\n"))
	c := original()
	for _, setting := range report.Advice {
		field, known := fieldByKey(setting.Key)
		if !known {
			t.Fatalf("advice names %s", setting.Key)
		}
		if err := field.set(&c, setting.Value); err != nil {
			t.Fatal(err)
		}
	}
	if len(report.Advice) == 0 || !ComputeObjectives(c).Met() {
		t.Errorf("the advice %v does not meet the objective", report.Advice)
	}
}

func TestUnreachableObjective(t *testing.T) {
	c := Default()
	c.Objectives.RTO = 20 * time.Second
	report := ComputeObjectives(c)
	if report.Met() || report.Advice != nil || !strings.Contains(report.Explain(), "raise objectives.rto") {
		t.Errorf("got %s", report.Explain())
	}
	c.Objectives.RTO, c.HealthCheck = time.Duration(report.Reachable*float64(time.Second)), fastest
	if !ComputeObjectives(c).Met() {
		t.Errorf("%g s is not reachable", report.Reachable)
	}
}

func TestObjectivesOutput(t *testing.T) {
	text, err := json.MarshalIndent(ComputeObjectives(original()), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/original-objectives.json", append(text, '\n'))
	var table strings.Builder
	for _, line := range ComputeObjectives(Default()).Table() {
		if len(line) != 6 {
			t.Errorf("line of %d columns: %v", len(line), line)
		}
		table.WriteString(strings.Join(line, " | ") + "\n")
	}
	golden(t, "testdata/default-objectives.txt", []byte(table.String()))
}

// TestObjectivesProperties: sums are sums, silence is never faster than refusal, and advice helps and is allowed.
func TestObjectivesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.Objectives.RTO = time.Duration(rapid.IntRange(1, 400).Draw(t, "rto")) * time.Second
		report := ComputeObjectives(c)
		totals := map[Failure]time.Duration{}
		for _, row := range report.Rows {
			var sum time.Duration
			for _, term := range row.Terms {
				sum += term.Duration
				if term.Source == "" || term.Kind == "" || term.Name == "" {
					t.Fatalf("term without name, kind or source: %+v", term)
				}
			}
			if sum != row.Total || row.Seconds != sum.Seconds() {
				t.Fatalf("%s: terms make %s, total is %s, %g s", row.Subject, sum, row.Total, row.Seconds)
			}
			if row.Measure == RTO && row.Subject == DNSPayer {
				totals[row.Failure] = sum
			}
		}
		if totals[Silent] <= totals[Refused] {
			t.Fatalf("silent %s, refused %s", totals[Silent], totals[Refused])
		}
		if slowest := max(totals[Silent], totals[Sick]); report.Met() != (slowest <= c.Objectives.RTO) {
			t.Fatalf("met is %v with %s against %s", report.Met(), slowest, c.Objectives.RTO)
		}
		reachable := time.Duration(report.Reachable*float64(time.Second)) <= c.Objectives.RTO
		if !report.Met() && reachable != (len(report.Advice) > 0) {
			t.Fatalf("reachable is %v, advice %v", reachable, report.Advice)
		}
		for _, setting := range report.Advice {
			field, _ := fieldByKey(setting.Key)
			if err := field.set(&c, setting.Value); err != nil {
				t.Fatal(err)
			}
		}
		if len(report.Advice) > 0 && (!ComputeObjectives(c).Met() || len(c.Validate()) > 0) {
			t.Fatalf("advice %v gives %v, %v", report.Advice, ComputeObjectives(c).Misses(), c.Validate())
		}
	})
}

// A lease that outlives what is left of a run is counted anew by a later one.
func TestLongLeaseOutlivesARun(t *testing.T) {
	for ttl, want := range map[time.Duration]int{15 * time.Second: 5, 22 * time.Second: 5, 23 * time.Second: 6, 90 * time.Second: 6} {
		c := Default()
		c.Lease.TTL = ttl
		if got := row(t, ComputeObjectives(c), LedgerTime, Refused, Ledger); len(got.Terms) != want {
			t.Errorf("lease of %s: %d terms, want %d: %+v", ttl, len(got.Terms), want, got.Terms)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	b.Chdir(b.TempDir())
	for b.Loop() {
		if _, err := Load(LoadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
