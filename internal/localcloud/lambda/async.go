package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// RetryDelay is AWS's wait before attempt number attempt (the first one is 1) of an asynchronous event: 1 minute, then 2
// after a function error; after a throttle or a fault from 1 second, doubled, to 5 minutes ("How Lambda handles errors and
// retries with asynchronous invocation").
func RetryDelay(attempt int, throttled bool) time.Duration {
	if !throttled {
		return time.Duration(attempt-1) * time.Minute
	}
	return min(time.Second<<min(attempt-2, 16), 5*time.Minute)
}

// InvokeAsync takes an event and returns its request id; the function runs later, again after errors, until the event is
// too old (invocation type Event). Events are kept in memory: they end with this process.
func (s *Service) InvokeAsync(invocation Invocation) (string, error) {
	if len(invocation.Payload) > maximumAsynchronous {
		return "", tooLarge(len(invocation.Payload), maximumAsynchronous, "Event")
	}
	d, err := s.accept(&invocation)
	if err != nil {
		return "", err
	}
	id := uuid.NewString()
	s.count(d.function.Name, "AsyncEventsReceived", 1, s.now())
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return "", broken(errClosed)
	}
	received := s.now()
	s.background.Go(func() { s.deliver(invocation, id, received) })
	return id, nil
}

// deliver tries until the function succeeds or the event is given up.
func (s *Service) deliver(invocation Invocation, id string, received time.Time) {
	failures := 0
	for attempt := 1; ; attempt++ {
		s.mutex.Lock()
		d, err := s.findLocked(invocation.Function)
		s.mutex.Unlock()
		if err != nil {
			return // deleted: nobody is left who would want to know
		}
		result, err := s.attempt(s.stopped, d, invocation, id)
		if s.stopped.Err() != nil {
			return
		}
		if err == nil && result.FunctionError == "" {
			return
		}
		if err == nil {
			failures++
		}
		settings := d.function.Asynchronous
		if failures > *settings.MaximumRetries {
			s.giveUp(d, invocation, result, "RetriesExhausted", attempt)
			return
		}
		delay := s.options.RetryDelay(attempt+1, err != nil)
		if s.now().Add(delay).Sub(received) > settings.MaximumAge {
			s.giveUp(d, invocation, result, "EventAgeExceeded", attempt)
			return
		}
		if !s.pause(delay) {
			return
		}
	}
}

// pause waits, and tells whether the service still runs.
func (s *Service) pause(delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.stopped.Done():
		return false
	}
}

// giveUp counts the event as dropped, and sends its record to the destination.
func (s *Service) giveUp(d *deployment, invocation Invocation, last Result, condition string, attempts int) {
	s.count(d.function.Name, "AsyncEventsDropped", 1, s.now())
	destination := d.function.Asynchronous.OnFailure
	if destination == "" || s.options.OnFailure == nil {
		return
	}
	record, err := failureRecord(s.options.arn(d.function.Name), invocation, last, condition, attempts, s.now())
	if err == nil {
		ctx, cancel := context.WithTimeout(s.stopped, 30*time.Second)
		defer cancel()
		err = s.options.OnFailure(ctx, destination, record)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		s.count(d.function.Name, "DestinationDeliveryFailures", 1, s.now())
		s.options.Logs.Write(d.function.LogGroup, "destination", s.now(), fmt.Sprintf("deliver event %s to %s: %v", last.RequestID, destination, err))
	}
}

// failureRecord is the JSON document that a destination gets ("Capturing records of Lambda asynchronous invocations").
func failureRecord(arn string, invocation Invocation, last Result, condition string, attempts int, now time.Time) ([]byte, error) {
	record := map[string]any{
		"version":   "1.0",
		"timestamp": now.UTC().Format(timestamp),
		"requestContext": map[string]any{
			"requestId": last.RequestID, "functionArn": arn + ":" + latest, "condition": condition, "approximateInvokeCount": attempts,
		},
		"requestPayload": json.RawMessage(invocation.Payload),
	}
	if last.FunctionError != "" {
		record["responseContext"] = map[string]any{"statusCode": 200, "executedVersion": latest, "functionError": last.FunctionError}
		if json.Valid(last.Payload) {
			record["responsePayload"] = json.RawMessage(last.Payload)
		}
	}
	content, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("write failure record: %w", err)
	}
	return content, nil
}
