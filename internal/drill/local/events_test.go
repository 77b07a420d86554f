package local

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

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

func TestARotationIsAnEventWhenItHasEnded(t *testing.T) {
	stages := map[string][]string{"old": {"AWSPREVIOUS"}, "new": {"AWSCURRENT", "AWSPENDING"}}
	tests := map[string]struct {
		secret secretsmanager.DescribeSecretOutput
		want   []event.Event
	}{
		"ended": {secretsmanager.DescribeSecretOutput{LastRotatedDate: aws.Time(noon), VersionIdsToStages: stages},
			[]event.Event{{At: noon, Kind: event.SecretRotated, Region: "us-east-1", Detail: "current version new"}}},
		"never":      {secretsmanager.DescribeSecretOutput{VersionIdsToStages: stages}, nil},
		"no version": {secretsmanager.DescribeSecretOutput{LastRotatedDate: aws.Time(noon)}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := rotated("us-east-1", &test.secret); !slices.Equal(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
