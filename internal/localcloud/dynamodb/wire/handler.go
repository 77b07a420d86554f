package wire

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

const (
	target      = "DynamoDB_20120810."
	contentType = "application/x-amz-json-1.0"
	// maxBody is DynamoDB's limit of a request.
	maxBody = 16 << 20
)

// Operation answers one kind of request with what becomes the JSON of the answer.
type Operation func(ctx context.Context, body []byte) (any, error)

// Typed is an operation that takes its input decoded.
func Typed[Input any](operation func(context.Context, *Input) (any, error)) Operation {
	return func(ctx context.Context, body []byte) (any, error) {
		input := new(Input)
		if err := json.Unmarshal(body, input); err != nil {
			return nil, decodingError(err)
		}
		return operation(ctx, input)
	}
}

func decodingError(err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		return fault.Protocol("SerializationException", "%s can not be converted to %s", strings.ToUpper(wrongType.Value), wrongType.Type)
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.Protocol("SerializationException", "Unable to parse the request: %s", err)
	}
	return err
}

// Handler serves the operations of one Region's endpoint.
type Handler struct {
	Region     string
	Operations map[string]Operation
	// Authorize refuses callers, with an error of package fault; nil admits all.
	Authorize func(ctx context.Context, caller Caller, operation string, body []byte) error
	Logger    *slog.Logger
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	requestID := strings.ToUpper(rand.Text() + rand.Text())
	if request.Method == http.MethodGet && request.Header.Get("X-Amz-Target") == "" {
		// What the service answers to load balancers and people.
		response.Header().Set("x-amzn-RequestId", requestID)
		fmt.Fprintf(response, "healthy: dynamodb.%s.amazonaws.com ", h.Region)
		return
	}
	answer, err := h.answer(request)
	status := http.StatusOK
	if err != nil {
		status, answer = h.refuse(request, requestID, err)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		h.Logger.Error("encode answer", "request", requestID, "error", err)
		status, body = http.StatusInternalServerError, []byte(`{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}`)
	}
	header := response.Header()
	header.Set("Content-Type", contentType)
	header.Set("x-amzn-RequestId", requestID)
	header.Set("x-amz-crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Server", "Server")
	response.WriteHeader(status)
	// An error here is the caller's connection: nobody is left to be told.
	_, _ = response.Write(body)
}

func (h *Handler) answer(request *http.Request) (any, error) {
	name, ok := strings.CutPrefix(request.Header.Get("X-Amz-Target"), target)
	operation, known := h.Operations[name]
	if !ok || !known || request.Method != http.MethodPost {
		return nil, fault.Protocol("UnknownOperationException", "")
	}
	caller, err := readCaller(request, h.Region)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, fault.Protocol("SerializationException", "Unable to read the request")
	case len(body) > maxBody:
		return nil, &fault.Error{Type: "com.amazon.coral.service#RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge}
	case len(body) == 0:
		return nil, fault.Protocol("SerializationException", "")
	}
	ctx := context.WithValue(request.Context(), callerKey{}, caller)
	if h.Authorize != nil {
		if err := h.Authorize(ctx, caller, name, body); err != nil {
			return nil, err
		}
	}
	return operation(ctx, body)
}

// failure is the body of an error. The service spells the message's name in two ways; SDKs read both.
type failure struct {
	Type    string         `json:"__type"`
	Message string         `json:"message,omitempty"`
	Item    attribute.Item `json:"Item,omitempty"`
}

func (h *Handler) refuse(request *http.Request, requestID string, err error) (status int, body failure) {
	answer, ok := fault.Of(err)
	if !ok {
		answer = fault.Internal()
		if errors.Is(err, store.ErrConflict) {
			answer = fault.Conflict()
		} else if !store.IsUnavailable(err) {
			h.Logger.Error("serve DynamoDB request", "target", request.Header.Get("X-Amz-Target"), "request", requestID, "error", err)
		}
	}
	return answer.Status, failure{answer.Type, answer.Message, answer.Item}
}
