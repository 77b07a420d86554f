package health_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/route53/health"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// endpoint is a Region's health endpoint with its ways to fail, over pipes so that a test's clock rules them.
type endpoint struct {
	mutex   sync.Mutex
	fault   fault
	blinded map[string]bool // places whose checkers meet the fault; nil for all
	dials   []time.Time
}

type fault int

const (
	none    fault = iota
	refused       // nobody listens
	dropped       // packets vanish: no connection
	mute          // connects, never answers
	slowest       // connects just in time, never answers: the worst case
	status503
)

func (e *endpoint) set(fault fault, places ...string) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.fault, e.blinded = fault, nil
	for _, place := range places {
		if e.blinded == nil {
			e.blinded = map[string]bool{}
		}
		e.blinded[place] = true
	}
}

// times are when the endpoint was dialled.
func (e *endpoint) times() []time.Time {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return slices.Clone(e.dials)
}

func (e *endpoint) dial(ctx context.Context, place, _ string) (net.Conn, error) {
	e.mutex.Lock()
	fault := e.fault
	if e.blinded != nil && !e.blinded[place] {
		fault = none
	}
	e.dials = append(e.dials, time.Now())
	e.mutex.Unlock()
	switch fault {
	case refused:
		return nil, syscall.ECONNREFUSED
	case dropped:
		<-ctx.Done()
		return nil, ctx.Err()
	case slowest:
		time.Sleep(health.ConnectTimeout - time.Nanosecond)
	}
	near, far := net.Pipe()
	go serve(far, fault)
	return near, nil
}

// serve answers one request, or reads on until the checker closes.
func serve(conn net.Conn, fault fault) {
	defer func() { _ = conn.Close() }()
	if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
		return
	}
	switch fault {
	case none:
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") // the checker may have gone
	case status503:
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") // as above
	default:
		_, _ = io.Copy(io.Discard, conn) // ends when the checker closes
	}
}

// changes records the status with its times.
type changes struct {
	mutex sync.Mutex
	list  []change
}

type change struct {
	healthy bool
	at      time.Time
}

func (c *changes) add(_ string, healthy bool, at time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.list = append(c.list, change{healthy, at})
}

func (c *changes) after(start time.Time) []change {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var result []change
	for _, each := range c.list {
		if each.at.After(start) {
			result = append(result, each)
		}
	}
	return result
}

func start(t *testing.T, config health.Config, options health.Options) *health.Monitor {
	t.Helper()
	config.ID, config.FQDN = "check", "us-east-1.api.example.net"
	if config.Type == "" {
		config.Type = health.HTTP
	}
	monitor, err := health.Start(config, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(monitor.Close)
	return monitor
}

// The times of docs: interval x threshold, and 6 s more for each silent probe, from the fault to the verdict of the
// thirteenth of fifteen checkers. Every moment of the fault and every draw of phases stays within the bound.
func TestDetectionTime(t *testing.T) {
	tests := map[string]struct {
		interval  time.Duration
		threshold int
		fault     fault
		least     time.Duration // no thirteenth checker can know sooner
		most      time.Duration
	}{
		"refused, 10 s x 2":                  {10 * time.Second, 2, refused, 10 * time.Second, 20 * time.Second},
		"status 503, 10 s x 2":               {10 * time.Second, 2, status503, 10 * time.Second, 20 * time.Second},
		"no connection, 10 s x 2":            {10 * time.Second, 2, dropped, 14 * time.Second, 28 * time.Second},
		"no answer, 10 s x 2":                {10 * time.Second, 2, mute, 12 * time.Second, 24 * time.Second},
		"silent at its slowest, 10 s x 2":    {10 * time.Second, 2, slowest, 16 * time.Second, 32 * time.Second},
		"silent at its slowest, 30 s x 3":    {30 * time.Second, 3, slowest, 72 * time.Second, 108 * time.Second},
		"refused, 30 s x 3 (the original's)": {30 * time.Second, 3, refused, 60 * time.Second, 90 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var soonest, latest time.Duration = time.Hour, 0
			for seed := range uint64(20) {
				took := detection(t, test.interval, test.threshold, test.fault, seed)
				soonest, latest = min(soonest, took), max(latest, took)
			}
			t.Logf("detected after %s to %s", soonest, latest)
			if soonest < test.least || latest > test.most {
				t.Errorf("detected after %s to %s, want within %s to %s", soonest, latest, test.least, test.most)
			}
		})
	}
}

