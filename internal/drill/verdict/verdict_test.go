package verdict_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

func spans(length time.Duration) span.Quantiles {
	return span.Summarize([]span.Span{{Length: length / 2}, {Length: length}})
}

// asExpected is a lost Region that was taken over as promised.
func asExpected() (verdict.Expectations, verdict.Measured) {
	counted := outage.Totals{Payments: 100, Acknowledged: 100, Latency: outage.Latency{Count: 100}, Before: outage.Latency{Count: 40}}
	expected := verdict.Expectations{
		RTO:     map[receipt.PayerKind]time.Duration{receipt.DNS: time.Minute, receipt.Client: 6 * time.Second},
		Settle:  5 * time.Minute,
		Must:    verdict.Failover("west"),
		MustNot: []verdict.Happening{{Kind: event.LeaseClaimed, Region: "east"}},
	}
	return expected, verdict.Measured{
		Window: outage.Window{Fault: noon, End: at(120)},
		Kinds: []outage.Kind{
			{Kind: receipt.DNS, Payers: 2, RTO: spans(41 * time.Second), Totals: counted},
			{Kind: receipt.Client, Payers: 2, RTO: spans(time.Second), Totals: counted},
		},
		Settlement: outage.Settlement{Behind: 50, Most: 40, Settled: span.Span{Length: 52 * time.Second}},
		Check:      check.Judge(check.Evidence{}),
		Events: []event.Event{
			{At: at(-30), Kind: event.LeaseClaimed, Region: "east"}, {At: noon, Kind: event.FaultInjected, Region: "east"},
			{At: at(17), Kind: event.LeaseClaimed, Region: "west"}, {At: at(22), Kind: event.LedgerWritable, Region: "west"},
			{At: at(30), Kind: event.TermActive, Region: "west"},
		},
	}
}

