package runtimeapi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// process is a function's side of the API.
type process struct {
	t      *testing.T
	url    string
	client *http.Client
}

func start(t *testing.T) (*Server, process) {
	t.Helper()
	server, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return server, process{t, "http://" + server.Address() + "/2018-06-01/runtime/", &http.Client{Transport: transport}}
}

// ask returns status and body of a request, and its headers.
func (p process) ask(method, path, body string) (int, string, http.Header) {
	request, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return 0, "", nil
	}
	response, err := p.client.Do(request)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Error(err)
	}
	return response.StatusCode, strings.TrimSpace(string(content)), response.Header
}

// poll asks for the next invocation in the background.
func (p process) poll() <-chan http.Header {
	got := make(chan http.Header, 1)
	go func() {
		_, _, header := p.ask("GET", "invocation/next", "")
		got <- header
	}()
	return got
}

func TestInvocation(t *testing.T) {
	server, function := start(t)
	polled := function.poll()
	<-server.Ready()
	call := &Call{ID: "one", FunctionARN: "arn:f", TraceID: "Root=1", ClientContext: "Y3R4", Payload: []byte(`{"a":1}`), Deadline: time.UnixMilli(1234)}
	if err := server.Offer(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	header := <-polled
	for name, want := range map[string]string{
		"Lambda-Runtime-Aws-Request-Id": "one", "Lambda-Runtime-Deadline-Ms": "1234", "Lambda-Runtime-Invoked-Function-Arn": "arn:f",
		"Lambda-Runtime-Trace-Id": "Root=1", "Lambda-Runtime-Client-Context": "Y3R4",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if status, body, _ := function.ask("POST", "invocation/two/response", `1`); status != 400 || !strings.Contains(body, "InvalidRequestID") {
		t.Errorf("an answer to another invocation: %d %s", status, body)
	}
	if status, _, _ := function.ask("POST", "invocation/one/response", `{"b":2}`); status != 202 {
		t.Errorf("the answer: %d", status)
	}
	if status, _, _ := function.ask("POST", "invocation/one/error", `{}`); status != 400 {
		t.Errorf("a second answer: %d", status)
	}
	select {
	case <-call.Finished():
		t.Error("the invocation is finished before the process asks for the next one")
	default:
	}
	next := function.poll()
	<-call.Finished()
	if outcome := server.Outcome(call); outcome == nil || string(outcome.Payload) != `{"b":2}` || outcome.Failed {
		t.Errorf("outcome %+v", outcome)
	}
	server.Close()
	<-next
}

func TestErrors(t *testing.T) {
	server, function := start(t)
	if status, _, _ := function.ask("POST", "init/error", `{"errorType":"Init"}`); status != 202 || string(server.InitError()) != `{"errorType":"Init"}` {
		t.Errorf("init/error: %d, %s", status, server.InitError())
	}
	if status, body, _ := function.ask("GET", "invocation/last", ""); status != 404 || !strings.Contains(body, "NotFound") {
		t.Errorf("an unknown path: %d %s", status, body)
	}
	polled := function.poll()
	call := &Call{ID: "one", Payload: []byte(`1`)}
	if err := server.Offer(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	<-polled
	if status, _, _ := function.ask("POST", "invocation/one/error", `{"errorMessage":"no"}`); status != 202 {
		t.Errorf("error: %d", status)
	}
	if outcome := server.Outcome(call); outcome == nil || !outcome.Failed || string(outcome.Payload) != `{"errorMessage":"no"}` {
		t.Errorf("outcome %+v", outcome)
	}
}

func TestAnswerThatIsTooLarge(t *testing.T) {
	server, function := start(t)
	polled := function.poll()
	call := &Call{ID: "one", Payload: []byte(`1`)}
	if err := server.Offer(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	<-polled
	if status, body, _ := function.ask("POST", "invocation/one/response", strings.Repeat("x", MaximumResponse+1)); status != 413 {
		t.Errorf("status %d %s, want 413", status, body)
	}
	if outcome := server.Outcome(call); outcome == nil || !outcome.Failed || !strings.Contains(string(outcome.Payload), "Function.ResponseSizeTooLarge") {
		t.Errorf("outcome %+v", outcome)
	}
}

func TestOfferWithoutAProcess(t *testing.T) {
	server, _ := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := server.Offer(ctx, &Call{ID: "one"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Offer = %v, want context.Canceled", err)
	}
	server.Close()
	if err := server.Offer(t.Context(), &Call{ID: "one"}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Offer after Close = %v, want net.ErrClosed", err)
	}
}
