package lambda

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/runtimeapi"
)

// Lambda's limits of an invocation's payload, in bytes.
const (
	maximumSynchronous  = 6 * 1024 * 1024
	maximumAsynchronous = 1024 * 1024
)

// Caller is who invokes: an AWS service for one of its resources, which the function's policy must allow, or, as the
// zero value, an identity of the account itself, which may.
type Caller struct {
	// Service is a service principal: apigateway.amazonaws.com.
	Service string
	// SourceARN is the resource on whose behalf it calls.
	SourceARN string
}

// Invocation is a request to run a function.
type Invocation struct {
	// Function is its name, partial ARN or ARN.
	Function string
	// Payload is JSON; empty is {}.
	Payload []byte
	Caller  Caller
	// TraceID (X-Ray) and ClientContext (base64 JSON) are passed on; both may be empty.
	TraceID, ClientContext string
}

// Result is what an invocation came to.
type Result struct {
	RequestID string
	Payload   []byte
	// FunctionError is "Unhandled" if the function failed; Payload is the error's description then.
	FunctionError string
	// Log is the last 4 KB of the invocation's log.
	Log []byte
	// Duration of the function's own work, and of its initialisation if it was a cold start, else 0.
	Duration, InitDuration time.Duration
}

// unhandled is what Lambda says of every error of a function of an OS-only runtime.
const unhandled = "Unhandled"

// Invoke runs a function and waits for its answer. When ctx ends, Invoke returns its error and the function goes on, as
// it does when a caller of AWS hangs up. A refusal is an *Error.
func (s *Service) Invoke(ctx context.Context, invocation Invocation) (Result, error) {
	if len(invocation.Payload) > maximumSynchronous {
		return Result{}, tooLarge(len(invocation.Payload), maximumSynchronous, "RequestResponse")
	}
	d, err := s.accept(&invocation)
	if err != nil {
		return Result{}, err
	}
	return s.attempt(ctx, d, invocation, uuid.NewString())
}

// accept checks what does not depend on how busy the function is.
func (s *Service) accept(invocation *Invocation) (*deployment, error) {
	if len(invocation.Payload) == 0 {
		invocation.Payload = []byte("{}")
	}
	if !json.Valid(invocation.Payload) {
		return nil, &Error{Code: "InvalidRequestContentException", Status: 400, Message: "Could not parse request body into json: the payload is not valid JSON"}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return nil, broken(errClosed)
	}
	d, err := s.findLocked(invocation.Function)
	if err != nil {
		return nil, err
	}
	if err := d.allows(invocation.Caller, s.options); err != nil {
		return nil, err
	}
	return d, nil
}

type ending struct {
	result Result
	err    error
}

// attempt runs the function once.
func (s *Service) attempt(ctx context.Context, d *deployment, invocation Invocation, id string) (Result, error) {
	e, concurrent, err := s.admit(d)
	now := s.now()
	name := d.function.Name
	if err != nil {
		s.count(name, "Throttles", 1, now)
		return Result{RequestID: id}, err
	}
	s.count(name, "Throttles", 0, now)
	s.count(name, "ConcurrentExecutions", float64(concurrent), now)
	done := make(chan ending, 1)
	go func() {
		defer s.background.Done()
		result, err := s.run(d, e, invocation, id)
		done <- ending{result, err}
	}()
	select {
	case end := <-done:
		return end.result, end.err
	case <-ctx.Done():
		return Result{RequestID: id}, ctx.Err()
	}
}

// admit takes a place under the limits, and a warm environment if there is one. The invocation counts as work in the
// background from here on, so that Close waits for it.
func (s *Service) admit(d *deployment) (*environment, int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.closed {
		return nil, 0, broken(errClosed)
	}
	if err := s.admitLocked(d); err != nil {
		return nil, 0, err
	}
	s.background.Add(1)
	return idleEnvironmentLocked(d), s.running[d.function.Name], nil
}

// run is one invocation, in the environment e or, if it is nil, in a new one.
func (s *Service) run(d *deployment, e *environment, invocation Invocation, id string) (Result, error) {
	arn := s.options.arn(d.function.Name)
	var v verdict
	if e == nil {
		var err error
		if e, err = s.awaitTurn(d); err != nil {
			s.release(d, nil, false)
			return Result{RequestID: id}, broken(err)
		}
	}
	if e == nil {
		var err error
		var ready bool
		e, v, ready, err = s.coldStart(d, id)
		if err != nil {
			s.release(d, nil, false)
			return Result{RequestID: id}, broken(err)
		}
		if !ready {
			return s.finish(d, e, id, v), nil
		}
	}
	e.recorder.begin()
	e.recorder.start(id)
	call := &runtimeapi.Call{
		ID: id, FunctionARN: arn, TraceID: invocation.TraceID, ClientContext: invocation.ClientContext,
		Payload: invocation.Payload, Deadline: s.now().Add(d.function.Timeout),
	}
	v = e.invoke(call, d.function.Timeout)
	return s.finish(d, e, id, v), nil
}

// coldStart makes an environment. A failed initialisation is tried once more, as a part of the invocation and under its
// time limit, as Lambda does ("Lambda execution environment lifecycle"); the second failure is the invocation's.
func (s *Service) coldStart(d *deployment, id string) (*environment, verdict, bool, error) {
	phases := []struct {
		name  string
		limit time.Duration
	}{{"init", s.options.InitTimeout}, {"invoke", d.function.Timeout}}
	var e *environment
	var v verdict
	for i, phase := range phases {
		if i > 0 {
			s.retake(d)
		}
		var err error
		if e, err = s.launch(d); err != nil {
			s.giveUpTurn(d)
			return nil, verdict{}, false, err
		}
		if err := s.register(e); err != nil {
			return nil, verdict{}, false, err
		}
		began := time.Now()
		var ready bool
		v, ready = e.initialise(s.stopped, id, phase.name, phase.limit)
		if ready {
			return e, v, true, nil
		}
		v.duration = time.Since(began)
		if s.stopped.Err() != nil {
			return nil, verdict{}, false, errClosed
		}
	}
	e.recorder.start(id)
	return e, v, false, nil
}

// finish writes the report, counts, and gives the environment back before the caller knows: its next call finds it warm.
func (s *Service) finish(d *deployment, e *environment, id string, v verdict) Result {
	result := Result{RequestID: id, Payload: v.payload, Duration: v.duration, InitDuration: e.initDuration}
	e.recorder.report(id, v, e.initDuration, e.peakMemory(s.now()))
	e.initDuration = 0
	result.Log = e.recorder.end()
	failed := 0.0
	if v.status != statusSuccess {
		failed, result.FunctionError = 1, unhandled
	}
	now := s.now()
	s.count(d.function.Name, "Invocations", 1, now)
	s.count(d.function.Name, "Errors", failed, now)
	s.options.Metrics.Record(namespace, "Duration", "Milliseconds", map[string]string{"FunctionName": d.function.Name}, milliseconds(v.duration), now)
	s.release(d, e, v.reusable)
	return result
}