func TestJudge(t *testing.T) {
	tests := map[string]struct {
		change func(*verdict.Expectations, *verdict.Measured)
		// missed are the lines that are not met, as what: measured.
		missed []string
	}{
		"as expected": {func(*verdict.Expectations, *verdict.Measured) {}, nil},
		"DNS payers too late": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Kinds[0].RTO = spans(61 * time.Second) },
			[]string{"RTO, payers who follow DNS: 61.0 s (p99 61.0 s, 2 payers)"}},
		"client payers too late": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Kinds[1].RTO = spans(7 * time.Second) },
			[]string{"RTO, payers with client/: 7.0 s (p99 7.0 s, 2 payers)"}},
		"too late, and not judged": {func(e *verdict.Expectations, m *verdict.Measured) {
			delete(e.RTO, receipt.DNS)
			m.Kinds[0].RTO = spans(time.Hour)
		}, nil},
		"one never came back": {func(_ *verdict.Expectations, m *verdict.Measured) {
			m.Kinds[0].RTO = span.Summarize([]span.Span{{Length: time.Second, Open: true}, {}})
		}, []string{"RTO, payers who follow DNS: over 1.0 s (p99 over 1.0 s, 2 payers)"}},
		"cut off again": {func(_ *verdict.Expectations, m *verdict.Measured) {
			m.Kinds[0].Further = []outage.Interruption{{Payer: "dns-1", Span: span.Span{Length: 70 * time.Second}, Class: "timeout"}, {}}
		}, []string{"further interruptions, payers who follow DNS: 2, the longest 70.0 s of dns-1 (timeout)"}},
		"a hiccup": {func(_ *verdict.Expectations, m *verdict.Measured) {
			m.Kinds[0].Further = []outage.Interruption{{Payer: "dns-1", Span: span.Span{Length: time.Second}, Class: "timeout"}}
		}, nil},
		"nothing was paid": {func(e *verdict.Expectations, m *verdict.Measured) { m.Kinds, e.RTO = nil, nil }, []string{"payments: none"}},
		"no such payers": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Kinds = m.Kinds[:1] },
			[]string{"RTO, payers with client/: there were no such payers"}},
		"nothing was paid before the fault": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Kinds[0].Totals.Before.Count = 0 },
			[]string{"measured, payers who follow DNS: 0 before, 100 after"}},
		"nothing was paid after the fault": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Kinds[1].Totals.Before.Count = 100 },
			[]string{"measured, payers with client/: 100 before, 0 after"}},
		"unanswered, refused and contradicted": {func(_ *verdict.Expectations, m *verdict.Measured) {
			m.Kinds[0].Totals.Unacknowledged, m.Kinds[0].Totals.Refused, m.Kinds[0].Totals.Contradicted = 1, 2, 3
		}, []string{"not acknowledged, payers who follow DNS: 6 of 100"}},
		"findings of all sorts": {func(_ *verdict.Expectations, m *verdict.Measured) {
			m.Check = check.Judge(check.Evidence{
				Receipts: []receipt.Receipt{
					{Kind: receipt.Answered, Payment: receipt.Payment{ID: "a"}, Ended: at(-5), Answer: receipt.Answer{Outcome: receipt.Success, TransactionID: "t1"}},
					{Kind: receipt.Answered, Payment: receipt.Payment{ID: "a"}, Ended: at(-4), Answer: receipt.Answer{Outcome: receipt.Success, TransactionID: "t2"}},
				},
				After: check.Stores{Items: []check.Item{{PaymentID: "b", Fault: "x"}}}, Fault: noon,
			})
		}, []string{"RPO: 5.0 s", "acknowledged payments lost: 1 of 1", "payments doubled: 1 of 0",
			"other findings in journal and ledger: mismatch 1, phantom 1, history 1, corrupt 1"}},
		"settled too late": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Settlement.Settled.Length = 6 * time.Minute },
			[]string{"acknowledged payments in the ledger: 6 min 00 s (50 waited, 40 at once)"}},
		"never settled, without a limit": {func(e *verdict.Expectations, m *verdict.Measured) {
			e.Settle, m.Settlement.Settled.Open = 0, true
		}, []string{"acknowledged payments in the ledger: over 52.0 s (50 waited, 40 at once)"}},
		"nobody took over": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Events = m.Events[:2] },
			[]string{"lease claimed in west: did not happen", "ledger writable in west: did not happen", "term active in west: did not happen"}},
		"taken over too late": {func(e *verdict.Expectations, m *verdict.Measured) { e.Must[0].Within = 16 * time.Second },
			[]string{"lease claimed in west: after 17.0 s"}},
		"the wrong one took over": {func(_ *verdict.Expectations, m *verdict.Measured) { m.Events[2].Region = "east" },
			[]string{"lease claimed in west: did not happen", "lease claimed in east: after 17.0 s"}},
		"a failover that must not be": {func(e *verdict.Expectations, m *verdict.Measured) { e.Must, e.MustNot = nil, verdict.NoFailover() },
			[]string{"lease claimed: after 17.0 s"}},
		"an event with another detail": {func(e *verdict.Expectations, m *verdict.Measured) {
			e.Must = []verdict.Happening{{Kind: event.HealthChanged, Detail: event.UnhealthyDetail}}
			m.Events = append(m.Events, event.Event{At: at(40), Kind: event.HealthChanged, Detail: "ok again"})
		}, []string{"health check flipped (unhealthy): did not happen"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expected, measured := asExpected()
			test.change(&expected, &measured)
			got := verdict.Judge(expected, measured)
			var missed []string
			for _, line := range got.Lines {
				if !line.Met {
					missed = append(missed, line.What+": "+line.Measured)
				}
				if line.What == "" || line.Expected == "" || line.Measured == "" {
					t.Errorf("line %+v says too little", line)
				}
			}
			if strings.Join(missed, "\n") != strings.Join(test.missed, "\n") {
				t.Errorf("missed:\n%s\nwant:\n%s", strings.Join(missed, "\n"), strings.Join(test.missed, "\n"))
			}
			if got.Met != (len(test.missed) == 0) {
				t.Errorf("met: %t", got.Met)
			}
		})
	}
}
