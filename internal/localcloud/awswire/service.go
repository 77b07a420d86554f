package awswire

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// maximumBody is the longest request that is read, also after decompression, in bytes.
const maximumBody = 4 << 20

// Service is one service's endpoint. Name and Operations are needed.
type Service struct {
	// Name stands in X-Amz-Target and in the paths of RPC v2, as in GraniteServiceVersion20100801.
	Name string
	// Version and Namespace of the query protocol; a service without Version does not speak it.
	Version, Namespace string
	Operations         map[string]Operation
	// Logger gets the errors that are no Fault; nil is slog.Default().
	Logger *slog.Logger
}

// Operation answers one kind of request; decode fills the input, a pointer to a struct.
type Operation func(ctx context.Context, decode func(input any) error) (output any, err error)

// Typed is an operation with an input of its own type.
func Typed[Input, Output any](operation func(context.Context, Input) (Output, error)) Operation {
	return func(ctx context.Context, decode func(any) error) (any, error) {
		var input Input
		if err := decode(&input); err != nil {
			return nil, err
		}
		return operation(ctx, input)
	}
}

// call is a request as its protocol understood it.
type call struct {
	operation string
	decode    func(any) error
	protocol  protocol
}

// protocol writes answers.
type protocol interface {
	answer(operation, requestID string, output any) (contentType string, body []byte, err error)
	refuse(header http.Header, requestID string, fault *Fault) (contentType string, body []byte)
	// unknown is the fault for an operation that does not exist.
	unknown(operation string) *Fault
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", requestID)
	request, err := s.read(w, r)
	if err != nil {
		s.refuse(w, request.protocol, requestID, request.operation, err)
		return
	}
	operation, known := s.Operations[request.operation]
	if !known {
		s.refuse(w, request.protocol, requestID, request.operation, request.protocol.unknown(request.operation))
		return
	}
	output, err := operation(r.Context(), request.decode)
	if err != nil {
		s.refuse(w, request.protocol, requestID, request.operation, err)
		return
	}
	contentType, body, err := request.protocol.answer(request.operation, requestID, output)
	if err != nil {
		s.refuse(w, request.protocol, requestID, request.operation, fmt.Errorf("encode answer: %w", err))
		return
	}
	send(w, http.StatusOK, contentType, body)
}

// read finds the protocol; it is set even when the request is at fault.
func (s *Service) read(w http.ResponseWriter, r *http.Request) (call, error) {
	target := r.Header.Get("X-Amz-Target")
	var request call
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		request.protocol = cborProtocol{}
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		rest, ok := strings.CutPrefix(r.URL.Path, "/service/"+s.Name+"/operation/")
		if !ok {
			return request, request.protocol.unknown(r.URL.Path)
		}
		request.operation = rest
	case target != "" || s.Version == "":
		version := "1.1"
		if strings.HasSuffix(r.Header.Get("Content-Type"), "json-1.0") {
			version = "1.0"
		}
		request.protocol = jsonProtocol{version: version, compatible: s.Version != ""}
		rest, ok := strings.CutPrefix(target, s.Name+".")
		if !ok {
			return request, request.protocol.unknown(target)
		}
		request.operation = rest
	default:
		request.protocol = queryProtocol{namespace: s.Namespace}
	}
	body, err := readBody(w, r)
	if err != nil {
		return request, Invalid("SerializationException", "read request: %v", err)
	}
	switch p := request.protocol.(type) {
	case cborProtocol:
		request.decode = func(input any) error { return p.decode(body, input) }
	case jsonProtocol:
		request.decode = func(input any) error { return p.decode(body, input) }
	case queryProtocol:
		return s.readQuery(request, r, body)
	}
	return request, nil
}

func (s *Service) readQuery(request call, r *http.Request, body []byte) (call, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return request, Invalid("MalformedQueryString", "%v", err)
	}
	for name, values := range r.URL.Query() {
		form[name] = values
	}
	request.operation = form.Get("Action")
	if version := form.Get("Version"); version != s.Version {
		return request, Invalid("InvalidAction", "Could not find operation %s for version %s", request.operation, version)
	}
	request.decode = func(input any) error { return decodeForm(form, input) }
	return request, nil
}

// readBody reads a request that may be compressed, as SDKs do with large ones.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, r.Body, maximumBody)
	if r.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(limited)
	}
	unpacked, err := gzip.NewReader(limited)
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(unpacked, maximumBody+1))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	if len(body) > maximumBody {
		return nil, fmt.Errorf("decompress: more than %d bytes", maximumBody)
	}
	return body, nil
}

func (s *Service) refuse(w http.ResponseWriter, p protocol, requestID, operation string, err error) {
	var fault *Fault
	if !errors.As(err, &fault) {
		logger := s.Logger
		if logger == nil {
			logger = slog.Default()
		}
		logger.Error("serve request", "service", s.Name, "operation", operation, "request", requestID, "error", err)
		fault = &Fault{Name: "InternalServiceFault", Code: "InternalServiceError", Status: http.StatusInternalServerError,
			Message: "The local cloud failed: " + err.Error()}
	}
	contentType, body := p.refuse(w.Header(), requestID, fault)
	send(w, fault.status(), contentType, body)
}

func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader that hung up
}
