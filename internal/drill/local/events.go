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
	// The cloud's own events are followed until nothing comes any more; meanwhile the Regions are asked for their alarms.
	ctx, cancel := context.WithTimeout(ctx, eventsTimeout)
	defer cancel()
	alarms := make(chan []event.Event, 1)
	go func() { alarms <- t.alarms(ctx, from, to) }()
	var found []event.Event
	err := t.client.Events(ctx, 0, func(noted control.Event) bool {
		if noted.At.Before(from) || !noted.At.Before(to) {
			return true
		}
		found = append(found, translate(noted))
		return true
	})
	return append(found, <-alarms...), err
}

// alarms are the changes of alarms that the Regions know. A Region that does not answer has none to tell.
func (t *target) alarms(ctx context.Context, from, to time.Time) []event.Event {
	regions := t.status.Layout.Regions()
	told := make([][]event.Event, len(regions))
	var group sync.WaitGroup
	for i, region := range regions {
		group.Go(func() { told[i] = t.alarmsOf(ctx, region, from, to) })
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
