package simulate_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/simulate"
)

func environment(t testing.TB, name string) simulate.Environment {
	t.Helper()
	e, err := simulate.NewEnvironment(name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func run(t testing.TB, c config.Config, options simulate.Options) simulate.Result {
	t.Helper()
	result, err := simulate.Run(context.Background(), c, options)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func times(t testing.TB, r simulate.Result, failure config.Failure, of simulate.Quantity) simulate.Times {
	t.Helper()
	found, known := r.Times(failure, of)
	if !known {
		t.Fatalf("no times of %s, %s", failure, of)
	}
	return found
}

// The default keeps its objective in every disaster, and the original's settings in none where payers follow DNS.
func TestDefaultAndOriginal(t *testing.T) {
	c := config.Default()
	result := run(t, c, simulate.Options{Disasters: 5000, Seed: 1, Environment: environment(t, simulate.AWS)})
	if result.Within() != 1 || len(result.Failures) != 3 {
		t.Errorf("share within %gs is %g in %d failures, want 1 in 3", result.Objective, result.Within(), len(result.Failures))
	}
	c.HealthCheck = config.HealthCheck{Interval: 30 * time.Second, Threshold: 3, TTL: 60 * time.Second}
	result = run(t, c, simulate.Options{Disasters: 5000, Seed: 1, Environment: environment(t, simulate.AWS)})
	for _, failure := range config.Failures() {
		dns, client := times(t, result, failure, simulate.DNSPayer), times(t, result, failure, simulate.ClientPayer)
		if *dns.Within != 0 || *client.Within != 1 || dns.P50 < 100 {
			t.Errorf("%s: dns payers within %g (p50 %g s), client payers within %g; want 0 (above 100 s) and 1", failure, *dns.Within, dns.P50, *client.Within)
		}
	}
}

func drawConfig(t *rapid.T) config.Config {
	c := config.Default()
	c.Objectives.RTO = time.Duration(rapid.IntRange(1, 4000).Draw(t, "rto")) * time.Second
	c.HealthCheck = config.HealthCheck{
		Interval:  rapid.SampledFrom([]time.Duration{10 * time.Second, 30 * time.Second}).Draw(t, "interval"),
		Threshold: rapid.IntRange(1, 10).Draw(t, "threshold"),
		TTL:       time.Duration(rapid.IntRange(1, 3600).Draw(t, "ttl")) * time.Second,
	}
	c.Lease.Tick = time.Duration(rapid.IntRange(500, 30_000).Draw(t, "tick")) * time.Millisecond
	c.Lease.TTL = time.Duration(rapid.Int64Range(int64(3*c.Lease.Tick), int64(90*time.Second)).Draw(t, "lease"))
	return c
}

// slowest has every term as long as its worst case counts on, without a warning.
func slowest(t testing.TB) simulate.Environment {
	e := environment(t, simulate.AWS)
	for _, setting := range []string{
		"checker-round-trip=400ms", "aggregation=5s", "health-answer=10s", "payer-round-trip=200ms", "payer-timeout=5s", "payer-pause=1s",
		"sick-answer=10s", "request=800ms", "journal-pause=2s", "ledger-wait=2500ms", "ledger-refused=2500ms", "controller-look=500ms",
		"start-delay=uniform:0s:1m", "fencing=60s", "promotion=120s", "replication-lag=1s",
	} {
		var err error
		if e, err = e.Set(setting); err != nil {
			t.Fatal(err)
		}
	}
	if warnings := e.Warnings(); len(warnings) > 0 {
		t.Fatal(warnings)
	}
	return e
}

// No simulated time is later than its computed worst case, whatever the configuration, the environment and the load.
func TestNothingIsBeyondTheWorstCase(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawConfig(r)
		e := environment(t, rapid.SampledFrom(simulate.Environments()).Draw(r, "environment"))
		if rapid.Bool().Draw(r, "slowest") {
			e = slowest(t)
		}
		e.Drain = rapid.Float64Range(1, 2000).Draw(r, "drain")
		e.Rate = rapid.Float64Range(0.01, e.Drain).Draw(r, "rate")
		e.Payers = rapid.IntRange(1, 30).Draw(r, "payers")
		result := run(t, c, simulate.Options{Disasters: 500, Seed: rapid.Uint64().Draw(r, "seed"), Environment: e, Workers: 1})
		for _, f := range result.Failures {
			for _, times := range f.Times {
				if times.Beyond > 0 || times.Max > times.WorstCase {
					r.Errorf("%s, %s: %d beyond the worst case of %g s, up to %g s", f.Failure, times.Quantity, times.Beyond, times.WorstCase, times.Max)
				}
				if times.Min > times.P50 || times.P50 > times.P90 || times.P90 > times.P99 || times.P99 > times.P999 || times.P999 > times.Max {
					r.Errorf("%s, %s: percentiles fall: %+v", f.Failure, times.Quantity, times)
				}
			}
		}
	})
}

// Every quantity is later, or the same, where a setting is slower: the same disasters are compared.
func TestSlowerSettingsAreNotFaster(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawConfig(r)
		slow := c
		changed := rapid.SampledFrom([]string{"interval", "threshold", "ttl", "lease"}).Draw(r, "changed")
		quantities := []simulate.Quantity{simulate.Detection, simulate.DNSPayer, simulate.LastDNSPayer, simulate.ClientPayer}
		tolerance := 0.0
		switch changed {
		case "interval":
			c.HealthCheck.Interval, slow.HealthCheck.Interval = 10*time.Second, 30*time.Second
		case "threshold":
			slow.HealthCheck.Threshold = rapid.IntRange(c.HealthCheck.Threshold, 10).Draw(r, "slower threshold")
		case "ttl":
			slow.HealthCheck.TTL += time.Duration(rapid.IntRange(0, 600).Draw(r, "more")) * time.Second
			slow.HealthCheck.TTL = min(slow.HealthCheck.TTL, time.Hour)
		case "lease":
			slow.Lease.TTL = time.Duration(rapid.Int64Range(int64(c.Lease.TTL), int64(90*time.Second)).Draw(r, "longer lease"))
			quantities = []simulate.Quantity{simulate.LedgerWritable, simulate.Settled}
			// Another run may be the one that claims: its ticks, and its end, lie elsewhere.
			tolerance = 4 * slow.Lease.Tick.Seconds()
		}
		options := simulate.Options{Disasters: 200, Seed: rapid.Uint64().Draw(r, "seed"), Environment: environment(t, simulate.AWS), Workers: 1}
		before, after := run(t, c, options), run(t, slow, options)
		for _, failure := range config.Failures() {
			for _, of := range quantities {
				allowed := tolerance
				if failure != config.Sick && (of == simulate.DNSPayer || of == simulate.LastDNSPayer) {
					// Whoever comes after the lease has moved does not wait for a silent ledger, and so may be served before one
					// who came earlier.
					allowed += payment.DefaultLimits().Ledger.Seconds()
				}
				one, other := times(t, before, failure, of), times(t, after, failure, of)
				for name, pair := range map[string][2]float64{"p50": {one.P50, other.P50}, "p90": {one.P90, other.P90}, "max": {one.Max, other.Max}, "min": {one.Min, other.Min}} {
					if pair[1] < pair[0]-allowed {
						r.Errorf("slower %s: %s of %s, %s falls from %g s to %g s", changed, name, failure, of, pair[0], pair[1])
					}
				}
			}
		}
	})
}

