package timeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
	"github.com/paymentdr/paymentdr/internal/drill/timeline"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// attempt is one of a payment that was due at a second.
func attempt(id string, due, ended float64, answer receipt.Answer) receipt.Receipt {
	return receipt.Receipt{Kind: receipt.Answered, Payer: "dns-1", PayerKind: receipt.DNS, Payment: receipt.Payment{ID: id},
		Due: at(due), Try: 1, Sent: at(due), Ended: at(ended), Answer: answer}
}

func TestBuild(t *testing.T) {
	east := receipt.Answer{Outcome: receipt.Success, Region: "us-east-1"}
	west := receipt.Answer{Outcome: receipt.Processing, Region: "us-west-2"}
	lost := receipt.Answer{Outcome: receipt.Unknown, Class: "timeout"}
	again := attempt("b", 0.5, 2.9, east)
	again.Copy = true
	receipts := []receipt.Receipt{
		attempt("early", -0.5, 0.1, east),
		attempt("a", 0.1, 0.2, east),
		attempt("b", 0.5, 1.5, lost), attempt("b", 0.5, 2.7, west), attempt("b", 0.5, 2.8, east), again,
		attempt("c", 1, 1.999, lost),
		attempt("d", 2.9, 3.1, east),
	}
	got, err := timeline.Build(receipts, noon, at(3), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	length := func(lower time.Duration) *span.Span { return &span.Span{Length: lower} }
	want := timeline.Timeline{From: noon, Step: time.Second, StepSeconds: 1, Regions: []string{"us-east-1", "us-west-2"}, Classes: []string{"timeout"},
		Series: []timeline.Series{{Kind: receipt.DNS, Buckets: []timeline.Bucket{
			{Acknowledged: map[string]int{"us-east-1": 2}, Due: 2, P50: length(100 * time.Millisecond), P99: length(2200 * time.Millisecond)},
			{Failed: map[string]int{"timeout": 2}, Due: 1, Open: 1},
			{Acknowledged: map[string]int{"us-west-2": 1}, Processing: map[string]int{"us-west-2": 1}, Due: 1, P50: length(200 * time.Millisecond), P99: length(200 * time.Millisecond)},
		}}}}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
	if !got.End().Equal(at(3)) {
		t.Errorf("it ends at %v", got.End())
	}
}

func TestBuildRefusesWhatIsNoTime(t *testing.T) {
	for _, to := range []float64{-1, 0, 1e9} {
		if _, err := timeline.Build(nil, noon, at(to), time.Second); err == nil {
			t.Errorf("built a timeline of %g seconds", to)
		}
	}
}