func detection(t *testing.T, interval time.Duration, threshold int, fault fault, seed uint64) (took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		seen, region := &changes{}, &endpoint{}
		monitor := start(t, health.Config{Interval: interval, FailureThreshold: threshold},
			health.Options{Dial: region.dial, Seed: seed, OnChange: seen.add})
		time.Sleep(5*interval + time.Duration(seed)*interval/20)
		region.set(fault)
		broken := time.Now()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		list := seen.after(broken)
		if len(list) != 1 || list[0].healthy || monitor.Healthy() {
			t.Fatalf("seed %d: changes %v, want one to unhealthy", seed, list)
		}
		took = list[0].at.Sub(broken)
	})
	return took
}

// Recovery needs three of fifteen checkers to see threshold successes.
func TestRecoveryTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen, region := &changes{}, &endpoint{fault: refused}
		monitor := start(t, health.Config{Interval: 10 * time.Second, FailureThreshold: 2}, health.Options{Dial: region.dial, OnChange: seen.add})
		if !monitor.Healthy() {
			t.Error("a new check must be healthy until there is data")
		}
		time.Sleep(time.Minute)
		if monitor.Healthy() {
			t.Error("still healthy after a minute of refusals")
		}
		region.set(none)
		mended := time.Now()
		time.Sleep(time.Minute)
		list := seen.after(mended)
		if len(list) != 1 || !list[0].healthy || list[0].at.Sub(mended) > 20*time.Second || list[0].at.Sub(mended) < 10*time.Second {
			t.Errorf("changes %v after %s, want one to healthy within 10 to 20 s", list, mended)
		}
	})
}

// A partition that only some places see: three healthy checkers of fifteen keep the endpoint healthy, two do not.
func TestPlacesThatSeeTheEndpointKeepItHealthy(t *testing.T) {
	for name, test := range map[string]struct {
		blinded []string
		healthy bool
	}{
		// Fifteen checkers in eight places, dealt in turn: the last place has one, every other one two.
		"two checkers see it":   {health.Places()[1:], false},
		"three checkers see it": {health.Places()[1:7], true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				region := &endpoint{}
				monitor := start(t, health.Config{Interval: 10 * time.Second, FailureThreshold: 2}, health.Options{Dial: region.dial})
				region.set(dropped, test.blinded...)
				time.Sleep(2 * time.Minute)
				if monitor.Healthy() != test.healthy {
					t.Errorf("healthy %v, want %v; %+v", monitor.Healthy(), test.healthy, monitor.Observations())
				}
			})
		})
	}
}

// A place from which nobody reaches the endpoint is told once, and changes nothing.
func TestAPlaceThatDissentsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan health.Dissent, 15)
		seen, region := &changes{}, &endpoint{}
		monitor := start(t, health.Config{Interval: 10 * time.Second, FailureThreshold: 2},
			health.Options{Dial: region.dial, OnChange: seen.add, OnDissent: func(d health.Dissent) { told <- d }})
		time.Sleep(time.Minute)
		region.set(dropped, health.Places()[0])
		broken := time.Now()
		time.Sleep(14 * time.Second) // nobody has failed twice
		if len(told) != 0 {
			t.Errorf("%v told before any checker could know", <-told)
		}
		time.Sleep(time.Minute)
		want := health.Dissent{HealthCheckID: "check", Place: health.Places()[0], Well: 13, Checkers: 15}
		if got := <-told; got != want || len(told) != 0 || len(seen.after(broken)) != 0 {
			t.Errorf("told %+v and %d more, want %+v; changes %v, want none", got, len(told), want, seen.after(broken))
		}
		// When all are blind, some places are the first to say so, and none says it of an endpoint that is unhealthy.
		region.set(refused)
		time.Sleep(time.Minute)
		if len(told) == 0 || monitor.Healthy() {
			t.Errorf("%d told, healthy %t after a minute of refusals", len(told), monitor.Healthy())
		}
		for len(told) > 0 {
			if one := <-told; one.Well < 3 {
				t.Errorf("%+v is no dissent: the endpoint is unhealthy", one)
			}
		}
	})
}

// The endpoint sees what AWS documents: more than one request a second at 10 s, one about every 2 s at 30 s.
func TestRequestRate(t *testing.T) {
	for interval, want := range map[time.Duration]int{10 * time.Second: 900, 30 * time.Second: 300} {
		t.Run(interval.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				region := &endpoint{}
				monitor := start(t, health.Config{Interval: interval}, health.Options{Dial: region.dial})
				time.Sleep(10 * time.Minute)
				monitor.Close()
				if len(region.times()) != want {
					t.Errorf("%d requests in ten minutes, want %d", len(region.times()), want)
				}
			})
		})
	}
}

