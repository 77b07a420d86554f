package drill_test

import (
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill"
	"github.com/paymentdr/paymentdr/internal/drill/check"
	"github.com/paymentdr/paymentdr/internal/drill/drilltest"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

func TestALostRegionAsExpected(t *testing.T) {
	got := drilltest.Assess(t, drilltest.Finished(7))
	if !got.Verdict.Met || !got.Check.Sound() {
		t.Fatalf("verdict %+v, findings %v", got.Verdict, got.Check.Findings)
	}
	// DNS changed 23.1 s after the fault, and its last payer may look again up to 10 s later.
	if rto := got.Kinds[0].RTO.Max.Length; rto < 31*time.Second || rto > 36*time.Second {
		t.Errorf("RTO of DNS payers is %v", rto)
	}
	if rto := got.Kinds[1].RTO.Max.Length; rto < 500*time.Millisecond || rto > 1500*time.Millisecond {
		t.Errorf("RTO of client payers is %v", rto)
	}
	alone := got.Check.Replication
	if alone.Epoch != 2 || alone.Lost.Payments < 15 || alone.Lost.Payments > 40 || alone.LostTime.Length > drilltest.Lag || alone.Meanwhile.Payments < 300 {
		t.Errorf("replication alone: %+v", alone)
	}
	if settled := got.Settlement.Settled.Length; settled < 29*time.Second || settled > 35*time.Second || got.Settlement.Settled.Open {
		t.Errorf("settled after %v", settled)
	}
}

func TestOneLostPaymentMakesTheVerdictMissed(t *testing.T) {
	finished := drilltest.Finished(7)
	gone := finished.After.Payments[3000]
	finished.After.Payments = append(finished.After.Payments[:3000:3000], finished.After.Payments[3001:]...)
	finished.After.Entries = append(finished.After.Entries[:6000:6000], finished.After.Entries[6002:]...)
	got := drilltest.Assess(t, finished)
	if got.Verdict.Met || got.Check.Of(check.Lost) != 1 || got.Check.Findings[0].PaymentID != gone.PaymentID {
		t.Errorf("verdict %t, findings %v", got.Verdict.Met, got.Check.Findings)
	}
	if len(got.Check.Findings) != 1 {
		t.Errorf("one loss is %d findings: %v", len(got.Check.Findings), got.Check.Findings)
	}
}

func TestATornReceiptIsTold(t *testing.T) {
	finished := drilltest.Finished(7)
	finished.Receipts.Torn = &receipt.Torn{Line: 9, Bytes: 41}
	if text := drilltest.Assess(t, finished).Text(); !strings.Contains(text, "line 9 was cut off after 41 bytes") {
		t.Error("the report does not tell of the torn receipt")
	}
}

func TestADrillWithoutAFaultInItIsRefused(t *testing.T) {
	for name, change := range map[string]func(*drill.Finished){
		"before": func(f *drill.Finished) { f.Fault = drilltest.Began.Add(-time.Second) },
		"after":  func(f *drill.Finished) { f.Fault = f.End },
		"never":  func(f *drill.Finished) { f.Fault = time.Time{} },
	} {
		finished := drilltest.Finished(7)
		change(&finished)
		if _, err := drill.Assess(finished); err == nil {
			t.Errorf("a fault %s the drill was assessed", name)
		}
	}
}

// BenchmarkAssess judges a drill of 6,000 payments and 14,000 attempts.
func BenchmarkAssess(b *testing.B) {
	finished := drilltest.Finished(7)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := drill.Assess(finished); err != nil {
			b.Fatal(err)
		}
	}
}
