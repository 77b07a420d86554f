package payment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
)

func TestHealth(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	lease := func(region string, state payment.LeaseState) payment.Term {
		return payment.Term{Region: region, Epoch: 3, State: state}
	}
	here, there := "us-east-1", "us-west-2"
	for _, test := range []struct {
		name               string
		good               time.Time
		failures           int
		lease              payment.Term
		read               time.Time
		primary, secondary bool // healthy, were this Region the primary or the secondary
		journal, held      string
	}{
		{"holds the lease and writes", ago(0), 0, lease(here, payment.LeaseActive), ago(0), true, true, "ok", "held"},
		{"holds it and is promoting", ago(0), 0, lease(here, payment.LeasePromoting), ago(0), true, true, "ok", "held"},
		{"holds it and is draining", ago(0), 0, lease(here, payment.LeaseDraining), ago(0), true, true, "ok", "held"},
		{"released it", ago(0), 0, lease(here, payment.LeaseReleased), ago(0), false, true, "ok", "released"},
		{"the other Region holds it", ago(0), 0, lease(there, payment.LeaseActive), ago(0), false, true, "ok", "elsewhere"},
		{"the other Region is promoting", ago(0), 0, lease(there, payment.LeasePromoting), ago(0), false, true, "ok", "elsewhere"},
		{"the other Region released it", ago(0), 0, lease(there, payment.LeaseReleased), ago(0), false, true, "ok", "elsewhere"},
		{"lease never read", ago(0), 0, payment.Term{}, time.Time{}, false, true, "ok", "unknown"},
		{"lease reading at its age limit", ago(0), 0, lease(here, payment.LeaseActive), ago(payment.HealthLeaseAge), true, true, "ok", "held"},
		{"lease reading too old", ago(0), 0, lease(here, payment.LeaseActive), ago(payment.HealthLeaseAge + 1), false, true, "ok", "unknown"},
		{"one slow probe", ago(time.Second), 1, lease(here, payment.LeaseActive), ago(0), true, true, "degraded", "held"},
		{"probes fail up to the grace", ago(payment.HealthGrace), 4, lease(here, payment.LeaseActive), ago(0), true, true, "degraded", "held"},
		{"probes fail for longer", ago(payment.HealthGrace + 1), 5, lease(here, payment.LeaseActive), ago(0), false, false, "failed", "held"},
		{"no probe ever worked", time.Time{}, 1, lease(here, payment.LeaseActive), ago(0), false, false, "failed", "held"},
		{"nothing known", time.Time{}, 0, payment.Term{}, time.Time{}, false, false, "failed", "unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for place, want := range map[payment.Place]bool{payment.PlacePrimary: test.primary, payment.PlaceSecondary: test.secondary} {
				report := payment.Health(payment.HealthObservation{
					Region: here, Place: place, JournalGood: test.good, JournalFailures: test.failures, Lease: test.lease, LeaseRead: test.read,
				}, now)
				if report.Healthy != want || report.Journal != test.journal || report.Lease != test.held {
					t.Errorf("%s: %+v; want healthy %v, journal %s, lease %s", place, report, want, test.journal, test.held)
				}
				if !report.Healthy && len(report.Reasons) == 0 {
					t.Errorf("%s: unhealthy for no reason", place)
				}
			}
		})
	}
}

// probed is a prober with a delay and an error that a test changes.
type probed struct {
	probes atomic.Int64
	mutex  sync.Mutex
	delay  time.Duration
	err    error
}

func (p *probed) set(delay time.Duration, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.delay, p.err = delay, err
}

func (p *probed) Probe(ctx context.Context, _ string, _ time.Time) error {
	p.probes.Add(1)
	p.mutex.Lock()
	delay, err := p.delay, p.err
	p.mutex.Unlock()
	select {
	case <-time.After(delay):
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func newMonitor(t *testing.T, prober payment.Prober, lease payment.Lease) *payment.Monitor {
	t.Helper()
	monitor, err := payment.NewMonitor("us-east-1", payment.PlacePrimary, prober, lease)
	if err != nil {
		t.Fatal(err)
	}
	return monitor
}

func TestMonitorIsNotFlippedByOneSlowProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prober := &probed{}
		monitor := newMonitor(t, prober, active)
		expect := func(what string, healthy bool, within time.Duration) {
			t.Helper()
			started := time.Now()
			report := monitor.Health(t.Context())
			if report.Healthy != healthy {
				t.Errorf("%s: %+v, want healthy %v", what, report, healthy)
			}
			if took := time.Since(started); took > within {
				t.Errorf("%s: answered after %v, want at most %v", what, took, within)
			}
		}
		expect("at first", true, 0)
		prober.set(time.Hour, nil)
		time.Sleep(2 * time.Second)
		expect("one silent probe", true, payment.ProbeTimeout)
		prober.set(0, nil)
		expect("good again", true, 0)
		time.Sleep(time.Hour)
		prober.set(time.Hour, nil)
		// The first probe is silent to its end; the second of the same request works.
		time.AfterFunc(payment.ProbeTimeout/2, func() { prober.set(0, nil) })
		expect("a slow start after an idle hour", true, payment.ProbeTimeout)
		prober.set(0, errors.New("no quorum"))
		for range 4 {
			time.Sleep(time.Second)
			expect("no quorum, within the grace", true, 0)
		}
		time.Sleep(2 * time.Second)
		expect("no quorum, after the grace", false, 0)
		prober.set(0, nil)
		expect("quorum again", true, 0)
		synctest.Wait()
	})
}

func TestNewMonitorLooksTwiceBeforeItSaysUnhealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prober := &probed{}
		prober.set(0, errors.New("connection reset"))
		monitor := newMonitor(t, prober, active)
		if report := monitor.Health(t.Context()); report.Healthy || prober.probes.Load() != 2 {
			t.Errorf("%+v after %d probes, want unhealthy after 2", report, prober.probes.Load())
		}
	})
}

func TestMonitorProbesAtMostOncePerIntervalAndAnswersAllInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prober := &probed{}
		prober.set(time.Hour, nil)
		monitor := newMonitor(t, prober, active)
		var slow atomic.Int64
		ask := func() {
			started := time.Now()
			monitor.Health(t.Context())
			if time.Since(started) > 2*payment.ProbeTimeout {
				slow.Add(1)
			}
		}
		for range 50 {
			go ask()
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if slow.Load() > 0 || prober.probes.Load() > 2 {
			t.Errorf("silent journal: %d of 50 answers were late, %d probes", slow.Load(), prober.probes.Load())
		}
		prober.set(0, nil)
		prober.probes.Store(0)
		for range 30 {
			go ask()
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if probes := prober.probes.Load(); probes > 3 {
			t.Errorf("%d probes in 3 s, want at most one a second", probes)
		}
	})
}

func TestMonitorNeedsItsParts(t *testing.T) {
	if _, err := payment.NewMonitor("us-east-1", "middle", &probed{}, active); err == nil {
		t.Error("a third place was accepted")
	}
	if _, err := payment.NewMonitor("", payment.PlacePrimary, &probed{}, active); err == nil {
		t.Error("no Region was accepted")
	}
}
