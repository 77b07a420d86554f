package restore_test

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/backup/backuptest"
	"github.com/paymentdr/paymentdr/internal/backup/restore"
)

// putLeftover adds what a run that died at this time left behind.
func (w *world) putLeftover(started time.Time, status, verdict string) string {
	name := restore.Name(environment, started)
	tags := backuptest.Tags{restore.TagTest: environment, restore.TagStarted: started.Format(time.RFC3339)}
	if verdict != "" {
		tags[restore.TagVerdict] = verdict
	}
	w.server.PutCluster(backuptest.Cluster{DBClusterIdentifier: name, Status: status, Endpoint: "h", Port: 1, DatabaseName: "d", Tags: tags})
	w.server.PutInstance(backuptest.Instance{DBInstanceIdentifier: name + "-0", DBClusterIdentifier: name, DBInstanceStatus: "available"})
	return name
}

// TestLeftovers are taken up or taken away, whatever a dead run left.
func TestLeftovers(t *testing.T) {
	yesterday := noon.Add(-24 * time.Hour)
	cases := []struct {
		name            string
		started         time.Time
		status, verdict string
		start           bool
		want            func(leftover string) []string
		outcomes        []float64
	}{
		{"young, goes on", noon.Add(-time.Hour), "available", "", false,
			func(name string) []string { return lifeOf(name, "")[2:] }, []float64{1}},
		{"young, asked again", noon.Add(-time.Hour), "available", "", true,
			func(name string) []string { return lifeOf(name, "")[2:] }, []float64{1}},
		{"decided, only removed", yesterday, "available", "passed", false,
			func(name string) []string { return lifeOf(name, "")[3:] }, nil},
		{"overdue", yesterday, "available", "", false,
			func(name string) []string { return lifeOf(name, "")[2:] }, []float64{-1}},
		{"broken", noon.Add(-time.Hour), "incompatible-restore", "", false,
			func(name string) []string { return lifeOf(name, "")[2:] }, []float64{-1}},
		{"yesterday's, before today's", noon.Add(-13 * time.Hour), "available", "", true,
			func(name string) []string {
				return append(lifeOf(name, "")[2:], lifeOf(today, "RestoreDBClusterToPointInTime")...)
			}, []float64{-1, 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			leftover := w.putLeftover(c.started, c.status, c.verdict)
			_, err := w.machine.Advance(t.Context(), c.start)
			if failed := slices.Contains(c.outcomes, -1); (err != nil) != failed {
				t.Errorf("error %v, want one: %t", err, failed)
			}
			w.assertCalls(t, c.want(leftover)...)
			w.assertClean(t)
			if !slices.Equal(w.emitted, c.outcomes) {
				t.Errorf("outcomes %v, want %v", w.emitted, c.outcomes)
			}
		})
	}
}

// TestRefusals change nothing and are failures that someone hears of.
func TestRefusals(t *testing.T) {
	cases := []struct {
		name    string
		prepare func(*world)
		want    string
	}{
		{"name taken", func(w *world) {
			w.server.PutCluster(backuptest.Cluster{DBClusterIdentifier: today, Status: "available"})
		}, "exists without our tag"},
		{"no source", func(w *world) { w.machine.Source = "nobody" }, "source cluster nobody does not exist"},
		{"no restorable time", func(w *world) {
			w.server.PutCluster(backuptest.Cluster{DBClusterIdentifier: source, Status: "available"})
		}, "has no restorable time"},
		{"no snapshot", func(w *world) {
			w.machine.Policy.Method = restore.MethodSnapshot
			w.machine.Source = "copy-of-a-test"
		}, "no usable scheduled snapshot"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.prepare(w)
			_, err := w.machine.Advance(t.Context(), true)
			var failed *restore.FailedError
			if !errors.As(err, &failed) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want a refusal with %q", err, c.want)
			}
			w.assertCalls(t)
			if !slices.Equal(w.emitted, []float64{-1}) {
				t.Errorf("outcomes %v, want one failure", w.emitted)
			}
		})
	}
}