func TestSameSeedSameResult(t *testing.T) {
	text := func(seed uint64, workers int) string {
		result := run(t, config.Default(), simulate.Options{Disasters: 3001, Seed: seed, Environment: environment(t, simulate.AWS), Workers: workers})
		written, err := json.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		return string(written) + string(result.Plot())
	}
	want := text(7, 1)
	for _, workers := range []int{0, 2, 5} {
		if text(7, workers) != want {
			t.Errorf("another result with %d workers", workers)
		}
	}
	if text(8, 1) == want {
		t.Error("another seed gives the same result")
	}
}

// The more there is of a term, the later; a term that a failure does not know changes nothing.
func TestTermsMatter(t *testing.T) {
	base := environment(t, simulate.AWS)
	p50 := func(e simulate.Environment, failure config.Failure, of simulate.Quantity) float64 {
		return times(t, run(t, config.Default(), simulate.Options{Disasters: 500, Seed: 3, Environment: e, Failures: []config.Failure{failure}}), failure, of).P50
	}
	for _, test := range []struct {
		setting string
		failure config.Failure
		of      simulate.Quantity
		grows   bool
	}{
		{"checker-round-trip=3s", config.Refused, simulate.Detection, true},
		{"aggregation=10s", config.Silent, simulate.Detection, true},
		{"health-answer=2s", config.Sick, simulate.Detection, true},
		{"health-answer=2s", config.Refused, simulate.Detection, false},
		{"payer-round-trip=3s", config.Refused, simulate.ClientPayer, true},
		{"payer-timeout=20s", config.Silent, simulate.DNSPayer, true},
		{"payer-timeout=20s", config.Refused, simulate.DNSPayer, false},
		{"payer-pause=20s", config.Refused, simulate.DNSPayer, true},
		{"payer-pause=20s", config.Refused, simulate.ClientPayer, false},
		{"sick-answer=5s", config.Sick, simulate.DNSPayer, true},
		{"sick-answer=5s", config.Silent, simulate.DNSPayer, false},
		{"request=5s", config.Silent, simulate.ClientPayer, true},
		{"journal-pause=5s", config.Refused, simulate.ClientPayer, true},
		{"ledger-wait=5s", config.Silent, simulate.ClientPayer, true},
		{"ledger-wait=5s", config.Sick, simulate.ClientPayer, false},
		{"ledger-refused=5s", config.Refused, simulate.ClientPayer, true},
		{"controller-look=2s", config.Refused, simulate.LedgerWritable, true},
		{"fencing=30s", config.Silent, simulate.LedgerWritable, true},
		{"fencing=30s", config.Refused, simulate.LedgerWritable, false},
		{"promotion=10m", config.Sick, simulate.LedgerWritable, true},
		{"replication-lag=10m", config.Sick, simulate.Settled, true},
		{"replication-lag=10m", config.Sick, simulate.LedgerWritable, false},
	} {
		e, err := base.Set(test.setting)
		if err != nil {
			t.Fatal(err)
		}
		before, after := p50(base, test.failure, test.of), p50(e, test.failure, test.of)
		if after > before+0.5 != test.grows || !test.grows && after != before {
			t.Errorf("%s: %s, %s goes from %g s to %g s, want growth %v", test.setting, test.failure, test.of, before, after, test.grows)
		}
	}
}

