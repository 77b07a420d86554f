package simulate_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/simulate"
)

func TestContains(t *testing.T) {
	result := run(t, config.Default(), simulate.Options{Disasters: 5000, Seed: 1, Environment: environment(t, simulate.Local), Failures: []config.Failure{config.Refused}})
	after := func(of simulate.Quantity, pick func(simulate.Times) float64) time.Duration {
		return time.Duration(pick(times(t, result, config.Refused, of)) * float64(time.Second))
	}
	median := func(of simulate.Quantity) time.Duration {
		return after(of, func(t simulate.Times) float64 { return t.P50 })
	}
	type times = simulate.Times
	for name, test := range map[string]struct {
		measured        simulate.Measurement
		count           int
		place           simulate.Place // of the last one
		inside, bounded bool
	}{
		"all usual": {simulate.Measurement{
			Detection: median(simulate.Detection), DNSPayers: []time.Duration{median(simulate.DNSPayer), median(simulate.LastDNSPayer)},
			ClientPayers: []time.Duration{median(simulate.ClientPayer)}, LedgerWritable: median(simulate.LedgerWritable), Settled: median(simulate.Settled),
		}, 6, simulate.Inside, true, true},
		"one alone": {simulate.Measurement{LedgerWritable: median(simulate.LedgerWritable)}, 1, simulate.Inside, true, true},
		"too fast":  {simulate.Measurement{Detection: time.Second}, 1, simulate.Faster, false, true},
		"slower than any, in the bound": {simulate.Measurement{
			DNSPayers: []time.Duration{median(simulate.DNSPayer), after(simulate.DNSPayer, func(t times) float64 { return (t.Max + t.WorstCase) / 2 })},
		}, 2, simulate.Slower, false, true},
		"at the bound":     {simulate.Measurement{ClientPayers: []time.Duration{after(simulate.ClientPayer, func(t times) float64 { return t.WorstCase })}}, 1, simulate.Slower, false, true},
		"beyond the bound": {simulate.Measurement{ClientPayers: []time.Duration{time.Second, time.Minute}}, 2, simulate.Beyond, false, false},
		"beyond comes first": {simulate.Measurement{
			Detection: time.Hour, Settled: median(simulate.Settled),
		}, 2, simulate.Inside, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.measured.Failure = config.Refused
			found, err := simulate.Contains(result, test.measured)
			if err != nil {
				t.Fatal(err)
			}
			if len(found.Times) != test.count || found.Inside != test.inside || found.Bounded != test.bounded || found.Times[len(found.Times)-1].Place != test.place {
				t.Errorf("found %+v, want %d times, inside %v, bounded %v, the last one %s", found, test.count, test.inside, test.bounded, test.place)
			}
		})
	}
}

// A median is not longer than half of the simulated times; a stored result has the bounds, and no shares.
func TestContainsSharesAndStoredResults(t *testing.T) {
	result := run(t, config.Default(), simulate.Options{Disasters: 5000, Seed: 1, Environment: environment(t, simulate.AWS)})
	dns := times(t, result, config.Silent, simulate.DNSPayer)
	measured := simulate.Measurement{Failure: config.Silent, DNSPayers: []time.Duration{time.Second, time.Duration(dns.P50 * float64(time.Second))}}
	found, err := simulate.Contains(result, measured)
	if err != nil {
		t.Fatal(err)
	}
	first, second := found.Times[0], found.Times[1]
	if *first.Payer != 0 || *second.Payer != 1 || *first.Share != 0 || *second.Share < 0.499 || *second.Share > 0.501 {
		t.Errorf("payers %d and %d, shares %g and %g; want 0 and 1, 0 and 0.5", *first.Payer, *second.Payer, *first.Share, *second.Share)
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	var stored simulate.Result
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	again, err := simulate.Contains(stored, measured)
	if err != nil || again.Times[1].Place != simulate.Inside || again.Times[1].Share != nil || again.Times[0].Place != simulate.Faster {
		t.Errorf("stored result gives %+v, %v", again, err)
	}
}

func TestContainsRefuses(t *testing.T) {
	result := run(t, config.Default(), simulate.Options{Disasters: 10, Seed: 1, Environment: environment(t, simulate.AWS), Failures: []config.Failure{config.Sick}})
	if _, err := simulate.Contains(result, simulate.Measurement{Failure: config.Sick}); !errors.Is(err, simulate.ErrNothingMeasured) {
		t.Errorf("%v, want ErrNothingMeasured", err)
	}
	if _, err := simulate.Contains(result, simulate.Measurement{Failure: config.Silent, Detection: time.Second}); err == nil {
		t.Error("a failure that was not simulated is compared")
	}
}
