package outage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/drill/outage"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
	"github.com/paymentdr/paymentdr/internal/drill/span"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// window: the fault is at second 0, nobody watches after second 100.
var window = outage.Window{Fault: noon, End: at(100)}

// receipts reads one payer's day: words of a time in seconds and what happened then, in the order of the times.
// "12ok" is a payment acknowledged at second 12, due 0.1 s before; "12x" one that fails then and is never heard of
// again; "5x-41ok" fails at 5 and is acknowledged at 41. "late" after a time makes it a 202.
func receipts(t *testing.T, payer string, kind receipt.PayerKind, day string) []receipt.Receipt {
	t.Helper()
	var all []receipt.Receipt
	for n, word := range strings.Fields(day) {
		due := time.Time{}
		for try, part := range strings.Split(word, "_") {
			var second float64
			var what string
			if _, err := fmt.Sscanf(part, "%g%s", &second, &what); err != nil {
				t.Fatalf("%q: %v", part, err)
			}
			if due.IsZero() {
				due = at(second - 0.1)
			}
			one := receipt.Receipt{
				Kind: receipt.Asked, Payer: payer, PayerKind: kind, Due: due,
				Payment: receipt.Payment{ID: fmt.Sprintf("%s.%d", payer, n), Amount: "1.00", MinorUnits: 100, Currency: "USD"},
			}
			if try == 0 {
				all = append(all, one)
			}
			one.Kind, one.Try, one.Sent, one.Ended, one.Requests = receipt.Answered, try+1, at(second-0.1), at(second), 1
			what, one.Address, _ = strings.Cut(what, "@")
			switch what {
			case "ok":
				one.Outcome, one.TransactionID = receipt.Success, "t"
			case "late":
				one.Outcome, one.TransactionID = receipt.Processing, "t"
			case "x":
				one.Outcome, one.Class = receipt.Unknown, "timeout"
			case "no":
				one.Outcome, one.Class = receipt.Refused, "HTTP 400"
			case "copy":
				one.Outcome, one.Copy, one.ID = receipt.Success, true, payer+".0"
			default:
				t.Fatalf("%q says nothing", part)
			}
			all = append(all, one)
		}
	}
	return all
}

func TestDNSPayers(t *testing.T) {
	tests := map[string]struct {
		day         string
		interrupted bool
		rto         string
		further     string
		wait        string
	}{
		"nothing happened":                         {"-5ok 5ok 50ok", false, "0 s", "", "100 ms"},
		"cut off and back":                         {"-1ok 1x_41ok 42ok", true, "41.0 s", "", "40.1 s"},
		"counts from the fault, not the failure":   {"-1ok 9x 41ok", true, "41.0 s", "", "over 91.1 s"},
		"a failure before the fault is not its":    {"-5x_-4ok 5ok", false, "0 s", "", "100 ms"},
		"under way at the fault":                   {"-1ok 0.05x_20ok", true, "20.0 s", "", "20.1 s"},
		"never back":                               {"-1ok 1x_30x 2x", true, "over 100.0 s", "", "over 99.1 s"},
		"never asked before":                       {"3x_20ok", true, "20.0 s", "", "17.1 s"},
		"an answer now and then is not back":       {"1x_41ok 10ok 11x_42ok 20ok 21x_43ok", true, "41.0 s", "", "40.1 s"},
		"acknowledged right after the fault":       {"2ok 3x_30ok", true, "30.0 s", "", "27.1 s"},
		"back, and cut off again":                  {"1x_20ok 25ok 40ok 41x_55ok 60ok", true, "20.0 s", "40.0-55.0 timeout", "19.1 s"},
		"again, after nothing for long":            {"1x_20ok 60x_65ok", true, "20.0 s", "60.0-65.0 timeout", "19.1 s"},
		"the last failures end with the drill":     {"1x_20ok 60x", true, "20.0 s", "60.0-open timeout", "over 40.1 s"},
		"a hiccup long after a fault nobody felt":  {"1ok 30ok 31x_32ok", false, "0 s", "30.0-32.0 timeout", "1.1 s"},
		"a refusal is a failure":                   {"1no 20ok", true, "20.0 s", "", "over 99.1 s"},
		"a copy says nothing":                      {"-1ok 1x 5copy 30ok", true, "30.0 s", "", "over 99.1 s"},
		"exactly calm is not calm":                 {"1x 10ok 20x_31ok", true, "31.0 s", "", "over 99.1 s"},
		"a moment more than calm is":               {"1x 10ok 20.01x_31ok", true, "10.0 s", "20.0-31.0 timeout", "over 99.1 s"},
		"what is after the end is not looked at":   {"1x_20ok 120x", true, "20.0 s", "", "19.1 s"},
		"acknowledged after the end only":          {"1x_120ok", true, "over 100.0 s", "", "over 99.1 s"},
		"202 ends it as 200 does":                  {"1x_20late 21late", true, "20.0 s", "", "19.1 s"},
		"two interruptions that touch are one":     {"1x 8ok 9x 17ok 18x 26ok", true, "26.0 s", "", "over 99.1 s"},
		"a payment of before, answered after it":   {"-3x_-2x_4ok", false, "0 s", "", "7.1 s"},
		"a payment of before, failed after it too": {"-3x_2x_4ok", true, "4.0 s", "", "7.1 s"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			kinds, payers := outage.Analyse(receipts(t, "dns-1", receipt.DNS, test.day), window)
			got := payers[0]
			var further []string
			for _, one := range got.Further {
				end := fmt.Sprintf("%.1f", one.From.Add(one.Span.Length).Sub(noon).Seconds())
				if one.Span.Open {
					end = "open"
				}
				further = append(further, fmt.Sprintf("%.1f-%s %s", one.From.Sub(noon).Seconds(), end, one.Class))
			}
			if got.Interrupted != test.interrupted || got.RTO.String() != test.rto || strings.Join(further, ", ") != test.further || got.LongestWait.String() != test.wait {
				t.Errorf("interrupted %t, rto %v, further %v, longest wait %v;\nwant %t, %s, %s, %s", got.Interrupted, got.RTO, further, got.LongestWait,
					test.interrupted, test.rto, test.further, test.wait)
			}
			if kinds[0].RTO.Max != got.RTO || len(kinds[0].Further) != len(further) {
				t.Errorf("all payers: %+v", kinds[0])
			}
		})
	}
}