// A slow answer moves the next request: the interval counts from the response.
func TestIntervalCountsFromTheResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		region := &endpoint{fault: mute}
		monitor := start(t, health.Config{Interval: 10 * time.Second}, health.Options{Dial: region.dial, Checkers: 1})
		time.Sleep(10 * time.Minute)
		monitor.Close()
		dials := region.times()
		for i := 1; i < len(dials); i++ {
			if apart := dials[i].Sub(dials[i-1]); apart != 12*time.Second {
				t.Fatalf("requests %s apart, want 10 s + 2 s without an answer", apart)
			}
		}
		if len(dials) < 49 {
			t.Errorf("%d requests in ten minutes", len(dials))
		}
	})
}

func TestMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var minutes []string
		region := &endpoint{}
		monitor := start(t, health.Config{Interval: 10 * time.Second, FailureThreshold: 1}, health.Options{Dial: region.dial,
			OnMinute: func(m health.Minute) {
				minutes = append(minutes, fmt.Sprintf("%s %s %v %.0f", m.HealthCheckID, m.Start.Format("15:04:05"), m.Lowest, m.LowestPercentage))
			}})
		time.Sleep(90 * time.Second)
		region.set(refused) // 00:01:30: seen within 10 s, the minute's minimum is 0
		time.Sleep(60 * time.Second)
		region.set(none) // 00:02:30: the third minute begins unhealthy
		time.Sleep(90 * time.Second)
		synctest.Wait()
		monitor.Close()
		want := []string{"check 00:00:00 1 100", "check 00:01:00 0 0", "check 00:02:00 0 0", "check 00:03:00 1 100"}
		if fmt.Sprint(minutes) != fmt.Sprint(want) {
			t.Errorf("minutes %q, want %q", minutes, want)
		}
	})
}

func TestAggregationDelaysTheStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen, region := &changes{}, &endpoint{fault: refused}
		start(t, health.Config{Interval: 10 * time.Second, FailureThreshold: 1},
			health.Options{Dial: region.dial, Checkers: 1, Aggregation: 5 * time.Second, OnChange: seen.add})
		begin := time.Now()
		time.Sleep(time.Minute)
		list := seen.after(begin)
		if len(list) != 1 || list[0].at.Sub(region.times()[0]) != 5*time.Second {
			t.Errorf("changes %v, want one 5 s after the first probe at %s", list, region.times()[0])
		}
	})
}

func TestDisabledProbesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		region := &endpoint{fault: refused}
		monitor := start(t, health.Config{Disabled: true}, health.Options{Dial: region.dial})
		time.Sleep(10 * time.Minute)
		if len(region.times()) != 0 || !monitor.Healthy() {
			t.Errorf("%d probes, healthy %v; want none and true", len(region.times()), monitor.Healthy())
		}
	})
}

// Closing in the middle of probes that hang must end them, twice, without a verdict.
func TestCloseEndsHangingProbes(t *testing.T) {
	for _, fault := range []fault{dropped, mute} {
		synctest.Test(t, func(t *testing.T) {
			region := &endpoint{fault: fault}
			monitor := start(t, health.Config{Interval: 10 * time.Second, FailureThreshold: 1}, health.Options{Dial: region.dial, Checkers: 1})
			time.Sleep(health.Phases(0, "check", 1, 10*time.Second)[0] + time.Second)
			before := time.Now()
			monitor.Close()
			monitor.Close()
			if waited := time.Since(before); waited != 0 {
				t.Errorf("close waited %s", waited)
			}
			if checker := monitor.Observations()[0]; checker.Verdict != health.Unknown {
				t.Errorf("closing left a verdict: %+v", checker)
			}
		})
	}
}

func TestPhasesAreRepeatableAndSpread(t *testing.T) {
	first, again := health.Phases(1, "a", 15, 10*time.Second), health.Phases(1, "a", 15, 10*time.Second)
	if fmt.Sprint(first) != fmt.Sprint(again) {
		t.Errorf("same seed, other phases: %v, %v", first, again)
	}
	if fmt.Sprint(first) == fmt.Sprint(health.Phases(1, "b", 15, 10*time.Second)) {
		t.Error("two health checks have the same phases")
	}
	for _, phase := range first {
		if phase < 0 || phase >= 10*time.Second {
			t.Errorf("phase %s outside the interval", phase)
		}
	}
}
