package local

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/drill/event"
	"github.com/paymentdr/paymentdr/internal/localcloud/control"
)

// kinds are the events of a cloud that a drill's timeline has.
var kinds = map[string]event.Kind{
	control.HealthChanged: event.HealthChanged, control.AnswerChanged: event.DNSChanged, control.CheckersUnhealthy: event.CheckersUnhealthy,
}

// eventsTimeout bounds the look at what has happened; there is nothing to wait for.
const eventsTimeout = 300 * time.Millisecond

// events are those that the cloud has noted so far.
func (t *target) events(ctx context.Context, from, to time.Time) ([]event.Event, error) {
	// The cloud's own events are followed until nothing comes any more; meanwhile the Regions are asked for
	// what they know themselves.
	ctx, cancel := context.WithTimeout(ctx, eventsTimeout)
	defer cancel()
	regional := make(chan []event.Event, 1)
	go func() { regional <- t.regional(ctx, from, to) }()
	var found []event.Event
	err := t.client.Events(ctx, 0, func(noted control.Event) bool {
		if noted.At.Before(from) || !noted.At.Before(to) {
			return true
		}
		found = append(found, translate(noted))
		return true
	})
	return append(found, <-regional...), err
}

// regional are the changes of alarms and the rotation that the Regions know. A Region that does not answer has none to tell.
func (t *target) regional(ctx context.Context, from, to time.Time) []event.Event {
	regions := t.status.Layout.Regions()
	told := make([][]event.Event, len(regions))
	var group sync.WaitGroup
	for i, region := range regions {
		group.Go(func() { told[i] = append(t.alarmsOf(ctx, region, from, to), t.rotationOf(ctx, region, from, to)...) })
	}
	group.Wait()
	return slices.Concat(told...)
}

func (t *target) alarmsOf(ctx context.Context, region string, from, to time.Time) []event.Event {
	var found []event.Event
	pages := cloudwatch.NewDescribeAlarmHistoryPaginator(cloudwatch.NewFromConfig(t.config(region)), &cloudwatch.DescribeAlarmHistoryInput{
		HistoryItemType: types.HistoryItemTypeStateUpdate, StartDate: aws.Time(from), EndDate: aws.Time(to),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, func(o *cloudwatch.Options) { o.Retryer = aws.NopRetryer{} })
		if err != nil {
			return found
		}
		for _, item := range page.AlarmHistoryItems {
			made := event.Event{At: aws.ToTime(item.Timestamp), Region: region, Detail: aws.ToString(item.AlarmName)}
			switch summary := aws.ToString(item.HistorySummary); {
			case strings.HasSuffix(summary, " to ALARM"):
				made.Kind = event.AlarmRaised
			case strings.Contains(summary, "from ALARM "):
				made.Kind = event.AlarmCleared
			default:
				continue
			}
			found = append(found, made)
		}
	}
	return found
}

// rotationOf is the last rotation of the application's secret.
func (t *target) rotationOf(ctx context.Context, region string, from, to time.Time) []event.Event {
	secret, err := secretsmanager.NewFromConfig(t.config(region)).DescribeSecret(ctx,
		&secretsmanager.DescribeSecretInput{SecretId: aws.String(t.app[region])}, func(o *secretsmanager.Options) { o.Retryer = aws.NopRetryer{} })
	if err != nil {
		return nil
	}
	return event.Between(rotated(region, secret), from, to)
}

// rotated is the event of a secret's last rotation, if it ever had one.
func rotated(region string, secret *secretsmanager.DescribeSecretOutput) []event.Event {
	if secret.LastRotatedDate == nil {
		return nil
	}
	for version, stages := range secret.VersionIdsToStages {
		if slices.Contains(stages, "AWSCURRENT") {
			return []event.Event{{At: *secret.LastRotatedDate, Kind: event.SecretRotated, Region: region, Detail: "current version " + version}}
		}
	}
	return nil
}

// translate puts an event into the timeline's words.
func translate(noted control.Event) event.Event {
	made := event.Event{At: noted.At, Kind: event.Kind(noted.Kind), Region: noted.Region}
	if kind, known := kinds[noted.Kind]; known {
		made.Kind = kind
	}
	switch noted.Kind {
	case control.HealthChanged:
		made.Detail = event.UnhealthyDetail
		if noted.Detail["healthy"] == "true" {
			made.Detail = event.HealthyDetail
		}
		return made
	case control.CheckersUnhealthy:
		made.Detail = fmt.Sprintf("%s, healthy to %s of %s", event.FromPlace(noted.Detail["place"]), noted.Detail["well"], noted.Detail["checkers"])
		return made
	}
	var details []string
	for _, name := range slices.Sorted(maps.Keys(noted.Detail)) {
		if noted.Detail[name] != "" {
			details = append(details, name+" "+noted.Detail[name])
		}
	}
	made.Detail = strings.Join(details, ", ")
	return made
}
