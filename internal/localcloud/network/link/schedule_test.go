package link_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/internal/localcloud/network/link"
)

// draws gives the numbers in turn, and the last one for ever.
func draws(numbers ...float64) func() float64 {
	return func() float64 {
		number := numbers[0]
		if len(numbers) > 1 {
			numbers = numbers[1:]
		}
		return number
	}
}

func TestSchedule(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	tests := map[string]struct {
		state  link.State
		wire   link.Wire
		path   link.Path
		size   int
		random func() float64
		after  time.Duration // of the arrival
		lost   int
	}{
		"a perfect wire":              {link.State{}, link.Wire{}, link.Path{}, 1000, draws(0), 0, 0},
		"half the round trip":         {link.State{RoundTrip: 60 * time.Millisecond}, link.Wire{}, link.Path{}, 1000, draws(0), 30 * time.Millisecond, 0},
		"jitter is added":             {link.State{RoundTrip: 60 * time.Millisecond, Jitter: 10 * time.Millisecond}, link.Wire{}, link.Path{}, 1, draws(0.5), 35 * time.Millisecond, 0},
		"bandwidth":                   {link.State{Bandwidth: 1000}, link.Wire{}, link.Path{}, 500, draws(0), 500 * time.Millisecond, 0},
		"behind other data":           {link.State{Bandwidth: 1000}, link.Wire{Free: now.Add(time.Second)}, link.Path{}, 500, draws(0), 1500 * time.Millisecond, 0},
		"a wire long idle":            {link.State{Bandwidth: 1000}, link.Wire{Free: now.Add(-time.Hour)}, link.Path{}, 500, draws(0), 500 * time.Millisecond, 0},
		"never before earlier data":   {link.State{RoundTrip: time.Millisecond}, link.Wire{}, link.Path{Last: now.Add(time.Minute)}, 1, draws(0), time.Minute, 0},
		"nothing lost":                {link.State{Loss: 0.1}, link.Wire{}, link.Path{}, 1000, draws(0.1), 0, 0},
		"lost once":                   {link.State{Loss: 0.1}, link.Wire{}, link.Path{}, 1000, draws(0, 0.9), 200 * time.Millisecond, 1},
		"lost twice, doubled":         {link.State{Loss: 0.1}, link.Wire{}, link.Path{}, 1000, draws(0, 0, 0.9), 600 * time.Millisecond, 2},
		"time-out has the round trip": {link.State{Loss: 0.1, RoundTrip: 100 * time.Millisecond}, link.Wire{}, link.Path{}, 1, draws(0, 0.9), 350 * time.Millisecond, 1},
		"two packets, one lost":       {link.State{Loss: 0.1}, link.Wire{}, link.Path{}, 2000, draws(0.9, 0, 0.9), 200 * time.Millisecond, 1},
		"the end of a stream":         {link.State{Loss: 0.1, RoundTrip: 2 * time.Millisecond}, link.Wire{}, link.Path{}, 0, draws(0), time.Millisecond, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sent, wire := test.wire.Send(test.state, test.size, now)
			at, lost, path := test.path.Arrival(test.state, test.size, sent, test.random)
			if at.Sub(now) != test.after || lost != test.lost {
				t.Errorf("arrives after %s with %d lost, want %s with %d", at.Sub(now), lost, test.after, test.lost)
			}
			if !path.Last.Equal(at) || !wire.Free.Equal(sent) {
				t.Errorf("next: last %s, free %s", path.Last, wire.Free)
			}
		})
	}
}

// Whatever the state does meanwhile: order is kept, nothing is early, and the wire is never faster than its bandwidth.
func TestScheduleKeepsOrderAndBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(1_700_000_000, 0)
		var wire link.Wire
		var path link.Path
		begin, carried, fastest := now, 0, int64(0)
		for range rapid.IntRange(1, 30).Draw(t, "pieces") {
			state := link.State{RoundTrip: time.Duration(rapid.IntRange(0, 200).Draw(t, "round trip")) * time.Millisecond,
				Jitter: time.Duration(rapid.IntRange(0, 50).Draw(t, "jitter")) * time.Millisecond,
				Loss:   rapid.Float64Range(0, 0.9).Draw(t, "loss"), Bandwidth: rapid.Int64Range(1000, 1_000_000).Draw(t, "bandwidth")}
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "pause")) * time.Millisecond)
			size, before := rapid.IntRange(1, 20_000).Draw(t, "size"), path.Last
			var sent, at time.Time
			sent, wire = wire.Send(state, size, now)
			at, _, path = path.Arrival(state, size, sent, func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "draw") })
			if at.Before(before) || at.Before(now.Add(state.RoundTrip/2)) {
				t.Fatalf("arrives %s, before %s or half the round trip", at, before)
			}
			carried, fastest = carried+size, max(fastest, state.Bandwidth)
		}
		if least := time.Duration(float64(carried) / float64(fastest) * float64(time.Second)); wire.Free.Sub(begin) < least-time.Microsecond {
			t.Errorf("%d bytes took %s, at least %s are needed", carried, wire.Free.Sub(begin), least)
		}
	})
}

func TestValidate(t *testing.T) {
	for name, state := range map[string]link.State{
		"negative round trip": {RoundTrip: -1}, "negative jitter": {Jitter: -1}, "everything lost": {Loss: 1}, "negative loss": {Loss: -0.1},
		"negative bandwidth": {Bandwidth: -1}, "unknown cut": {Cut: 9}, "reset without a cut": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			if err := state.Validate(); !errors.Is(err, link.ErrInvalid) {
				t.Errorf("error %v, want ErrInvalid", err)
			}
		})
	}
}
