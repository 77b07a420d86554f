package restore_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/backup/restore"
)

func contextWithin(t *testing.T, duration time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), duration)
}

func TestJudgeFindings(t *testing.T) {
	zero := map[string]int64{"USD": 0, "JPY": 0}
	limit := restore.DefaultPolicy()
	limit.MaxNewestAge = time.Hour
	cases := []struct {
		name     string
		findings restore.Findings
		policy   restore.Policy
		passed   bool
		reason   string
	}{
		{"sound", restore.Findings{TrialBalance: zero, Payments: 2, NewestPayment: noon.Add(-time.Minute)}, limit, true,
			"trial balance is zero over 2 payments; the newest is 1m0s older than the test"},
		{"unbalanced", restore.Findings{TrialBalance: map[string]int64{"USD": 1}, Payments: 2, NewestPayment: noon}, limit, false,
			"trial balance is not zero, in minor units: USD +1"},
		{"too old", restore.Findings{TrialBalance: zero, Payments: 1, NewestPayment: noon.Add(-61 * time.Minute)}, limit, false,
			"newest payment is 1h1m0s older than the test, limit 1h0m0s"},
		{"old, not judged", restore.Findings{TrialBalance: zero, Payments: 1, NewestPayment: noon.Add(-61 * time.Minute)}, restore.DefaultPolicy(), true,
			"trial balance is zero over 1 payments; the newest is 1h1m0s older than the test"},
		{"empty", restore.Findings{}, limit, true, "trial balance is zero; the ledger has no payment"},
		{"newer than the test", restore.Findings{TrialBalance: zero, Payments: 1, NewestPayment: noon.Add(time.Minute)}, limit, true,
			"trial balance is zero over 1 payments; the newest is 0s older than the test"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			passed, reason := restore.JudgeFindings(c.findings, noon, c.policy)
			if passed != c.passed || reason != c.reason {
				t.Errorf("%t, %q; want %t, %q", passed, reason, c.passed, c.reason)
			}
		})
	}
}

func TestOurs(t *testing.T) {
	tagged := func(owner string) map[string]string { return map[string]string{restore.TagTest: owner} }
	cases := []struct {
		environment, name string
		tags              map[string]string
		want              bool
	}{
		{"dev", "payment-restore-test-dev-20261123", tagged("dev"), true},
		{"dev", "payment-restore-test-dev-20261123", nil, false},
		{"dev", "payment-restore-test-dev-20261123", tagged("dev-2"), false},
		{"dev", "payment-restore-test-dev-2-20261123", tagged("dev"), false},
		{"dev", "payment-restore-test-dev-20261323", tagged("dev"), false},
		{"dev", "payment-restore-test-dev-20261123-0", tagged("dev"), false},
		{"dev", "payment-primary-dev", tagged("dev"), false},
	}
	for _, c := range cases {
		if got := restore.Ours(c.environment, c.name, c.tags); got != c.want {
			t.Errorf("Ours(%s, %s, %v) = %t", c.environment, c.name, c.tags, got)
		}
	}
}

func TestMachineRefusesBadSettings(t *testing.T) {
	cases := map[string]func(*restore.Machine){
		"method is":            func(m *restore.Machine) { m.Policy.Method = "clone" },
		"no instance class":    func(m *restore.Machine) { m.Policy.InstanceClass = "" },
		"poll interval is 0s":  func(m *restore.Machine) { m.Policy.PollInterval = 0 },
		"must not be negative": func(m *restore.Machine) { m.Policy.Margin = -1 },
		"want a name and at":   func(m *restore.Machine) { m.Environment = "" },
		"environment \"eeeeee": func(m *restore.Machine) { m.Environment = strings.Repeat("e", 40) },
	}
	for want, change := range cases {
		w := newWorld(t)
		change(w.machine)
		if _, err := w.machine.Advance(t.Context(), true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		w.assertCalls(t)
	}
}
