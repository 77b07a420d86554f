// Package event is what happened around a drill's payments: the marks of its timeline, and what a scenario expects or
// forbids.
package event

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
)

// Kind is a short stable word. Those of the failover controller's history are taken over as they are.
type Kind string

// What the drill does.
const (
	LoadStarted   Kind = "load-started"
	FaultInjected Kind = "fault-injected"
	FaultEnded    Kind = "fault-ended"
	LoadStopped   Kind = "load-stopped"
)

// What Route 53 does. The detail of HealthChanged is HealthyDetail or UnhealthyDetail, that of CheckersUnhealthy begins
// with FromPlace. The Region is the endpoint's.
const (
	HealthChanged Kind = "health-changed"
	DNSChanged    Kind = "dns-changed"
	// CheckersUnhealthy: all checkers in one place, while the others keep the endpoint healthy.
	CheckersUnhealthy Kind = "checkers-unhealthy"
)

// FromPlace says from where checkers look.
func FromPlace(place string) string { return "from " + place }

// The details of HealthChanged.
const (
	HealthyDetail   = "healthy"
	UnhealthyDetail = "unhealthy"
)

// What CloudWatch does: an alarm came into ALARM, or left it. The detail is its name.
const (
	AlarmRaised  Kind = "alarm-raised"
	AlarmCleared Kind = "alarm-cleared"
)

// SecretRotated is what Secrets Manager does: a rotation has ended, and its version is the current one. The detail is the
// version.
const SecretRotated Kind = "secret-rotated"

// What the failover controllers do.
const (
	LeaseReleased  Kind = "released"
	LeaseClaimed   Kind = "claimed"
	Promoting      Kind = "promoting"
	PromoteCalled  Kind = "promote-called"
	LedgerWritable Kind = "writable"
	// ReplayStarted: the time from which the journal is replayed is recorded. A term that was handed over keeps it for its
	// later look alone.
	ReplayStarted Kind = "replay-started"
	// TermActive: the Region's processors post again. Its detail has Replayed when a replay was done before; a term that
	// was handed over needs none.
	TermActive Kind = "active"
	// TermSettled: the controller has looked once more, later, and found nothing left to post.
	TermSettled Kind = "settled"
)

// Replayed is in the detail of a TermActive that a replay made so.
const Replayed = "replayed"

// labels are the kinds in words, for people.
var labels = map[Kind]string{
	LoadStarted: "load started", FaultInjected: "fault injected", FaultEnded: "fault ended", LoadStopped: "load stopped",
	HealthChanged: "health check flipped", DNSChanged: "DNS answer changed", CheckersUnhealthy: "unhealthy to some checkers",
	AlarmRaised: "alarm raised", AlarmCleared: "alarm cleared", SecretRotated: "secret rotated",
	LeaseReleased: "lease released", LeaseClaimed: "lease claimed", Promoting: "promotion begun",
	PromoteCalled: "promotion requested", LedgerWritable: "ledger writable", ReplayStarted: "start of replay recorded",
	TermActive: "term active", TermSettled: "term settled",
}

// Label is the kind in words.
func (k Kind) Label() string { return cmp.Or(labels[k], strings.ReplaceAll(string(k), "-", " ")) }

// Event is one thing that happened.
type Event struct {
	At     time.Time `json:"at"`
	Kind   Kind      `json:"kind"`
	Region string    `json:"region,omitempty"`
	// Detail is for people, except where its kind says otherwise.
	Detail string `json:"detail,omitempty"`
}

// Label is the event in words: it may say more than its kind.
func (e Event) Label() string {
	if e.Kind == TermActive && strings.Contains(e.Detail, Replayed) {
		return "replay done, " + e.Kind.Label()
	}
	return e.Kind.Label()
}

// FromHistory is an event of the control table's history.
func FromHistory(recorded control.Event) Event {
	details := []string{fmt.Sprintf("epoch %d", recorded.Epoch)}
	for _, name := range slices.Sorted(maps.Keys(recorded.Detail)) {
		details = append(details, name+" "+recorded.Detail[name])
	}
	return Event{At: recorded.At, Kind: Kind(recorded.Kind), Region: recorded.Region, Detail: strings.Join(details, ", ")}
}

// Source gives the events of from <= at < to, in any order.
type Source func(ctx context.Context, from, to time.Time) ([]Event, error)

// Collect asks every source and sorts what they know by time. A source that fails does not hide the others' events: they
// are returned beside the error.
func Collect(ctx context.Context, from, to time.Time, sources ...Source) ([]Event, error) {
	var all []Event
	var failed error
	for i, source := range sources {
		events, err := source(ctx, from, to)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("collect events of source %d: %w", i+1, err))
		}
		all = append(all, events...)
	}
	Sort(all)
	return all, failed
}

// Sort orders events by time; those of one moment by Region, kind and detail, so that the order is always the same.
func Sort(events []Event) {
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Detail, b.Detail))
	})
}

// First is the first event of a kind at or after a time; false when there is none. Events must be sorted.
func First(events []Event, kind Kind, from time.Time) (Event, bool) {
	for _, one := range events {
		if one.Kind == kind && !one.At.Before(from) {
			return one, true
		}
	}
	return Event{}, false
}

// Between are the events of from <= at < to.
func Between(events []Event, from, to time.Time) []Event {
	var found []Event
	for _, one := range events {
		if !one.At.Before(from) && one.At.Before(to) {
			found = append(found, one)
		}
	}
	return found
}
