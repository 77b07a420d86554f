package events

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const lambdaARN = "arn:aws:lambda:us-east-1:123456789012:function:controller"

// invocation is what a target got, and when, counted from the beginning.
type invocation struct {
	target Target
	event  string
	after  time.Duration
}

// world collects what a service does.
type world struct {
	*Service
	begun time.Time
	t     *testing.T

	guard       sync.Mutex
	invocations []invocation
	metrics     map[string]float64 // by metric and rule
	fail        func(call int) error
}

func (w *world) invoke(ctx context.Context, target Target, event []byte) error {
	w.guard.Lock()
	defer w.guard.Unlock()
	w.invocations = append(w.invocations, invocation{target, string(event), time.Since(w.begun)})
	if w.fail != nil {
		return w.fail(len(w.invocations))
	}
	return nil
}

func (w *world) Record(namespace, name, unit string, dimensions map[string]string, value float64, _ time.Time) {
	w.guard.Lock()
	defer w.guard.Unlock()
	if namespace != "AWS/Events" || unit != "Count" || len(dimensions) != 1 {
		w.t.Errorf("metric %s %s %s %v", namespace, name, unit, dimensions)
	}
	w.metrics[name+" "+dimensions["RuleName"]] += value
}

func (w *world) failing(fail func(call int) error) {
	w.guard.Lock()
	defer w.guard.Unlock()
	w.fail = fail
}

// times are when the targets were invoked so far.
func (w *world) times() string {
	w.guard.Lock()
	defer w.guard.Unlock()
	var list []string
	for _, one := range w.invocations {
		list = append(list, one.after.String())
	}
	return strings.Join(list, " ")
}

func (w *world) last() invocation {
	w.guard.Lock()
	defer w.guard.Unlock()
	if len(w.invocations) == 0 {
		w.t.Fatal("nothing was invoked")
	}
	return w.invocations[len(w.invocations)-1]
}

func (w *world) metric(name string) float64 {
	w.guard.Lock()
	defer w.guard.Unlock()
	return w.metrics[name]
}

func start(t *testing.T, options Options) *world {
	t.Helper()
	w := &world{begun: time.Now(), t: t, metrics: map[string]float64{}}
	options.Region, options.Account, options.Invoke, options.Metrics = "us-east-1", "123456789012", w.invoke, w
	service, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Service = service
	return w
}

// put makes a rule with one target.
func (w *world) put(name, expression string) {
	w.t.Helper()
	if _, err := w.PutRule(Rule{Name: name, ScheduleExpression: expression}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.PutTarget(Target{Rule: name, ID: "one", ARN: lambdaARN}); err != nil {
		w.t.Fatal(err)
	}
}

// refused checks an error's code, HTTP status and message.
func refused(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	var known smithy.APIError
	var ours *Error
	var got, text string
	switch {
	case errors.As(err, &known):
		got, text = known.ErrorCode(), known.ErrorMessage()
		var response interface{ HTTPStatusCode() int }
		if !errors.As(err, &response) || response.HTTPStatusCode() != http.StatusBadRequest {
			t.Errorf("%s: the HTTP status of %v is not 400", what, err)
		}
	case errors.As(err, &ours):
		got, text = ours.Code, ours.Message
	}
	if got != code || !strings.Contains(text, message) {
		t.Errorf("%s: %v, want %s: %s", what, err, code, message)
	}
}
