package failover

import (
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// story makes a history of events that happen a minute after each other.
func story(t *testing.T, events ...control.Event) past {
	t.Helper()
	p := past{from: map[int64]time.Time{}, active: map[int64]time.Time{}, reached: map[string]int64{}}
	for i, event := range events {
		event.At = noon.Add(time.Duration(i) * time.Minute)
		if err := p.add(event); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func event(kind, region string, epoch int64, from time.Time) control.Event {
	e := control.Event{Kind: kind, Region: region, Epoch: epoch}
	if !from.IsZero() {
		e.Detail = map[string]string{"from": from.Format(time.RFC3339Nano)}
	}
	return e
}

func TestALedgerOwesWhatItMayLack(t *testing.T) {
	none, old, older := time.Time{}, noon.Add(-time.Hour), noon.Add(-2*time.Hour)
	started, settled, late := event(replayStarted, "west", 2, old), event(termSettled, "west", 2, none), event(postedLate, "west", 2, older)
	for name, test := range map[string]struct {
		events []control.Event
		has    time.Time // what was posted until then
		want   time.Time // zero: nothing
	}{
		"nothing happened":                    {nil, noon, none},
		"a replay that was not settled":       {[]control.Event{started}, noon.Add(time.Hour), old},
		"settled behind the ledger's end":     {[]control.Event{started, settled}, noon.Add(time.Minute), old},
		"settled within what clocks differ":   {[]control.Event{started, settled}, noon.Add(2 * time.Minute), old},
		"settled well before its end":         {[]control.Event{started, settled}, noon.Add(2*time.Minute + 1), none},
		"late payments behind its end":        {[]control.Event{late}, noon, older},
		"late payments well before its end":   {[]control.Event{late}, noon.Add(time.Minute + 1), none},
		"late payments after settling":        {[]control.Event{started, settled, late}, noon.Add(2*time.Minute + 1), older},
		"an empty ledger":                     {[]control.Event{started, settled, late}, none, older},
		"a later term settles an earlier one": {[]control.Event{event(replayStarted, "west", 1, older), started, settled}, noon.Add(time.Hour), none},
		"an earlier term settles no later":    {[]control.Event{started, event(termSettled, "west", 1, none)}, noon.Add(time.Hour), old},
	} {
		t.Run(name, func(t *testing.T) {
			if got, any := story(t, test.events...).owing(test.has, time.Minute); !got.Equal(test.want) || any == test.want.IsZero() {
				t.Errorf("owes from %s (%t), want %s", got, any, test.want)
			}
		})
	}
}

func TestIntentsAreOpenUntilTheirRegionIsActive(t *testing.T) {
	none, now := time.Time{}, noon.Add(time.Hour)
	east1, east1Active := event(termPromoting, "east", 1, none), event(termActive, "east", 1, none)
	west2, west2Active := event(termPromoting, "west", 2, none), event(termActive, "west", 2, none)
	east3 := event(termPromoting, "east", 3, none)
	for name, test := range map[string]struct {
		events []control.Event
		want   time.Time
	}{
		"none":                               {nil, now},
		"reached":                            {[]control.Event{east1, east1Active}, now},
		"under way":                          {[]control.Event{east1, east1Active, west2}, noon.Add(2 * time.Minute)},
		"the peer's was never reached":       {[]control.Event{east1, east1Active, west2, east3}, noon.Add(2 * time.Minute)},
		"another Region's term ends no open": {[]control.Event{west2, east1Active, east3}, noon},
		"a later term of the Region does":    {[]control.Event{east1, west2, west2Active, east3, event(termActive, "east", 3, none)}, now},
	} {
		t.Run(name, func(t *testing.T) {
			if got := story(t, test.events...).openSince(now); !got.Equal(test.want) {
				t.Errorf("open since %s, want %s", got, test.want)
			}
		})
	}
}