// Runs that start minutes late leave gaps, in which nobody claims.
func TestLateRunsLeaveGaps(t *testing.T) {
	late, err := environment(t, simulate.AWS).Set("start-delay=uniform:0s:10m")
	if err != nil {
		t.Fatal(err)
	}
	longest := func(e simulate.Environment) float64 {
		options := simulate.Options{Disasters: 5000, Seed: 3, Environment: e, Failures: []config.Failure{config.Refused}}
		return times(t, run(t, config.Default(), options), config.Refused, simulate.LedgerWritable).Max
	}
	if before, after := longest(environment(t, simulate.AWS)), longest(late); after < before+30 || len(late.Warnings()) != 1 {
		t.Errorf("longest %g s, with late starts %g s, warnings %v; want it much longer, and a warning", before, after, late.Warnings())
	}
}

// A term beyond what the worst case counts on is warned of, and what lies beyond is counted.
func TestTermsBeyondTheWorstCase(t *testing.T) {
	for _, name := range simulate.Environments() {
		if warnings := environment(t, name).Warnings(); len(warnings) > 0 {
			t.Errorf("%s warns of itself: %v", name, warnings)
		}
	}
	e, err := environment(t, simulate.AWS).Set("promotion=triangular:1m:2m:10m")
	if err != nil {
		t.Fatal(err)
	}
	warnings := e.Warnings()
	if len(warnings) != 1 || !strings.Contains(warnings[0], "promotion may take 10m0s, the worst case counts on 3m0s") {
		t.Errorf("warnings %q", warnings)
	}
	result := run(t, config.Default(), simulate.Options{Disasters: 1000, Seed: 1, Environment: e, Failures: []config.Failure{config.Silent}})
	if found := times(t, result, config.Silent, simulate.LedgerWritable); found.Beyond == 0 || found.Beyond == 1000 || found.Max <= found.WorstCase {
		t.Errorf("%d beyond the worst case of %g s, up to %g s; want some", found.Beyond, found.WorstCase, found.Max)
	}
}

