package health_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

func TestCheckerObserve(t *testing.T) {
	tests := map[string]struct {
		threshold int
		results   string // + healthy, - not
		want      health.Verdict
	}{
		"no result":                       {3, "", health.Unknown},
		"too few to know":                 {3, "--", health.Unknown},
		"first results agree":             {3, "---", health.Ill},
		"first results disagree":          {3, "-+-+-", health.Unknown},
		"well":                            {3, "+++", health.Well},
		"one failure changes nothing":     {3, "+++-", health.Well},
		"failures must follow each other": {3, "+++--+--", health.Well},
		"threshold failures":              {3, "+++---", health.Ill},
		"success needs the threshold too": {3, "---++", health.Ill},
		"threshold successes":             {3, "---+++", health.Well},
		"threshold of one":                {1, "+-", health.Ill},
		"threshold of one, back":          {1, "+-+", health.Well},
		"longer than the threshold":       {2, "------", health.Ill},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			checker, now := health.Checker{Threshold: test.threshold}, time.Unix(1_700_000_000, 0)
			for _, result := range test.results {
				now = now.Add(10 * time.Second)
				checker = checker.Observe(health.Result{Healthy: result == '+'}, now)
			}
			if checker.Verdict != test.want {
				t.Errorf("verdict %d, want %d", checker.Verdict, test.want)
			}
			if len(test.results) > 0 && !checker.Next(10*time.Second).Equal(now.Add(10*time.Second)) {
				t.Errorf("next probe at %s, want 10 s after the response at %s", checker.Next(10*time.Second), now)
			}
		})
	}
}

// slowVerdict looks at the whole history: the verdict is that of the last run of equal results that was long enough.
func slowVerdict(threshold int, history []bool) health.Verdict {
	for end := len(history); end >= threshold; end-- {
		run := 0
		for i := end - 1; i >= 0 && history[i] == history[end-1]; i-- {
			run++
		}
		if run >= threshold {
			return map[bool]health.Verdict{true: health.Well, false: health.Ill}[history[end-1]]
		}
	}
	return health.Unknown
}

func TestCheckerAgreesWithSlowTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threshold := rapid.IntRange(1, 10).Draw(t, "threshold")
		history := rapid.SliceOf(rapid.Bool()).Draw(t, "history")
		checker, now := health.Checker{Threshold: threshold}, time.Unix(1_700_000_000, 0)
		for _, healthy := range history {
			checker = checker.Observe(health.Result{Healthy: healthy}, now)
		}
		if want := slowVerdict(threshold, history); checker.Verdict != want {
			t.Errorf("verdict %d, want %d", checker.Verdict, want)
		}
	})
}

func checkersWith(well, ill, unknown int) []health.Checker {
	var checkers []health.Checker
	for verdict, count := range map[health.Verdict]int{health.Well: well, health.Ill: ill, health.Unknown: unknown} {
		for range count {
			checkers = append(checkers, health.Checker{Verdict: verdict})
		}
	}
	return checkers
}

func TestHealthyIsMoreThan18Percent(t *testing.T) {
	tests := []struct {
		well, ill, unknown int
		want               bool
	}{
		{15, 0, 0, true}, {3, 12, 0, true}, {2, 13, 0, false}, {0, 15, 0, false},
		{0, 0, 15, true}, {0, 12, 3, true}, {0, 13, 2, false},
		{18, 82, 0, false}, {19, 81, 0, true}, {9, 41, 0, false}, {1, 4, 0, true}, {1, 5, 0, false},
		{0, 0, 0, true},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d well, %d ill, %d unknown", test.well, test.ill, test.unknown), func(t *testing.T) {
			if got := health.Healthy(checkersWith(test.well, test.ill, test.unknown)); got != test.want {
				t.Errorf("healthy %v, want %v", got, test.want)
			}
		})
	}
}

func TestHealthyAgreesWithSlowTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 60)
		well, ill, unknown := count.Draw(t, "well"), count.Draw(t, "ill"), count.Draw(t, "unknown")
		if well+ill+unknown == 0 {
			return
		}
		share := float64(well+unknown) / float64(well+ill+unknown)
		want := share > 0.18+1e-9 // no share of at most 180 checkers is nearer to 18 % than that, except 18 % itself
		if got := health.Healthy(checkersWith(well, ill, unknown)); got != want {
			t.Errorf("%d well, %d ill, %d unknown (%.4f): healthy %v, want %v", well, ill, unknown, share, got, want)
		}
	})
}

func TestStatusDisabledAndInverted(t *testing.T) {
	for _, test := range []struct{ disabled, inverted, well, want bool }{
		{false, false, true, true}, {false, false, false, false}, {false, true, true, false}, {false, true, false, true},
		{true, false, false, true}, {true, false, true, true}, {true, true, false, false}, {true, true, true, false},
	} {
		t.Run(fmt.Sprintf("%+v", test), func(t *testing.T) {
			checkers := checkersWith(0, 15, 0)
			if test.well {
				checkers = checkersWith(15, 0, 0)
			}
			if got := health.Status(health.Config{Disabled: test.disabled, Inverted: test.inverted}, checkers); got != test.want {
				t.Errorf("status %v, want %v", got, test.want)
			}
		})
	}
}
