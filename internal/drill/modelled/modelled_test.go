package modelled_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/modelled"
	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

// drilled is a drill with these times.
func drilled(dns, client, detection, writable time.Duration) report.Report {
	fault := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	return report.Report{
		Fault: fault,
		Events: []event.Event{
			{At: fault.Add(detection), Kind: event.DNSChanged}, {At: fault.Add(writable), Kind: event.LedgerWritable},
		},
		Payers: []outage.Payer{
			{Name: "dns-01", Kind: receipt.DNS, RTO: span.Span{Length: dns}}, {Name: "client-01", Kind: receipt.Client, RTO: span.Span{Length: client}},
		},
	}
}

// recorded is the drill that the README shows, with the times of its report.
func recorded(t *testing.T) report.Report {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "drill.txt"))
	if err != nil {
		t.Fatal(err)
	}
	seconds := func(pattern string) (all []time.Duration) {
		found := regexp.MustCompile(pattern).FindSubmatch(content)
		if found == nil {
			t.Fatalf("docs/drill.txt has no line %s", pattern)
		}
		for _, text := range found[1:] {
			length, err := time.ParseDuration(strings.ReplaceAll(string(text), " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, length)
		}
		return all
	}
	rto := seconds(`(?m)^RTO: median .* longest +([\d.]+ m?s) / [\d.]+ m?s / ([\d.]+ m?s) +([\d.]+ m?s) / [\d.]+ m?s / ([\d.]+ m?s)$`)
	made := drilled(rto[0], rto[2], seconds(`(?m)^ +([\d.]+ s)  DNS answer changed, us-west-2$`)[0], seconds(`(?m)^ +([\d.]+ s)  ledger writable, us-west-2$`)[0])
	made.Payers = append(made.Payers, drilled(rto[1], rto[3], 0, 0).Payers...)
	return made
}

func TestMeasuredTimesLieInsideTheModel(t *testing.T) {
	for _, test := range []struct {
		name            string
		report          report.Report
		inside, bounded bool
		note            string
	}{
		{"the recorded drill", recorded(t), true, true, "all 6 times inside"},
		{"payers served too late", drilled(3*time.Minute, 2*time.Second, 18*time.Second, 20*time.Second), false, false, "1 beyond the computed worst case"},
		{"detected too early", drilled(25*time.Second, 2*time.Second, time.Second, 20*time.Second), false, true, "1 are outside"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := modelled.Compare(t.Context(), config.Default(), test.report, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			if found.Inside != test.inside || found.Bounded != test.bounded {
				t.Errorf("inside %t, bounded %t: %+v", found.Inside, found.Bounded, found.Times)
			}
			if note := modelled.Note(found); !strings.Contains(note, test.note) {
				t.Errorf("note %q, want %q", note, test.note)
			}
		})
	}
}
