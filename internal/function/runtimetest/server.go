package runtimetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Failure is an error that a function reported. Message and Type are as Lambda shows them.
type Failure struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

// Error is the message with its type.
func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// invocation is one event on its way.
type invocation struct {
	id       string
	event    []byte
	deadline time.Time
	done     chan answer
}

type answer struct {
	payload []byte
	err     error
}

// api is the runtime API of one process.
type api struct {
	queue  chan *invocation
	closed chan struct{}

	mutex     sync.Mutex
	count     int
	current   *invocation
	firstPoll chan struct{} // closed at the first poll
	polled    time.Time     // of the first poll
	initError *Failure
}

func newAPI() *api {
	return &api{queue: make(chan *invocation), closed: make(chan struct{}), firstPoll: make(chan struct{})}
}

// ServeHTTP implements the paths of the runtime API.
func (a *api) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.initFailure)
	mux.ServeHTTP(writer, request)
}

func (a *api) next(writer http.ResponseWriter, request *http.Request) {
	now := time.Now()
	a.mutex.Lock()
	if a.polled.IsZero() {
		a.polled = now
		close(a.firstPoll)
	}
	a.mutex.Unlock()
	select {
	case next := <-a.queue:
		a.mutex.Lock()
		a.current = next
		a.mutex.Unlock()
		header := writer.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", next.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(next.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:test")
		header.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1")
		// A process that is gone is noticed by whoever waits for it.
		_, _ = writer.Write(next.event)
	case <-request.Context().Done():
	case <-a.closed:
	}
}

func (a *api) response(writer http.ResponseWriter, request *http.Request) {
	payload, err := io.ReadAll(request.Body)
	a.finish(writer, request, answer{payload: payload, err: err})
}

func (a *api) failure(writer http.ResponseWriter, request *http.Request) {
	reported, err := readFailure(request)
	if err != nil {
		a.finish(writer, request, answer{err: err})
		return
	}
	a.finish(writer, request, answer{err: reported})
}

// finish gives the answer to whoever invoked; an answer to anything but the current invocation is refused, as Lambda does.
func (a *api) finish(writer http.ResponseWriter, request *http.Request, said answer) {
	a.mutex.Lock()
	current := a.current
	known := current != nil && current.id == request.PathValue("id")
	if known {
		a.current = nil
	}
	a.mutex.Unlock()
	if !known {
		http.Error(writer, `{"errorType":"InvalidRequestID","errorMessage":"no such invocation"}`, http.StatusBadRequest)
		return
	}
	writer.WriteHeader(http.StatusAccepted)
	current.done <- said
}

func (a *api) initFailure(writer http.ResponseWriter, request *http.Request) {
	reported, err := readFailure(request)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	a.mutex.Lock()
	a.initError = reported
	a.mutex.Unlock()
	writer.WriteHeader(http.StatusAccepted)
}

func readFailure(request *http.Request) (*Failure, error) {
	var reported Failure
	if err := json.NewDecoder(request.Body).Decode(&reported); err != nil {
		return nil, fmt.Errorf("read reported error: %w", err)
	}
	return &reported, nil
}

var errEnded = errors.New("the function's process ended")

// invoke hands an event over and waits for the answer, until ctx or the process ends.
func (a *api) invoke(ctx context.Context, event []byte, ended <-chan struct{}) ([]byte, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil, errors.New("invoke: the context needs a deadline, as every invocation has one")
	}
	a.mutex.Lock()
	a.count++
	next := &invocation{id: fmt.Sprintf("00000000-0000-4000-8000-%012d", a.count), event: event, deadline: deadline, done: make(chan answer, 1)}
	a.mutex.Unlock()
	select {
	case a.queue <- next:
	case <-ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the function to poll: %w", ctx.Err())
	}
	select {
	case said := <-next.done:
		return said.payload, said.err
	case <-ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the function's answer: %w", ctx.Err())
	}
}
