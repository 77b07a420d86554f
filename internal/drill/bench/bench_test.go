package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/payer/dialing"
	"github.com/paymentdr/paymentdr/internal/drill/payer/stub"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/run"
)

func TestFigures(t *testing.T) {
	latencies := payer.NewHistogram()
	for i := 1; i <= 1000; i++ {
		payer.Record(latencies, time.Duration(i)*time.Millisecond)
	}
	got := newFigures("core", 4, 10*time.Second, latencies)
	if got.Payments != 1000 || got.PerSecond != 100 || got.P50 < 499 || got.P50 > 501 || got.P99 < 989 || got.P99 > 991 {
		t.Errorf("%+v", got)
	}
	if none := newFigures("core", 4, 0, payer.NewHistogram()); none.PerSecond != 0 || none.P99 != 0 {
		t.Errorf("nothing measured: %+v", none)
	}
}

func TestCompare(t *testing.T) {
	for _, each := range []struct {
		name        string
		core, whole Figures
		ratio       float64
		missed      string
	}{
		{"exactly enough", Figures{PerSecond: 1000}, Figures{PerSecond: 500}, 0.5, ""},
		{"a little less, which is not rounded up", Figures{PerSecond: 1024}, Figures{PerSecond: 511}, 511.0 / 1024, "does 0.49 of"},
		{"a failure", Figures{PerSecond: 1000}, Figures{PerSecond: 900, Failed: 1, Failure: "unknown: reset"}, 0.9, "1 of the whole path failed: unknown: reset"},
		{"accepted payments are no failures", Figures{PerSecond: 1000}, Figures{PerSecond: 900, Accepted: 9}, 0.9, ""},
		{"nothing to compare with", Figures{}, Figures{PerSecond: 900}, 0, "does 0.00 of"},
	} {
		result := Compare(each.core, each.whole, 0.5)
		err := result.Missed()
		if result.Ratio != each.ratio || result.Met != (each.missed == "") || (err == nil) != result.Met {
			t.Errorf("%s: %+v, %v", each.name, result, err)
		}
		if err != nil && !strings.Contains(err.Error(), each.missed) {
			t.Errorf("%s: %v", each.name, err)
		}
	}
}

func TestTable(t *testing.T) {
	rows := Compare(Figures{Path: "core", Workers: 2, PerSecond: 1000, P50: 1.25, P99: 9}, Figures{Path: "whole", PerSecond: 499.9}, 0.5).Table()
	if len(rows) != 4 || strings.Join(rows[1], " ") != "core 2 1000 1.2ms 9.0ms 0 0" || rows[3][2] != "0.49" {
		t.Errorf("%q", rows)
	}
}

// What ends while it is warming up, or after the time, does not count.
func TestDrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		load := Load{Workers: 2, Warm: 2500 * time.Millisecond, Length: 10 * time.Second}
		got, err := load.drive(t.Context(), "core", func(_ context.Context, worker, number int) error {
			time.Sleep(time.Second)
			switch {
			case worker == 0:
				return nil
			case number%2 == 0:
				return errAccepted
			}
			return errors.New("refused")
		})
		if err != nil || got.Payments != 10 || got.PerSecond != 1 || got.Accepted != 5 || got.Failed != 5 || got.Failure != "refused" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestDriveEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Load{Workers: 2, Length: time.Hour}.drive(ctx, "core", func(context.Context, int, int) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestOutcome(t *testing.T) {
	if outcome(receipt.Answer{Outcome: receipt.Success}) != nil || !errors.Is(outcome(receipt.Answer{Outcome: receipt.Processing}), errAccepted) {
		t.Error("an acknowledgement is an error")
	}
	if err := outcome(receipt.Answer{Outcome: receipt.Unknown, Detail: "reset"}); err == nil || errors.Is(err, errAccepted) {
		t.Errorf("no answer: %v", err)
	}
}

func TestPayersAreMade(t *testing.T) {
	target := run.Target{
		Primary: "a", Secondary: "b", Endpoint: "https://pay.example", Regional: map[string]string{"a": "https://a.pay.example", "b": "https://b.pay.example"},
		Dialer: func() dialing.Dialer { return dialing.Dialer{Resolver: stub.New(stub.Server("127.0.0.1:53"), nil)} },
	}
	made, err := makePayers(target, 2)
	if err != nil || len(made) != 2 {
		t.Fatalf("%d payers, %v", len(made), err)
	}
	for _, one := range made {
		one.Close()
	}
	target.Regional = nil
	if _, err := makePayers(target, 1); err == nil {
		t.Error("payers without an endpoint")
	}
}
