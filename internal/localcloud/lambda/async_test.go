package lambda

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestRetryDelay(t *testing.T) {
	for _, test := range []struct {
		attempt   int
		throttled bool
		want      time.Duration
	}{
		{2, false, time.Minute},
		{3, false, 2 * time.Minute},
		{2, true, time.Second},
		{3, true, 2 * time.Second},
		{10, true, 256 * time.Second},
		{11, true, 5 * time.Minute},
		{1000, true, 5 * time.Minute},
	} {
		if got := RetryDelay(test.attempt, test.throttled); got != test.want {
			t.Errorf("RetryDelay(%d, %t) = %s, want %s", test.attempt, test.throttled, got, test.want)
		}
	}
}

// mailbox keeps the records of events that were given up.
type mailbox struct {
	mutex   sync.Mutex
	records []string
	to      string
}

func (m *mailbox) deliver(_ context.Context, destination string, record []byte) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.to, m.records = destination, append(m.records, string(record))
	return nil
}

func (m *mailbox) count() int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return len(m.records)
}

func TestAsynchronousEvents(t *testing.T) {
	quick := func(int, bool) time.Duration { return time.Millisecond }
	for _, test := range []struct {
		name, event string
		change      func(*Function)
		delay       func(int, bool) time.Duration
		invocations float64
		condition   string
		attempts    float64
	}{
		{"succeeds", `{"fine":true}`, func(*Function) {}, quick, 1, "", 0},
		{"fails three times", `{"action":"error","text":"no"}`, func(*Function) {}, quick, 3, "RetriesExhausted", 3},
		{"is not repeated", `{"action":"error","text":"no"}`, func(f *Function) { f.Asynchronous.MaximumRetries = number(0) }, quick, 1, "RetriesExhausted", 1},
		{"gets too old", `{"action":"error","text":"no"}`, func(f *Function) { f.Asynchronous.MaximumAge = time.Minute },
			func(int, bool) time.Duration { return 2 * time.Minute }, 1, "EventAgeExceeded", 1},
		{"is throttled until it is too old", `{}`, func(f *Function) { f.Reserved, f.Asynchronous.MaximumAge = number(0), time.Minute },
			func(attempt int, throttled bool) time.Duration {
				if attempt < 5 && throttled {
					return time.Millisecond
				}
				return time.Hour
			}, 0, "EventAgeExceeded", 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			box := &mailbox{}
			c := start(t, Options{RetryDelay: test.delay, OnFailure: box.deliver}, func(f *Function) { f.Asynchronous.OnFailure = "arn:aws:sns:us-east-1:123456789012:alerts" }, test.change)
			id, err := c.InvokeAsync(Invocation{Function: "probe", Payload: []byte(test.event)})
			if err != nil || id == "" {
				t.Fatalf("InvokeAsync = %q, %v", id, err)
			}
			if test.condition == "" {
				eventually(t, "the event is handled", func() bool { return c.value("Invocations") == 1 })
				return
			}
			eventually(t, "the event is given up", func() bool { return box.count() == 1 })
			if got := c.value("Invocations"); got != test.invocations {
				t.Errorf("%v invocations, want %v", got, test.invocations)
			}
			var record struct {
				RequestContext struct {
					RequestID, FunctionArn, Condition string
					ApproximateInvokeCount            float64
				}
				RequestPayload  any
				ResponsePayload map[string]any
			}
			decode(t, []byte(box.records[0]), &record)
			if r := record.RequestContext; r.RequestID != id || r.Condition != test.condition || r.ApproximateInvokeCount != test.attempts {
				t.Errorf("record %s, want request %s, %s and %v attempts", box.records[0], id, test.condition, test.attempts)
			}
			if box.to != "arn:aws:sns:us-east-1:123456789012:alerts" || c.value("AsyncEventsDropped") != 1 {
				t.Errorf("sent to %q, %v dropped", box.to, c.value("AsyncEventsDropped"))
			}
		})
	}
}

func TestCloseDoesNotWaitForRetries(t *testing.T) {
	c := start(t, Options{RetryDelay: func(int, bool) time.Duration { return time.Hour }})
	if _, err := c.InvokeAsync(Invocation{Function: "probe", Payload: []byte(`{"action":"error"}`)}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first attempt fails", func() bool { return c.value("Errors") == 1 })
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.InvokeAsync(Invocation{Function: "probe"}); err == nil {
		t.Error("a closed service takes an event")
	}
}

func TestUndeliverableRecordIsLogged(t *testing.T) {
	c := start(t, Options{OnFailure: func(context.Context, string, []byte) error { return errors.New("no such topic") }}, func(f *Function) {
		f.Asynchronous = Asynchronous{MaximumRetries: number(0), OnFailure: "arn:aws:sns:us-east-1:123456789012:gone"}
	})
	if _, err := c.InvokeAsync(Invocation{Function: "probe", Payload: []byte(`{"action":"error"}`)}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the failure is counted", func() bool { return c.value("DestinationDeliveryFailures") == 1 })
}
