package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

const functionsPath = "/2015-03-31/functions"

// Handler is the Lambda API (REST, 2015-03-31): Invoke, GetFunction, GetFunctionConfiguration, ListFunctions, GetPolicy.
// Signatures are accepted unread; every caller counts as an identity of the account that may do all of this.
func (s *Service) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Amzn-Requestid", uuid.NewString())
		if err := s.serve(w, r); err != nil {
			writeError(w, err)
		}
	})
}

// serve finds the operation. Names in paths may be escaped ARNs, so the path is split before it is unescaped.
func (s *Service) serve(w http.ResponseWriter, r *http.Request) error {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), functionsPath)
	if !ok {
		return unknownOperation(r)
	}
	rest = strings.Trim(rest, "/")
	if rest == "" {
		if r.Method == http.MethodGet {
			return s.list(w, r)
		}
		return unknownOperation(r)
	}
	escaped, operation, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(escaped)
	if err != nil {
		return invalid("function name %q: %v", escaped, err)
	}
	if qualifier := r.URL.Query().Get("Qualifier"); qualifier != "" && qualifier != latest {
		return notFound(name+":"+qualifier, s.options)
	}
	switch r.Method + " " + operation {
	case "POST invocations":
		return s.invokeOver(w, r, name)
	case "GET ", "GET configuration", "GET policy":
		return s.describe(w, name, operation)
	}
	return unknownOperation(r)
}

func unknownOperation(r *http.Request) error {
	return &Error{Code: "UnknownOperationException", Status: http.StatusNotFound, Message: "The local Lambda does not model " + r.Method + " " + r.URL.Path}
}

func (s *Service) invokeOver(w http.ResponseWriter, r *http.Request, name string) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maximumSynchronous+1))
	size := int64(len(body))
	if err == nil && size > maximumSynchronous {
		// Read to the end, so that the caller reads the answer instead of a broken connection.
		var rest int64
		rest, err = io.Copy(io.Discard, r.Body)
		size += rest
	}
	if err == nil && size > maximumSynchronous {
		return tooLarge(int(size), maximumSynchronous, "RequestResponse")
	}
	if err != nil {
		return &Error{Code: "InvalidRequestContentException", Status: http.StatusBadRequest, Message: "Could not read the request: " + err.Error()}
	}
	invocation := Invocation{
		Function: name, Payload: body, TraceID: r.Header.Get("X-Amzn-Trace-Id"), ClientContext: r.Header.Get("X-Amz-Client-Context"),
	}
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
		return s.invokeSynchronously(w, r, invocation)
	case "Event":
		id, err := s.InvokeAsync(invocation)
		if err != nil {
			return err
		}
		w.Header().Set("X-Amzn-Requestid", id)
		w.WriteHeader(http.StatusAccepted)
		return nil
	case "DryRun":
		if _, err := s.accept(&invocation); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	default:
		return invalid("Value '%s' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]", kind)
	}
}

func (s *Service) invokeSynchronously(w http.ResponseWriter, r *http.Request, invocation Invocation) error {
	// The request's context ends when its reader hangs up; nobody is answered then.
	result, err := s.Invoke(r.Context(), invocation)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	header := w.Header()
	header.Set("X-Amzn-Requestid", result.RequestID)
	header.Set("X-Amz-Executed-Version", latest)
	header.Set("Content-Type", "application/json")
	if result.FunctionError != "" {
		header.Set("X-Amz-Function-Error", result.FunctionError)
	}
	if r.Header.Get("X-Amz-Log-Type") == "Tail" {
		header.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(result.Log))
	}
	_, _ = w.Write(result.Payload) // a reader that hung up
	return nil
}

func (s *Service) describe(w http.ResponseWriter, name, operation string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	d, err := s.findLocked(name)
	if err != nil {
		return err
	}
	switch operation {
	case "configuration":
		return writeJSON(w, d.configuration(s.options))
	case "policy":
		policy := d.policy(s.options)
		if policy == "" {
			return &Error{Code: CodeNotFound, Status: http.StatusNotFound, Message: "The resource you requested does not exist."}
		}
		return writeJSON(w, map[string]string{"Policy": policy, "RevisionId": d.revision()})
	}
	answer := map[string]any{
		"Configuration": d.configuration(s.options),
		"Code":          map[string]string{"RepositoryType": "S3"},
		"Tags":          d.function.Tags,
	}
	if d.function.Reserved != nil {
		answer["Concurrency"] = map[string]int{"ReservedConcurrentExecutions": *d.function.Reserved}
	}
	return writeJSON(w, answer)
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	const page = 50
	query := r.URL.Query()
	limit := page
	if text := query.Get("MaxItems"); text != "" {
		given, err := strconv.Atoi(text)
		if err != nil || given < 1 || given > 10000 {
			return invalid("Value '%s' at 'maxItems' failed to satisfy constraint: Member must be between 1 and 10000", text)
		}
		limit = min(given, page)
	}
	marker := query.Get("Marker")
	answer := struct {
		Functions  []configuration
		NextMarker *string
	}{Functions: []configuration{}}
	for _, function := range s.Functions() {
		if function.Name <= marker {
			continue
		}
		if len(answer.Functions) == limit {
			next := answer.Functions[limit-1].FunctionName
			answer.NextMarker = &next
			break
		}
		s.mutex.Lock()
		if d := s.functions[function.Name]; d != nil {
			answer.Functions = append(answer.Functions, d.configuration(s.options))
		}
		s.mutex.Unlock()
	}
	return writeJSON(w, answer)
}

func writeJSON(w http.ResponseWriter, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return broken(err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(content) // a reader that hung up
	return nil
}

// writeError answers in the protocol's own form (REST JSON).
func writeError(w http.ResponseWriter, err error) {
	var known *Error
	if !errors.As(err, &known) {
		known = broken(err)
	}
	fault := "User"
	if known.Status >= http.StatusInternalServerError {
		fault = "Service"
	}
	body := map[string]string{"Type": fault, "Message": known.Message}
	if known.Reason != "" {
		body["Reason"] = known.Reason
	}
	content, marshalErr := json.Marshal(body)
	if marshalErr != nil {
		panic(marshalErr) // strings always marshal
	}
	w.Header().Set("X-Amzn-Errortype", known.Code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(known.Status)
	_, _ = w.Write(content)
}
