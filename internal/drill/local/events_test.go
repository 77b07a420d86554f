package local

import (
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestEventsOfACloudInTheTimelinesWords(t *testing.T) {
	tests := map[string]struct {
		noted control.Event
		want  event.Event
	}{
		"a health check flips": {
			control.Event{Kind: control.HealthChanged, Region: "us-east-1", Detail: map[string]string{"healthCheck": "x", "healthy": "false"}},
			event.Event{Kind: event.HealthChanged, Region: "us-east-1", Detail: event.UnhealthyDetail},
		},
		"and flips back": {
			control.Event{Kind: control.HealthChanged, Region: "us-east-1", Detail: map[string]string{"healthCheck": "x", "healthy": "true"}},
			event.Event{Kind: event.HealthChanged, Region: "us-east-1", Detail: event.HealthyDetail},
		},
		"some checkers": {
			control.Event{Kind: control.CheckersUnhealthy, Region: "us-west-2", Detail: map[string]string{
				"healthCheck": "x", "name": "us-west-2.api", "place": "us-east-1", "well": "13", "checkers": "15"}},
			event.Event{Kind: event.CheckersUnhealthy, Region: "us-west-2", Detail: "from us-east-1, healthy to 13 of 15"},
		},
		"another answer": {
			control.Event{Kind: control.AnswerChanged, Region: "us-west-2", Detail: map[string]string{"to": "us-west-2", "from": "us-east-1", "name": ""}},
			event.Event{Kind: event.DNSChanged, Region: "us-west-2", Detail: "from us-east-1, to us-west-2"},
		},
		"what has no other word": {
			control.Event{Kind: control.RuleDelayed, Region: "us-east-1", Detail: map[string]string{"rule": "r", "by": "1m0s"}},
			event.Event{Kind: "rule-delayed", Region: "us-east-1", Detail: "by 1m0s, rule r"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.noted.At, test.want.At = noon, noon
			if got := translate(test.noted); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
