package client

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func after(milliseconds int) time.Time {
	return start.Add(time.Duration(milliseconds) * time.Millisecond)
}

func TestRaceNext(t *testing.T) {
	pending := func(at int) lane { return lane{pending: true, started: after(at)} }
	paused := func(failures, until int) lane { return lane{failures: failures, notBefore: after(until)} }
	last := lane{lastResort: true}
	for _, one := range []struct {
		name    string
		lanes   []lane
		tries   int
		stopped bool
		at      int
		want    step
	}{
		{name: "begins with the preferred", lanes: []lane{{}, {}}, want: step{lane: 0}},
		{name: "waits for it", lanes: []lane{pending(0), {}}, at: 499, want: step{lane: none, wake: after(500)}},
		{name: "hedges", lanes: []lane{pending(0), {}}, at: 500, want: step{lane: 1, hedge: true}},
		{name: "waits for both", lanes: []lane{pending(0), pending(500)}, at: 1000, want: step{lane: none}},
		{name: "fails over at once", lanes: []lane{paused(1, 50), {}}, at: 1, want: step{lane: 1}},
		{name: "takes the fresh one though the pause is over", lanes: []lane{paused(1, 0), {}}, at: 1, want: step{lane: 1}},
		{name: "waits for the first pause", lanes: []lane{paused(2, 90), paused(1, 60)}, at: 10, want: step{lane: none, wake: after(60)}},
		{name: "hedges only after the pause", lanes: []lane{pending(0), paused(1, 700)}, at: 600, want: step{lane: none, wake: after(700)}},
		{name: "no time for the pause", lanes: []lane{paused(1, 5000), paused(1, 6000)}, at: 10, want: step{lane: none, over: true, wake: after(5000)}},
		{name: "waits for the open one though no pause ends in time", lanes: []lane{pending(0), paused(1, 6000)}, at: 600, want: step{lane: none, wake: after(6000)}},
		{name: "deadline", lanes: []lane{pending(0), {}}, at: 5000, want: step{lane: none, over: true}},
		{name: "tries are used up", lanes: []lane{{}, {}}, tries: 9, want: step{lane: none, over: true}},
		{name: "tries are used up, one is open", lanes: []lane{pending(0), {}}, tries: 9, at: 900, want: step{lane: none}},
		{name: "stopped", lanes: []lane{{}, {}}, stopped: true, want: step{lane: none, over: true}},
		{name: "stopped, one is open", lanes: []lane{pending(0), {}}, stopped: true, at: 900, want: step{lane: none}},
		{name: "last resort waits its turn", lanes: []lane{paused(1, 50), {}, last}, at: 1, want: step{lane: 1}},
		{name: "last resort", lanes: []lane{paused(1, 50), paused(1, 50), last}, at: 1, want: step{lane: 2}},
		{name: "last resort is no hedge", lanes: []lane{pending(0), paused(1, 5000), last}, at: 900, want: step{lane: none, wake: after(5000)}},
	} {
		t.Run(one.name, func(t *testing.T) {
			r := race{lanes: one.lanes, hedgeAfter: 500 * time.Millisecond, deadline: after(5000), maxTries: 9, tries: one.tries, stopped: one.stopped}
			if got := r.next(after(one.at)); got != one.want {
				t.Errorf("got %+v, want %+v", got, one.want)
			}
		})
	}
}

// TestRaceAlwaysMoves: whatever is answered and when, a race never begins a second try in a lane, never more than are
// allowed, and always ends, waits for an answer, or wakes later than now.
func TestRaceAlwaysMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := race{
			lanes:      make([]lane, rapid.IntRange(1, 3).Draw(t, "lanes")),
			hedgeAfter: 500 * time.Millisecond, deadline: after(5000), maxTries: rapid.IntRange(1, 9).Draw(t, "tries"),
		}
		r.lanes[len(r.lanes)-1].lastResort = len(r.lanes) > 1 && rapid.Bool().Draw(t, "last resort")
		now := start
		for range 200 {
			got := r.next(now)
			pending, _ := r.pending()
			switch {
			case got.over:
				return
			case got.lane != none:
				if r.lanes[got.lane].pending || r.tries >= r.maxTries || now.Before(r.lanes[got.lane].notBefore) {
					t.Fatalf("begins %+v in %+v", got, r)
				}
				r.begin(got.lane, now)
				continue
			case pending == 0 && !got.wake.After(now):
				t.Fatalf("sleeps without end in %+v at %v", r, now)
			case !got.wake.IsZero() && !got.wake.After(now):
				t.Fatalf("wakes at %v, it is %v", got.wake, now)
			}
			if pending > 0 && rapid.Bool().Draw(t, "answered") {
				for i := range r.lanes {
					if r.lanes[i].pending {
						kind := failed
						if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
							kind = refused
						}
						now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "took")) * time.Millisecond)
						r.end(i, verdict{kind: kind, throttled: rapid.Bool().Draw(t, "throttled"),
							retryAfter: time.Duration(rapid.IntRange(0, 2000).Draw(t, "retry after")) * time.Millisecond}, now, 0.5)
						break
					}
				}
				continue
			}
			if got.wake.IsZero() {
				got.wake = r.deadline
			}
			now = got.wake
		}
		t.Fatalf("still running after 200 steps: %+v", r)
	})
}

func TestBackoff(t *testing.T) {
	for failures, most := range map[int]time.Duration{1: firstPause, 2: 2 * firstPause, 5: 16 * firstPause, 7: lastPause, 1000: lastPause} {
		if got := backoff(failures, 0); got != 0 {
			t.Errorf("after %d failures the least pause is %v, want 0", failures, got)
		}
		if got := backoff(failures, 0.999999); got > most || got < most*99/100 {
			t.Errorf("after %d failures the longest pause is %v, want %v", failures, got, most)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0, "1": time.Second, " 2 ": 2 * time.Second, "-1": 0, "1.5": 0, "soon": 0, "999999999": time.Hour, "99999999999999999999": 0,
		"Mon, 23 Nov 2026 12:00:07 GMT": 7 * time.Second, "Mon, 23 Nov 2026 11:00:00 GMT": 0, "Fri, 31 Dec 9999 23:59:59 GMT": time.Hour,
	} {
		if got := parseRetryAfter(text, start); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestBudget(t *testing.T) {
	b := newBudget()
	for range int(budgetSize) {
		if !b.take() {
			t.Fatal("spent too early")
		}
	}
	if b.take() {
		t.Fatal("never spent")
	}
	for range 11 {
		b.give(budgetEarned)
	}
	if !b.take() || b.take() {
		t.Error("eleven payments earn one hedge")
	}
	b.give(10 * budgetSize)
	if b.left != budgetSize {
		t.Errorf("it holds %v, the most is %v", b.left, budgetSize)
	}
}
