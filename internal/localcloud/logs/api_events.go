package logs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/logs/pattern"
)

// The limits of answers and of PutLogEvents.
const (
	mostEvents = 10_000
	mostBytes  = 1 << 20
	tooOld     = 14 * 24 * time.Hour
	tooNew     = 2 * time.Hour
)

// sequenceToken is answered for old clients; nobody checks it any more.
const sequenceToken = "49590302384129182121120349857239847598237459238475923749"

type putLogEventsInput struct {
	LogGroupName  string `json:"logGroupName"`
	LogStreamName string `json:"logStreamName"`
	LogEvents     []struct {
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	} `json:"logEvents"`
}

type putLogEventsOutput struct {
	NextSequenceToken     string    `json:"nextSequenceToken"`
	RejectedLogEventsInfo *rejected `json:"rejectedLogEventsInfo,omitempty"`
}

type rejected struct {
	TooNewLogEventStartIndex *int `json:"tooNewLogEventStartIndex,omitempty"`
	TooOldLogEventEndIndex   *int `json:"tooOldLogEventEndIndex,omitempty"`
}

func (s *Service) putLogEvents(_ context.Context, in putLogEventsInput) (putLogEventsOutput, error) {
	out := putLogEventsOutput{NextSequenceToken: sequenceToken}
	g, err := s.named(in.LogGroupName, "")
	if err != nil {
		return out, err
	}
	if !g.hasStream(in.LogStreamName) {
		return out, errNoStream
	}
	if len(in.LogEvents) == 0 || len(in.LogEvents) > mostEvents {
		return out, invalid("1 to %d log events are allowed in a single PutLogEvents request", mostEvents)
	}
	size := 0
	for i, one := range in.LogEvents {
		if size += len(one.Message) + overhead; one.Message == "" || size > mostBytes {
			return out, invalid("Log events must not be empty, and those of a request not larger than %d bytes", mostBytes)
		}
		if i > 0 && one.Timestamp < in.LogEvents[i-1].Timestamp {
			return out, invalid("Log events in a single PutLogEvents request must be in chronological order.")
		}
	}
	now := s.options.Now()
	var refused rejected
	for i, one := range in.LogEvents {
		at := time.UnixMilli(one.Timestamp)
		switch {
		case now.Sub(at) > tooOld:
			end := i + 1
			refused.TooOldLogEventEndIndex = &end
		case at.Sub(now) > tooNew:
			if refused.TooNewLogEventStartIndex == nil {
				refused.TooNewLogEventStartIndex = &i
			}
		default:
			s.Write(in.LogGroupName, in.LogStreamName, at, one.Message)
		}
	}
	if refused != (rejected{}) {
		out.RejectedLogEventsInfo = &refused
	}
	return out, nil
}

type getLogEventsInput struct {
	LogGroupName       string `json:"logGroupName"`
	LogGroupIdentifier string `json:"logGroupIdentifier"`
	LogStreamName      string `json:"logStreamName"`
	StartTime          *int64 `json:"startTime"`
	EndTime            *int64 `json:"endTime"`
	NextToken          string `json:"nextToken"`
	Limit              int    `json:"limit"`
	StartFromHead      bool   `json:"startFromHead"`
}

type getLogEventsOutput struct {
	Events            []wireEvent `json:"events"`
	NextForwardToken  string      `json:"nextForwardToken"`
	NextBackwardToken string      `json:"nextBackwardToken"`
}

type wireEvent struct {
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
}

func (s *Service) getLogEvents(_ context.Context, in getLogEventsInput) (getLogEventsOutput, error) {
	out := getLogEventsOutput{Events: []wireEvent{}}
	g, err := s.named(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return out, err
	}
	if !g.hasStream(in.LogStreamName) {
		return out, errNoStream
	}
	limit, err := limitOf(in.Limit, mostEvents, mostEvents)
	if err != nil {
		return out, err
	}
	found := g.find(s.options.Now().UnixMilli(), func(e *event) bool {
		return e.stream.name == in.LogStreamName && (in.StartTime == nil || e.time >= *in.StartTime) && (in.EndTime == nil || e.time < *in.EndTime)
	})
	forward, at := in.StartFromHead, place{}
	if in.NextToken != "" {
		var direction string
		if direction, at, err = placeOf(in.NextToken); err != nil {
			return out, err
		}
		switch direction {
		case "f":
			forward = true
			found = found[behind(found, at):]
		case "b":
			forward = false
			found = found[:before(found, at)]
		default:
			return out, invalid("The specified nextToken is invalid.")
		}
	}
	if forward {
		found = found[:fitting(found, limit)]
	} else {
		slices.Reverse(found)
		found = found[:fitting(found, limit)]
		slices.Reverse(found)
	}
	first, last := at, at // at the end of the stream the token stays the same
	if len(found) > 0 {
		first, last = found[0].place(), found[len(found)-1].place()
	}
	for _, e := range found {
		out.Events = append(out.Events, wireEvent{e.time, e.message, e.ingested})
	}
	out.NextForwardToken, out.NextBackwardToken = token("f", last), token("b", first)
	return out, nil
}

