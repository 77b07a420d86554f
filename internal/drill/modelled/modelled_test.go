package modelled_test

import (
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

func TestMeasuredTimesLieInsideTheModel(t *testing.T) {
	for _, test := range []struct {
		name            string
		report          report.Report
		inside, bounded bool
		note            string
	}{
		// The times of a drill of the default configuration.
		{"as measured", drilled(26600*time.Millisecond, 1700*time.Millisecond, 18*time.Second, 19100*time.Millisecond), true, true, "all 4 times inside"},
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
