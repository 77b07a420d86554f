package drilltest

import (
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/report"
	"github.com/paymentdr/paymentdr/internal/drill/verdict"
)

// Finished is the drill of RegionLoss with all that its report needs.
func Finished(seed uint64) drill.Finished {
	evidence := RegionLoss(seed)
	return drill.Finished{
		Scenario: "region-loss",
		Summary:  "us-east-1, the active Region, was killed (kill -9 of its whole process tree) while payers paid; us-west-2 had to take over.",
		Version:  "v0.2.0",
		Expectations: verdict.Expectations{
			RTO:    map[receipt.PayerKind]time.Duration{receipt.DNS: time.Minute, receipt.Client: 6 * time.Second},
			Settle: 5 * time.Minute,
			Must:   append([]verdict.Happening{{Kind: event.HealthChanged, Region: East, Detail: event.UnhealthyDetail}, {Kind: event.DNSChanged}}, verdict.Failover(West)...),
			MustNot: []verdict.Happening{
				{Kind: event.LeaseClaimed, Region: East},
			},
		},
		Receipts: receipt.File{Header: receipt.Header{Schema: receipt.Schema, Run: "20261123-1403", Seed: seed, Began: Began}, Receipts: evidence.Receipts},
		Before:   evidence.Before, After: evidence.After, Events: evidence.Events, Fault: evidence.Fault, End: evidence.End,
		Configuration: []report.Setting{
			{Key: "regions", Value: "primary us-east-1, secondary us-west-2, witness us-east-2"},
			{Key: "objectives", Value: "rto 60s, rpo 0s"},
			{Key: "health_check", Value: "interval 10s, threshold 2, ttl 10s"},
			{Key: "lease", Value: "ttl 15s, tick 2s"},
			{Key: "load", Value: "16 DNS payers, 24 payments/s; 8 client/ payers, 16 payments/s; 10 % sent twice"},
			{Key: "round trips", Value: "us-east-1 to us-west-2 60ms, to us-east-2 12ms; us-west-2 to us-east-2 50ms"},
		},
		Reproduce: []string{"paymentdr drill region-loss --seed 7"},
		Notes: []string{
			"The Regions were processes of one machine, with the round trips above between them. Promotion took seconds where Aurora takes minutes.",
		},
	}
}

// Assess gives the report of a finished drill.
func Assess(t testing.TB, finished drill.Finished) report.Report {
	t.Helper()
	got, err := drill.Assess(finished)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