func TestRunRefuses(t *testing.T) {
	good := simulate.Options{Disasters: 1, Environment: environment(t, simulate.AWS)}
	for want, options := range map[string]simulate.Options{
		"0 disasters":          {Environment: good.Environment},
		"-1 disasters":         {Disasters: -1, Environment: good.Environment},
		"10000001 disasters":   {Disasters: 10_000_001, Environment: good.Environment},
		`failure "fire"`:       {Disasters: 1, Environment: good.Environment, Failures: []config.Failure{"fire"}},
		`failure "sick"`:       {Disasters: 1, Environment: good.Environment, Failures: []config.Failure{config.Sick, config.Sick}},
		"make it with NewEnvi": {Disasters: 1},
	} {
		if _, err := simulate.Run(t.Context(), config.Default(), options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	for _, change := range []func(*simulate.Environment){
		func(e *simulate.Environment) { e.Payers = 0 }, func(e *simulate.Environment) { e.Payers = 10_001 },
		func(e *simulate.Environment) { e.Rate = 0 }, func(e *simulate.Environment) { e.Drain = -1 }, func(e *simulate.Environment) { e.List = 2e6 },
		func(e *simulate.Environment) { e.Rate, e.Drain = 11, 10 }, func(e *simulate.Environment) { e.Rate, e.Drain, e.List = 20, 30, 10 },
	} {
		bad := good
		change(&bad.Environment)
		if _, err := simulate.Run(t.Context(), config.Default(), bad); err == nil {
			t.Errorf("nothing is wrong with %+v", bad.Environment)
		}
	}
	c := config.Default()
	c.Lease.TTL = 10 * time.Minute
	var violations config.Violations
	if _, err := simulate.Run(t.Context(), c, good); !errors.As(err, &violations) {
		t.Errorf("%v, want the configuration's violations", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := simulate.Run(ctx, config.Default(), good); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want it to end with its context", err)
	}
}

func TestSetRefuses(t *testing.T) {
	e := environment(t, simulate.AWS)
	for setting, want := range map[string]string{
		"":                    "want name=distribution",
		"promotion":           "want name=distribution",
		"promotions=1s":       "there are checker-round-trip, aggregation",
		"promotion=fast":      "term promotion: parse distribution",
		"controller-look=3s":  "longer than 2s",
		"aggregation=1s=2s":   "parse distribution",
		"request=uniform:1s:": "parse distribution",
	} {
		if _, err := e.Set(setting); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", setting, err, want)
		}
	}
	changed, err := e.Set("aggregation=uniform:1s:2s")
	if err != nil || fmt.Sprint(changed.Terms) == fmt.Sprint(e.Terms) || fmt.Sprint(e.Terms) != fmt.Sprint(environment(t, simulate.AWS).Terms) {
		t.Errorf("%v: the change is not in the copy, or is in the original", err)
	}
	if _, err := simulate.NewEnvironment("azure"); err == nil || !strings.Contains(err.Error(), "aws or local") {
		t.Errorf("azure is known: %v", err)
	}
}

func BenchmarkDisasters(b *testing.B) {
	e := environment(b, simulate.AWS)
	for b.Loop() {
		run(b, config.Default(), simulate.Options{Disasters: 1000, Seed: 1, Environment: e, Failures: []config.Failure{config.Silent}, Workers: 1})
	}
}