// behind is the index of the first event behind a place, before the one of the first that is not before it.
func behind(events []event, at place) int {
	return indexOrEnd(events, func(e event) bool { return e.place().compare(at) > 0 })
}

func before(events []event, at place) int {
	return indexOrEnd(events, func(e event) bool { return e.place().compare(at) >= 0 })
}

func indexOrEnd(events []event, is func(event) bool) int {
	if i := slices.IndexFunc(events, is); i >= 0 {
		return i
	}
	return len(events)
}

// fitting is how many events an answer can hold.
func fitting(events []event, limit int) int {
	size := 0
	for i, e := range events {
		if size += len(e.message) + overhead; i > 0 && size > mostBytes || i == limit {
			return i
		}
	}
	return len(events)
}

type filterLogEventsInput struct {
	LogGroupName        string   `json:"logGroupName"`
	LogGroupIdentifier  string   `json:"logGroupIdentifier"`
	LogStreamNames      []string `json:"logStreamNames"`
	LogStreamNamePrefix string   `json:"logStreamNamePrefix"`
	StartTime           *int64   `json:"startTime"`
	EndTime             *int64   `json:"endTime"`
	FilterPattern       string   `json:"filterPattern"`
	NextToken           string   `json:"nextToken"`
	Limit               int      `json:"limit"`
}

type filterLogEventsOutput struct {
	Events             []filteredEvent `json:"events"`
	SearchedLogStreams []nothing       `json:"searchedLogStreams"`
	NextToken          string          `json:"nextToken,omitempty"`
}

type filteredEvent struct {
	LogStreamName string `json:"logStreamName"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
	EventID       string `json:"eventId"`
}

func (s *Service) filterLogEvents(_ context.Context, in filterLogEventsInput) (filterLogEventsOutput, error) {
	out := filterLogEventsOutput{Events: []filteredEvent{}, SearchedLogStreams: []nothing{}}
	g, err := s.named(in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return out, err
	}
	limit, err := limitOf(in.Limit, mostEvents, mostEvents)
	if err != nil {
		return out, err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != "" {
		return out, invalid("LogStreamNames and LogStreamNamePrefix cannot both be specified.")
	}
	for _, name := range in.LogStreamNames {
		if !g.hasStream(name) {
			return out, errNoStream
		}
	}
	wanted, err := pattern.Parse(in.FilterPattern)
	if err != nil {
		return out, invalid("Invalid filter pattern: %v", err)
	}
	after := place{time: -1 << 62}
	if in.NextToken != "" {
		if _, after, err = placeOf(in.NextToken); err != nil {
			return out, err
		}
	}
	found := g.find(s.options.Now().UnixMilli(), func(e *event) bool {
		return e.place().compare(after) > 0 && (in.StartTime == nil || e.time >= *in.StartTime) && (in.EndTime == nil || e.time <= *in.EndTime) &&
			strings.HasPrefix(e.stream.name, in.LogStreamNamePrefix) && (len(in.LogStreamNames) == 0 || slices.Contains(in.LogStreamNames, e.stream.name))
	})
	// Messages are matched without holding the group's lock: whoever logs does not wait.
	found = slices.DeleteFunc(found, func(e event) bool { return !wanted.Match(e.message) })
	if fits := fitting(found, limit); fits < len(found) {
		found = found[:fits]
		out.NextToken = token("n", found[fits-1].place())
	}
	for _, e := range found {
		out.Events = append(out.Events, filteredEvent{e.stream.name, e.time, e.message, e.ingested, fmt.Sprintf("%056d", e.serial)})
	}
	return out, nil
}
