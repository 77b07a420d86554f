package event_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/drill/event"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

func TestCollectSortsAndKeepsWhatCame(t *testing.T) {
	broken := errors.New("no answer")
	events, err := event.Collect(t.Context(), noon, at(60),
		func(context.Context, time.Time, time.Time) ([]event.Event, error) {
			return []event.Event{{At: at(9), Kind: event.LeaseClaimed}, {At: at(1), Kind: event.FaultInjected}}, nil
		},
		func(context.Context, time.Time, time.Time) ([]event.Event, error) {
			return []event.Event{{At: at(5), Kind: event.DNSChanged}}, broken
		})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	var kinds []event.Kind
	for _, one := range events {
		kinds = append(kinds, one.Kind)
	}
	if want := []event.Kind{event.FaultInjected, event.DNSChanged, event.LeaseClaimed}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

func TestFirst(t *testing.T) {
	events := []event.Event{{At: at(1), Kind: event.DNSChanged, Detail: "before"}, {At: at(5), Kind: event.DNSChanged, Detail: "after"}}
	if found, ok := event.First(events, event.DNSChanged, at(2)); !ok || found.Detail != "after" {
		t.Errorf("first after 2 s is %+v, %t", found, ok)
	}
	if found, ok := event.First(events, event.DNSChanged, at(6)); ok {
		t.Errorf("first after 6 s is %+v, want none", found)
	}
}

func TestFromHistory(t *testing.T) {
	got := event.FromHistory(control.Event{At: noon, Kind: "claimed", Region: "us-west-2", Epoch: 2,
		Detail: map[string]string{"reason": "lease has not moved", "fromEpoch": "1"}})
	want := event.Event{At: noon, Kind: event.LeaseClaimed, Region: "us-west-2", Detail: "epoch 2, fromEpoch 1, reason lease has not moved"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for detail, want := range map[string]string{
		"replayed": "replay done, term active", "handedOver": "term active",
	} {
		active := event.FromHistory(control.Event{At: noon, Kind: "active", Region: "us-west-2", Epoch: 2, Detail: map[string]string{detail: "0"}})
		if label := active.Label(); label != want {
			t.Errorf("a term with %s is %q, want %q", detail, label, want)
		}
	}
	if label := event.Kind("some-thing").Label(); label != "some thing" {
		t.Errorf("label of an unknown kind is %q", label)
	}
}
