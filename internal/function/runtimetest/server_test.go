package runtimetest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const base = "/2018-06-01/runtime/"

func do(t *testing.T, method, address, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

// The runtime API as a function written by hand would use it.
func TestRuntimeAPI(t *testing.T) {
	a := newAPI()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	for _, test := range []struct {
		name, answer, body, payload string
		failure                     *Failure
	}{
		{"response", "/response", `{"ok":true}`, `{"ok":true}`, nil},
		{"error", "/error", `{"errorMessage":"no","errorType":"Refusal"}`, "", &Failure{Message: "no", Type: "Refusal"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			type result struct {
				payload []byte
				err     error
			}
			results := make(chan result, 1)
			go func() {
				payload, err := a.invoke(ctx, []byte(`{"event":1}`), nil)
				results <- result{payload, err}
			}()
			next := do(t, "GET", server.URL+base+"invocation/next", "")
			event, err := io.ReadAll(next.Body)
			id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
			if err != nil || string(event) != `{"event":1}` || id == "" || next.Header.Get("Lambda-Runtime-Deadline-Ms") == "" {
				t.Fatalf("next: %s, %v, headers %v", event, err, next.Header)
			}
			if wrong := do(t, "POST", server.URL+base+"invocation/another"+test.answer, test.body); wrong.StatusCode != http.StatusBadRequest {
				t.Errorf("an answer to another invocation: %d", wrong.StatusCode)
			}
			if right := do(t, "POST", server.URL+base+"invocation/"+id+test.answer, test.body); right.StatusCode != http.StatusAccepted {
				t.Fatalf("the answer: %d", right.StatusCode)
			}
			got := <-results
			var failure *Failure
			errors.As(got.err, &failure)
			if string(got.payload) != test.payload || (failure == nil) != (test.failure == nil) || failure != nil && *failure != *test.failure {
				t.Errorf("invoked: %s, %v", got.payload, got.err)
			}
		})
	}
}

func TestInitErrorIsKept(t *testing.T) {
	a := newAPI()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	said := do(t, "POST", server.URL+base+"init/error", `{"errorMessage":"no configuration","errorType":"Init"}`)
	if said.StatusCode != http.StatusAccepted || a.initError == nil || a.initError.Message != "no configuration" {
		t.Errorf("%d, %v", said.StatusCode, a.initError)
	}
}

func TestInvokeEndsWithTheProcess(t *testing.T) {
	ended := make(chan struct{})
	close(ended)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := newAPI().invoke(ctx, nil, ended); !errors.Is(err, errEnded) {
		t.Errorf("got %v, want %v", err, errEnded)
	}
	if _, err := newAPI().invoke(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("without a deadline: %v", err)
	}
}
