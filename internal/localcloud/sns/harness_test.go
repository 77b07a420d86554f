package sns

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/sdktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	functionARN = "arn:aws:lambda:us-east-1:123456789012:function:on-alarm"
	alarmARN    = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:payment-db-cpu"
	address     = "ops-team@pay.example.net"
)

// world is a service and what it does besides mails.
type world struct {
	*Service
	t *testing.T

	guard   sync.Mutex
	metrics map[string]float64
	events  []string // that functions got
	fail    func(call int) error
}

func (w *world) Record(namespace, name, unit string, dimensions map[string]string, value float64, _ time.Time) {
	w.guard.Lock()
	defer w.guard.Unlock()
	if namespace != "AWS/SNS" || (unit == "Bytes") != (name == "PublishSize") || len(dimensions) != 1 {
		w.t.Errorf("metric %s %s %s %v", namespace, name, unit, dimensions)
	}
	w.metrics[name+" "+dimensions["TopicName"]] += value
}

func (w *world) metric(name string) float64 {
	w.guard.Lock()
	defer w.guard.Unlock()
	return w.metrics[name]
}

func (w *world) invoke(_ context.Context, function, topic string, event []byte) error {
	w.guard.Lock()
	defer w.guard.Unlock()
	if function != functionARN || !strings.HasPrefix(topic, "arn:aws:sns:") {
		w.t.Errorf("function %s, topic %s", function, topic)
	}
	w.events = append(w.events, string(event))
	if w.fail != nil {
		return w.fail(len(w.events))
	}
	return nil
}

func (w *world) got() []string {
	w.guard.Lock()
	defer w.guard.Unlock()
	return append([]string(nil), w.events...)
}

// start runs a service; its functions are the world's.
func start(t *testing.T, options Options) *world {
	t.Helper()
	w := &world{t: t, metrics: map[string]float64{}}
	options.Region, options.Account, options.Metrics, options.Invoke = "us-east-1", "123456789012", w, w.invoke
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

// client is an unmodified AWS SDK at the service's API.
func client(t *testing.T, w *world) *sdk.Client {
	return sdk.NewFromConfig(sdktest.Config(t, "us-east-1", w.Handler()))
}

func text(value string) *string { return &value }

func must[T any](t *testing.T) func(T, error) T { return sdktest.Must[T](t) }

// refused checks one error.
func refused(t *testing.T, what string, err error, status int, code, message string) {
	t.Helper()
	sdktest.Refused(t, sdktest.Refusal{Name: what, Call: func() error { return err }, Status: status, Code: code, Message: message})
}
