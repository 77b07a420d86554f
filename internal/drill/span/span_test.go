package span_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/span"
)

func TestText(t *testing.T) {
	for length, want := range map[time.Duration]string{
		0: "0 s", 10 * time.Microsecond: "1 ms", 87400 * time.Microsecond: "87 ms", 999 * time.Millisecond: "999 ms", time.Second: "1.0 s",
		41240 * time.Millisecond: "41.2 s", 89900 * time.Millisecond: "89.9 s", 197 * time.Second: "3 min 17 s", -time.Second: "-1.0 s",
	} {
		if got := span.Text(length); got != want {
			t.Errorf("%v is %q, want %q", length, got, want)
		}
	}
	if got := (span.Span{Length: time.Minute, Open: true}).String(); got != "over 60.0 s" {
		t.Errorf("an open span is %q", got)
	}
}

func TestJSON(t *testing.T) {
	for _, one := range []span.Span{{}, {Length: 41234 * time.Millisecond}, {Length: time.Minute, Open: true}} {
		encoded, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		var got span.Span
		if err := json.Unmarshal(encoded, &got); err != nil || got != one {
			t.Errorf("%s is read as %+v, error %v", encoded, got, err)
		}
	}
}

func TestSummarize(t *testing.T) {
	var hundred []span.Span
	for n := range 100 {
		hundred = append(hundred, span.Span{Length: time.Duration(100-n) * time.Second})
	}
	got := span.Summarize(hundred)
	if got.Count != 100 || got.P50.Length != 50*time.Second || got.P99.Length != 99*time.Second || got.Max.Length != 100*time.Second {
		t.Errorf("quantiles %+v", got)
	}
	hundred[50] = span.Span{Length: time.Second, Open: true}
	if got := span.Summarize(hundred); !got.Max.Open || got.P99.Length != 100*time.Second {
		t.Errorf("what has not ended is not the longest: %+v", got)
	}
	if got := span.Summarize(hundred[50:51]); got.P50 != got.Max {
		t.Errorf("quantiles of one %+v", got)
	}
	if got := span.Summarize(nil); got.Count != 0 {
		t.Errorf("quantiles of none %+v", got)
	}
}

func TestWithin(t *testing.T) {
	for one, want := range map[span.Span]bool{
		{Length: time.Minute}: true, {Length: time.Minute + 1}: false, {Length: time.Second, Open: true}: false, {}: true,
	} {
		if one.Within(time.Minute) != want {
			t.Errorf("%v within a minute: %t", one, !want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := span.Count(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
