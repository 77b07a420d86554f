package sns

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"
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
	t.Helper()
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("ASIA", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
	})
}

func text(value string) *string { return &value }

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// refused checks an error's code, HTTP status and message.
func refused(t *testing.T, what string, err error, status int, code, message string) {
	t.Helper()
	var known smithy.APIError
	var ours *Error
	var got, said string
	gotStatus := 0
	switch {
	case errors.As(err, &ours):
		got, said, gotStatus = ours.Code, ours.Message, ours.Status
	case errors.As(err, &known):
		got, said = known.ErrorCode(), known.ErrorMessage()
		var response interface{ HTTPStatusCode() int }
		if errors.As(err, &response) {
			gotStatus = response.HTTPStatusCode()
		}
	}
	if got != code || gotStatus != status || !strings.Contains(said, message) {
		t.Errorf("%s: %v, want %d %s: %s", what, err, status, code, message)
	}
}
