package simulate_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/simulate"
)

func TestParseDistribution(t *testing.T) {
	for text, want := range map[string]simulate.Distribution{
		"2s":                      simulate.Fixed(2 * time.Second),
		"0s":                      {},
		"uniform:1s:5s":           simulate.Uniform(time.Second, 5*time.Second),
		"uniform:5s:5s":           simulate.Fixed(5 * time.Second),
		"triangular:30s:1m:180s":  simulate.Triangular(30*time.Second, time.Minute, 3*time.Minute),
		"triangular:30s:30s:1h0s": simulate.Triangular(30*time.Second, 30*time.Second, time.Hour),
	} {
		got, err := simulate.ParseDistribution(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v; want %+v", text, got, err, want)
		}
		again, err := simulate.ParseDistribution(got.String())
		if err != nil || again != got {
			t.Errorf("%s is written as %s, which is %+v, %v", text, got, again, err)
		}
	}
}

func TestParseDistributionRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "invalid duration",
		"5":                    "missing unit",
		"-1s":                  "not between 0",
		"61m":                  "not between 0",
		"uniform":              "invalid duration",
		"uniform:1s":           "want 2s, uniform",
		"uniform:5s:1s":        "less than what stands before it",
		"uniform:1s:2s:3s":     "want 2s, uniform",
		"triangular:1s:2s":     "want 2s, uniform",
		"triangular:1s:3s:2s":  "less than what stands before it",
		"normal:1s:2s":         "want 2s, uniform",
		"1s:2s":                "want 2s, uniform",
		"triangular:1s::2s":    "invalid duration",
		"uniform:1s:2000000h":  "not between 0",
		"uniform:NaNs:2s":      "invalid duration",
		"uniform:1s:99999999h": "invalid duration",
	} {
		if got, err := simulate.ParseDistribution(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func drawDistribution(t *rapid.T) simulate.Distribution {
	draw := func(name string, from time.Duration) time.Duration {
		return from + time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, name))
	}
	low := draw("low", 0)
	mode := draw("mode", low)
	if rapid.Bool().Draw(t, "triangular") {
		return simulate.Triangular(low, mode, draw("high", mode))
	}
	return simulate.Uniform(low, mode)
}

// A distribution stays within its bounds, never falls, and survives JSON.
func TestDistributionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDistribution(t)
		u, v := rapid.Float64Range(0, 1).Draw(t, "u"), rapid.Float64Range(0, 1).Draw(t, "v")
		low, high := d.At(min(u, v)), d.At(max(u, v))
		if low < d.Low || low > high || high > d.High {
			t.Fatalf("%s: at %g and %g it is %s and %s", d, min(u, v), max(u, v), low, high)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var again simulate.Distribution
		if err := json.Unmarshal(text, &again); err != nil || again.String() != d.String() {
			t.Fatalf("%s came back as %s, %v", text, again, err)
		}
	})
}

// The slow twin of At counts a triangle's area up to a time.
func TestTriangularHasTheRightShares(t *testing.T) {
	d := simulate.Triangular(30*time.Second, 60*time.Second, 180*time.Second)
	const steps = 100_000
	width := (d.High - d.Low).Seconds() / steps
	area, total := make([]float64, steps+1), 0.0
	for i := range steps {
		at := d.Low.Seconds() + (float64(i)+0.5)*width
		density := (at - 30) / 30
		if at > 60 {
			density = (180 - at) / 120
		}
		total += density * width
		area[i+1] = total
	}
	for i := 0; i <= steps; i += steps / 20 {
		want := d.Low.Seconds() + float64(i)*width
		if got := d.At(area[i] / total).Seconds(); got < want-0.05 || got > want+0.05 {
			t.Errorf("share %.3f lies at %.2f s, want %.2f s", area[i]/total, got, want)
		}
	}
}