func TestClientPayersWait(t *testing.T) {
	for day, want := range map[string]string{
		"-1ok 1ok 2ok":      "100 ms",
		"-20x_-1ok 1ok":     "100 ms", // a long wait that was over before the fault is not its
		"-1x_3ok 4ok":       "4.1 s",
		"1x_2x_31ok 5x_7ok": "30.1 s",
		"1ok 60x":           "over 40.1 s",
	} {
		_, payers := outage.Analyse(receipts(t, "client-1", receipt.Client, day), window)
		if got := payers[0].RTO.String(); got != want {
			t.Errorf("%s: rto %s, want %s", day, got, want)
		}
	}
}

func TestKindsAreSummarized(t *testing.T) {
	var all []receipt.Receipt
	for n := range 150 {
		all = append(all, receipts(t, fmt.Sprintf("dns-%03d", n), receipt.DNS, fmt.Sprintf("-1ok@east 1x@east_%gok@west", 20+float64(n)/10))...)
	}
	all = append(all, receipts(t, "client-1", receipt.Client, "-1ok 1late 2ok 3no")...)
	kinds, payers := outage.Analyse(all, window)
	if len(kinds) != 2 || kinds[0].Kind != receipt.DNS || len(payers) != 151 {
		t.Fatalf("%d kinds, %d payers", len(kinds), len(payers))
	}
	dns := kinds[0]
	if dns.Payers != 150 || dns.Interrupted != 150 || dns.RTO.P50.String() != "27.4 s" || dns.RTO.P99.String() != "34.8 s" || dns.RTO.Max.String() != "34.9 s" {
		t.Errorf("dns payers %+v", dns)
	}
	if dns.Followed.Count != 150 || dns.Followed.Max.String() != "34.8 s" {
		t.Errorf("followed %+v", dns.Followed)
	}
	want := outage.Totals{Payments: 4, Attempts: 4, Requests: 4, Acknowledged: 3, Processing: 1, Refused: 1, Failed: 1,
		Classes: []outage.Class{{Name: "HTTP 400", Count: 1}}}
	got := kinds[1].Totals
	if got.Latency.Count != 3 || got.Before.Count != 1 || got.Latency.Max.Length.Round(time.Millisecond) != 100*time.Millisecond {
		t.Errorf("latency %+v, before the fault %+v", got.Latency, got.Before)
	}
	got.Latency, got.Before = outage.Latency{}, outage.Latency{}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}

func TestSettle(t *testing.T) {
	tests := map[string]struct {
		day    string
		posted map[int]float64
		want   outage.Settlement
	}{
		"always in the ledger first":           {"-1ok 1ok", map[int]float64{0: -1.01, 1: 0.99}, outage.Settlement{}},
		"behind before the fault only":         {"-5late", map[int]float64{0: -1}, outage.Settlement{}},
		"replayed after the fault":             {"-1ok 1ok", map[int]float64{0: 20, 1: 0.99}, outage.Settlement{Behind: 1, Most: 1, Settled: span.Span{Length: 20 * time.Second}}},
		"three at once, then one":              {"-1late 5late 6late 40late", map[int]float64{0: 20, 1: 20, 2: 21, 3: 41}, outage.Settlement{Behind: 4, Most: 3, Settled: span.Span{Length: 41 * time.Second}}},
		"one never":                            {"-1late 5late", map[int]float64{0: 20}, outage.Settlement{Behind: 2, Most: 2, Settled: span.Span{Length: 100 * time.Second, Open: true}}},
		"what nobody was told is nobody's":     {"5x", map[int]float64{0: 20}, outage.Settlement{}},
		"a copy's acknowledgement counts, too": {"1x 5copy", map[int]float64{0: 20}, outage.Settlement{Behind: 1, Most: 1, Settled: span.Span{Length: 20 * time.Second}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			posted := map[string]time.Time{}
			for n, second := range test.posted {
				posted[fmt.Sprintf("p.%d", n)] = at(second)
			}
			if got := outage.Settle(receipts(t, "p", receipt.DNS, test.day), posted, window); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
