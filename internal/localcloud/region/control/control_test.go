package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/region/control"
)

// told is a Region that remembers what it was told; orders that it does not have end the test.
type told struct {
	control.Region
	put       map[string]string
	variables map[string]map[string]string
	metrics   []control.Metric
	delayed   map[string]time.Duration
	waiting   error
}

func (r *told) Put(_ context.Context, kind, address string, attributes json.RawMessage) error {
	if !json.Valid(attributes) {
		return errors.New("attributes are no JSON")
	}
	r.put[kind+" "+address] = string(attributes)
	return nil
}

func (r *told) Delete(_ context.Context, kind, address string) error {
	if _, found := r.put[kind+" "+address]; !found {
		return errors.New(address + " is not here")
	}
	delete(r.put, kind+" "+address)
	return nil
}

func (r *told) Invoke(_ context.Context, function string, payload []byte) (answer []byte, functionError string, err error) {
	switch function {
	case "echo":
		return payload, "", nil
	case "broken":
		return []byte(`{"errorMessage":"no luck"}`), "Unhandled", nil
	}
	return nil, "", errors.New("no function " + function)
}

func (r *told) SetNetwork(variables map[string]map[string]string) { r.variables = variables }
func (r *told) Record(metrics []control.Metric)                   { r.metrics = append(r.metrics, metrics...) }
func (r *told) Settled() error                                    { return r.waiting }
func (r *told) Delay(rule string, by time.Duration) error         { r.delayed[rule] = by; return nil }

// region serves a Region on a Unix socket.
func region(t *testing.T) (*told, *control.Client, string) {
	t.Helper()
	r := &told{put: map[string]string{}, delayed: map[string]time.Duration{}}
	socket := filepath.Join(t.TempDir(), "r")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: control.Handler(r), ReadHeaderTimeout: time.Second}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	client := control.NewClient("us-west-2", socket)
	t.Cleanup(func() {
		client.Close()
		_ = server.Close()
		<-done
	})
	return r, client, socket
}

func TestResourcesArriveAsTheyWereSent(t *testing.T) {
	r, client, _ := region(t)
	const address = `link/aws_sns_topic.alerts["a/b c"]`
	if err := client.Put(t.Context(), "aws_sns_topic", address, json.RawMessage(`{"name":"x"}`)); err != nil {
		t.Fatal(err)
	}
	if got := r.put["aws_sns_topic "+address]; got != `{"name":"x"}` {
		t.Fatalf("put %v", r.put)
	}
	if err := client.Delete(t.Context(), "aws_sns_topic", address); err != nil || len(r.put) != 0 {
		t.Fatalf("error %v, left %v", err, r.put)
	}
	err := client.Delete(t.Context(), "aws_sns_topic", address)
	if err == nil || err.Error() != "us-west-2: "+address+" is not here" {
		t.Errorf("error %v lacks the Region's words", err)
	}
}

func TestFunctionsThatFailAreNoErrors(t *testing.T) {
	_, client, _ := region(t)
	for function, want := range map[string][2]string{"echo": {"hello", ""}, "broken": {`{"errorMessage":"no luck"}`, "Unhandled"}} {
		answer, functionError, err := client.Invoke(t.Context(), function, []byte("hello"))
		if err != nil || string(answer) != want[0] || functionError != want[1] {
			t.Errorf("%s: %q, %q, %v", function, answer, functionError, err)
		}
	}
	if _, _, err := client.Invoke(t.Context(), "none", nil); err == nil || !strings.Contains(err.Error(), "no function none") {
		t.Errorf("error %v", err)
	}
}

func TestTheRestArrives(t *testing.T) {
	r, client, _ := region(t)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	err := errors.Join(
		client.SetNetwork(t.Context(), map[string]map[string]string{"f": {"A": "1"}}),
		client.Record(t.Context(), []control.Metric{{Namespace: "n", Name: "m", Dimensions: map[string]string{"d": "v"}, Value: 2.5, At: at}}),
		client.Delay(t.Context(), "rule/1", 90*time.Second),
		client.Settled(t.Context()),
	)
	if err != nil {
		t.Fatal(err)
	}
	if r.variables["f"]["A"] != "1" || len(r.metrics) != 1 || r.metrics[0].Value != 2.5 || !r.metrics[0].At.Equal(at) || r.delayed["rule/1"] != 90*time.Second {
		t.Errorf("told %+v", r)
	}
	r.waiting = errors.New("these wait:\n  aws_lambda_alias.live")
	if err := client.Settled(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "\n  aws_lambda_alias.live") {
		t.Errorf("error %v does not name what waits", err)
	}
}

func TestOrdersThatAreNoJSONAreRefused(t *testing.T) {
	handler := control.Handler(&told{})
	for _, test := range []struct{ method, path, body string }{
		{http.MethodPut, "/resources/aws_sns_topic?address=a", "{"},
		{http.MethodPut, "/network", "[]"},
		{http.MethodPost, "/metrics", "{"},
		{http.MethodPost, "/delays/rule?by=soon", ""},
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(test.method, test.path, strings.NewReader(test.body)))
		if answer.Code != http.StatusUnprocessableEntity || answer.Body.Len() < 5 {
			t.Errorf("%s %s: %d %q", test.method, test.path, answer.Code, answer.Body)
		}
	}
}
