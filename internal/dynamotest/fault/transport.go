package fault

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
)

// Transport carries requests on to Base, except those that Plan makes fail. It is safe for concurrent use.
type Transport struct {
	Base http.RoundTripper
	Plan Plan

	mutex   sync.Mutex
	history []Given
}

// Given is one request and the fault it got.
type Given struct {
	Operation string
	Kind      Kind
}

// Wrap puts a failing transport around another, for dynamotest.Client.
func Wrap(plan Plan) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper { return &Transport{Base: base, Plan: plan} }
}

// History is every request so far with its fault, in order.
func (t *Transport) History() []Given {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return append([]Given(nil), t.history...)
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
	kind := t.Plan.Next(operation)
	t.mutex.Lock()
	t.history = append(t.history, Given{Operation: operation, Kind: kind})
	t.mutex.Unlock()
	if kind == None {
		return t.Base.RoundTrip(request)
	}
	if kind.CarriedOut() {
		if err := t.carryOut(request); err != nil {
			return nil, err
		}
	} else if request.Body != nil {
		// A transport must close the body also when it fails.
		defer request.Body.Close()
	}
	return answer(request, kind)
}

// carryOut lets the server do its work and throws its answer away.
func (t *Transport) carryOut(request *http.Request) error {
	response, err := t.Base.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("read answer to be lost: %w", err)
	}
	return nil
}

// answer is what the client sees of a fault.
func answer(request *http.Request, kind Kind) (*http.Response, error) {
	switch kind {
	case ResetBefore, ResetAfter:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case ServerErrorBefore, ServerErrorAfter:
		return problem(request, http.StatusInternalServerError, "InternalServerError"), nil
	case Throttle:
		return problem(request, http.StatusBadRequest, "ThrottlingException"), nil
	case ProvisionedThrottle:
		return problem(request, http.StatusBadRequest, "ProvisionedThroughputExceededException"), nil
	case Conflict:
		return problem(request, http.StatusBadRequest, "ReplicatedWriteConflictException"), nil
	case Unavailable:
		return problem(request, http.StatusServiceUnavailable, "ServiceUnavailable"), nil
	case Denied:
		return problem(request, http.StatusBadRequest, "AccessDeniedException"), nil
	case Hang:
		<-request.Context().Done()
		return nil, request.Context().Err()
	}
	return nil, timeout{}
}

// problem is an error in DynamoDB's wire format.
func problem(request *http.Request, status int, name string) *http.Response {
	body := fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"injected by the test"}`, name)
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amzn-Requestid": {"injected"}},
		Body:    io.NopCloser(strings.NewReader(body)),
		Request: request,
	}
}

// timeout is what a transport reports when the other side is silent.
type timeout struct{}

func (timeout) Error() string   { return "injected timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }
