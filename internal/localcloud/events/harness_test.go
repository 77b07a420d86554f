package events

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/sdktest"
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

// client is an unmodified AWS SDK at the service's API.
func client(t *testing.T, w *world) *eventbridge.Client {
	return eventbridge.NewFromConfig(sdktest.Config(t, "us-east-1", w.Handler()))
}

func text(value string) *string { return &value }

func must[T any](t *testing.T) func(T, error) T { return sdktest.Must[T](t) }

// refused checks one error.
func refused(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	sdktest.Refused(t, sdktest.Refusal{Name: what, Call: func() error { return err }, Code: code, Message: message})
}
