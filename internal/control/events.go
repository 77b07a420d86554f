package control

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/journal/attribute"
)

// Event is one thing that happened, kept for people, drills and auditors. Events are never changed.
type Event struct {
	// ID makes an event unique; AppendEvent gives one if it is empty. A caller that may append twice sets it.
	ID string
	At time.Time
	// Kind is a short stable word, such as "claimed" or "promoted".
	Kind   string
	Region string
	Epoch  int64
	// Detail is for people; its keys are stable for each kind.
	Detail map[string]string
}

// listTimeout bounds one page of a listing with all its retries.
const listTimeout = 5 * time.Second

// AppendEvent records an event. Appending the same ID and At twice records it once; so an ambiguous append is repeated.
func (s *Store) AppendEvent(ctx context.Context, event Event) error {
	if event.Kind == "" || event.At.IsZero() {
		return fmt.Errorf("append event: kind %q and time %v must be set", event.Kind, event.At)
	}
	if event.ID == "" {
		event.ID = uuid.NewString()
	}
	ctx, cancel := context.WithTimeout(ctx, s.attemptTimeout)
	defer cancel()
	item := itemKey(eventDay(event.At), attribute.FormatTime(event.At)+"#"+event.ID)
	item["id"], item["at"], item["kind"] = text(event.ID), text(attribute.FormatTime(event.At)), text(event.Kind)
	item["region"], item["epoch"], item["schema"] = text(event.Region), number(event.Epoch), number(Schema)
	detail := make(map[string]types.AttributeValue, len(event.Detail))
	for name, value := range event.Detail {
		detail[name] = text(value)
	}
	item["detail"] = &types.AttributeValueMemberM{Value: detail}
	// Unconditional on purpose: the key holds the id, so writing it again writes the same item.
	if _, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(s.table), Item: item}); err != nil {
		return wrap(err, "append event "+event.Kind)
	}
	return nil
}

// Events yields the events of from <= at < to, oldest first; the reads are strongly consistent. It makes at least one
// call per day of the span. The first error ends it.
func (s *Store) Events(ctx context.Context, from, to time.Time) iter.Seq2[Event, error] {
	if from = from.UTC(); from.Truncate(time.Microsecond).Before(from) {
		from = from.Truncate(time.Microsecond).Add(time.Microsecond)
	}
	return func(yield func(Event, error) bool) {
		if !from.Before(to) {
			return
		}
		for day := from.Truncate(24 * time.Hour); day.Before(to); day = day.Add(24 * time.Hour) {
			if !s.eventsOfDay(ctx, day, from, to, yield) {
				return
			}
		}
	}
}

// eventsOfDay yields one day's events; false means that the caller has enough or an error was yielded.
func (s *Store) eventsOfDay(ctx context.Context, day, from, to time.Time, yield func(Event, error) bool) bool {
	for cursor := map[string]types.AttributeValue(nil); ; {
		output, err := s.queryEvents(ctx, day, from, to, cursor)
		if err != nil {
			yield(Event{}, err)
			return false
		}
		for _, item := range output.Items {
			event, err := decodeEvent(item)
			if !yield(event, err) || err != nil {
				return false
			}
		}
		if cursor = output.LastEvaluatedKey; len(cursor) == 0 {
			return true
		}
	}
}

// queryEvents asks for one page. "#" sorts before every continuation, so the bounds need no id.
func (s *Store) queryEvents(ctx context.Context, day, from, to time.Time, cursor map[string]types.AttributeValue) (*dynamodb.QueryOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	last := to.Add(-time.Nanosecond)
	output, err := s.api.Query(ctx, &dynamodb.QueryInput{
		TableName:              aws.String(s.table),
		ConsistentRead:         aws.Bool(true),
		ExclusiveStartKey:      cursor,
		KeyConditionExpression: aws.String("pk = :day AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":day": text(eventDay(day)), ":from": text(attribute.FormatTime(from)), ":to": text(attribute.FormatTime(last) + "$"),
		},
	}, func(o *dynamodb.Options) { o.Retryer = retry.NewStandard() })
	if err != nil {
		return nil, wrap(err, "list events of "+eventDay(day))
	}
	return output, nil
}

func eventDay(at time.Time) string { return "event#" + at.UTC().Format(time.DateOnly) }

func decodeEvent(item map[string]types.AttributeValue) (Event, error) {
	r := attribute.Reader{Item: item}
	event := Event{
		ID: r.Text("id"), At: r.Time("at"), Kind: r.Text("kind"), Region: r.Text("region"), Epoch: r.Number("epoch"),
		Detail: map[string]string{},
	}
	detail, ok := item["detail"].(*types.AttributeValueMemberM)
	if !ok {
		r.Fail("detail", "not a map")
		detail = &types.AttributeValueMemberM{}
	}
	details := attribute.Reader{Item: detail.Value}
	for name := range detail.Value {
		event.Detail[name] = details.Text(name)
	}
	for _, err := range []error{r.Err, details.Err} {
		if err != nil {
			return Event{}, fmt.Errorf("read event: %w: %w", ErrCorrupt, err)
		}
	}
	return event, nil
}
