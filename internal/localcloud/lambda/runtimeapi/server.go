// Package runtimeapi is the Lambda runtime API 2018-06-01 of one execution environment: the HTTP server that a function's
// process polls for its next invocation and answers to.
//
// It hands out one invocation at a time. An invocation is finished when the process asks for the next one, as in AWS
// Lambda ("Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide). Not modelled: response
// streaming (a streamed response is read whole), the extensions API and the telemetry API (404).
package runtimeapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// MaximumResponse is Lambda's limit of an answer, in bytes: 6 MB and what its envelope may take.
const MaximumResponse = 6*1024*1024 + 100

const version = "/2018-06-01/runtime/"

// Call is one invocation on its way through the process.
type Call struct {
	ID, FunctionARN, TraceID, ClientContext string
	Payload                                 []byte
	Deadline                                time.Time

	outcome  *Outcome      // set once by the process's answer
	finished chan struct{} // closed when the process asks for the next invocation
}

// Outcome is what the process answered.
type Outcome struct {
	Payload []byte
	// Failed tells that the process reported an error; Payload is its description then.
	Failed bool
}

// Server is the API of one process. Its methods are safe for concurrent use.
type Server struct {
	listener net.Listener
	http     *http.Server
	serving  chan struct{}

	ready     chan struct{} // closed when the process asks for its first invocation
	readyOnce sync.Once
	work      chan *Call
	closed    chan struct{}
	closeOnce sync.Once

	mutex     sync.Mutex
	current   *Call
	initError []byte
}

// Start listens on a free loopback port.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for runtime: %w", err)
	}
	s := &Server{
		listener: listener, serving: make(chan struct{}), ready: make(chan struct{}), work: make(chan *Call), closed: make(chan struct{}),
	}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() {
		defer close(s.serving)
		_ = s.http.Serve(listener) // ErrServerClosed, by Close
	}()
	return s, nil
}

// Address is host:port, the value of AWS_LAMBDA_RUNTIME_API.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Ready is closed when the process has initialised itself and asks for its first invocation.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// InitError is what the process said about a failed initialisation, nil if nothing.
func (s *Server) InitError() []byte {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.initError
}

// Close ends the API and every open connection. It is safe twice.
func (s *Server) Close() {
	s.closeOnce.Do(func() { close(s.closed) })
	_ = s.http.Close() // the listener's error says nothing anybody could act on
	<-s.serving
}

// Offer gives the process its next invocation, and returns once it took it.
func (s *Server) Offer(ctx context.Context, call *Call) error {
	call.finished = make(chan struct{})
	select {
	case s.work <- call:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return net.ErrClosed
	}
}

// Finished is closed when the process has answered the call and asks for the next one.
func (c *Call) Finished() <-chan struct{} { return c.finished }

// Outcome is the process's answer, nil if there is none (yet).
func (s *Server) Outcome(call *Call) *Outcome {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return call.outcome
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+version+"invocation/next", s.next)
	mux.HandleFunc("POST "+version+"invocation/{id}/response", s.response)
	mux.HandleFunc("POST "+version+"invocation/{id}/error", s.failure)
	mux.HandleFunc("POST "+version+"init/error", s.initFailure)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNotFound, "NotFound", "the local runtime API has no "+r.Method+" "+r.URL.Path)
	})
	return mux
}

func (s *Server) next(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	if s.current != nil {
		close(s.current.finished)
		s.current = nil
	}
	s.mutex.Unlock()
	s.readyOnce.Do(func() { close(s.ready) })
	var call *Call
	select {
	case call = <-s.work:
	case <-r.Context().Done():
		return // the process ended
	case <-s.closed:
		return
	}
	s.mutex.Lock()
	s.current = call
	s.mutex.Unlock()
	header := w.Header()
	header.Set("Lambda-Runtime-Aws-Request-Id", call.ID)
	header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(call.Deadline.UnixMilli(), 10))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", call.FunctionARN)
	if call.TraceID != "" {
		header.Set("Lambda-Runtime-Trace-Id", call.TraceID)
	}
	if call.ClientContext != "" {
		header.Set("Lambda-Runtime-Client-Context", call.ClientContext)
	}
	header.Set("Content-Type", "application/json")
	_, _ = w.Write(call.Payload) // a process that ended meanwhile is noticed by its exit
}

func (s *Server) response(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, MaximumResponse+1))
	if err == nil && len(body) > MaximumResponse {
		// Read to the end, so that the process reads the answer instead of a broken connection.
		_, err = io.Copy(io.Discard, r.Body)
	}
	switch {
	case err != nil:
		answer(w, http.StatusBadRequest, "InvalidRequest", "read response: "+err.Error())
	case len(body) > MaximumResponse:
		failed := describe("Function.ResponseSizeTooLarge", fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", MaximumResponse))
		s.settle(w, r, http.StatusRequestEntityTooLarge, Outcome{Payload: failed, Failed: true})
	default:
		s.settle(w, r, http.StatusAccepted, Outcome{Payload: body})
	}
}

func (s *Server) failure(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaximumResponse))
	if err != nil {
		answer(w, http.StatusBadRequest, "InvalidRequest", "read error: "+err.Error())
		return
	}
	s.settle(w, r, http.StatusAccepted, Outcome{Payload: body, Failed: true})
}

func (s *Server) initFailure(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaximumResponse))
	if err != nil {
		answer(w, http.StatusBadRequest, "InvalidRequest", "read error: "+err.Error())
		return
	}
	s.mutex.Lock()
	s.initError = body
	s.mutex.Unlock()
	answer(w, http.StatusAccepted, "", "")
}

// settle records the first answer to the current call; a second one, or one to another call, is refused.
func (s *Server) settle(w http.ResponseWriter, r *http.Request, status int, outcome Outcome) {
	s.mutex.Lock()
	id := r.PathValue("id")
	known := s.current != nil && s.current.ID == id && s.current.outcome == nil
	if known {
		s.current.outcome = &outcome
	}
	s.mutex.Unlock()
	if !known {
		answer(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	if status == http.StatusRequestEntityTooLarge {
		answer(w, status, "RequestEntityTooLarge", "Exceeded maximum allowed payload size ("+strconv.Itoa(MaximumResponse)+" bytes).")
		return
	}
	answer(w, status, "", "")
}

func answer(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body := []byte(`{"status":"OK"}`)
	if kind != "" {
		body = describe(kind, message)
	}
	_, _ = w.Write(append(body, '\n'))
}

func describe(kind, message string) []byte {
	body, err := json.Marshal(map[string]string{"errorMessage": message, "errorType": kind})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return body
}