// TestForeignInstance stops the removal of a cluster into which someone put an instance of their own.
func TestForeignInstance(t *testing.T) {
	w := newWorld(t)
	name := w.putLeftover(noon.Add(-time.Hour), "available", "passed")
	w.server.PutInstance(backuptest.Instance{DBInstanceIdentifier: "analyst", DBClusterIdentifier: name, DBInstanceStatus: "available"})
	_, err := w.machine.Advance(t.Context(), false)
	if err == nil || !strings.Contains(err.Error(), "instance analyst in throw-away cluster "+name+" is not ours") {
		t.Errorf("error %v", err)
	}
	w.assertCalls(t)
}

// TestStuckRemoval is reported, because a cluster that does not go away costs money.
func TestStuckRemoval(t *testing.T) {
	w := newWorld(t)
	name := w.putLeftover(noon.Add(-7*time.Hour), "creating", "failed")
	w.machine.Policy.Margin = 10 * time.Hour // out of time at once
	ctx, cancel := contextWithin(t, time.Minute)
	defer cancel()
	for range 3 { // instance, then waiting for the cluster
		_, err := w.machine.Advance(ctx, false)
		if err == nil || !strings.Contains(err.Error(), "remove cluster "+name+": still creating 7h") {
			t.Errorf("error %v", err)
		}
	}
}

// TestOverlap: another call restores today's cluster between this one's look and its own request.
func TestOverlap(t *testing.T) {
	w := newWorld(t)
	w.server.SetHooks(func(action string, _ url.Values) error {
		if action == "RestoreDBClusterToPointInTime" {
			w.putLeftover(noon, "available", "")
		}
		return nil
	}, nil)
	if _, err := w.machine.Advance(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	w.assertCalls(t, lifeOf(today, "")[2:]...)
	w.assertClean(t)
	if !slices.Equal(w.emitted, []float64{1}) {
		t.Errorf("outcomes %v, want one success", w.emitted)
	}
}

// TestCrashAnywhere kills the run at every single request, before and after it took effect, and lets the next run take
// over: it must end with a verdict and with nothing left.
func TestCrashAnywhere(t *testing.T) {
	whole := newWorld(t)
	requests := 0
	whole.server.SetHooks(func(string, url.Values) error { requests++; return nil }, nil)
	if _, err := whole.machine.Advance(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if requests < 20 {
		t.Fatalf("only %d requests to crash at", requests)
	}
	for crash := 1; crash <= requests; crash++ {
		for _, moment := range []string{"before", "after"} {
			t.Run(fmt.Sprintf("%s request %d", moment, crash), func(t *testing.T) {
				w := newWorld(t)
				count, dead := 0, false
				die := func(now bool) error {
					if now {
						dead = true
					}
					if dead {
						return errors.New("crash")
					}
					return nil
				}
				w.server.SetHooks(func(string, url.Values) error {
					count++
					return die(moment == "before" && count == crash)
				}, func(string, url.Values) error { return die(moment == "after" && count == crash) })
				if _, err := w.machine.Advance(t.Context(), true); err == nil {
					t.Fatal("the crash went unnoticed")
				}
				w.server.SetHooks(nil, nil)

				if _, err := w.machine.Advance(t.Context(), false); err != nil {
					t.Fatalf("run after the crash: %v", err)
				}
				if len(w.server.Calls()) == 0 { // it died before it began: asked again
					if _, err := w.machine.Advance(t.Context(), true); err != nil {
						t.Fatalf("asked again: %v", err)
					}
				}
				if slices.Contains(w.emitted, -1) || len(w.emitted) == 0 {
					t.Errorf("outcomes %v, want successes", w.emitted)
				}
				w.assertClean(t)
			})
		}
	}
}
