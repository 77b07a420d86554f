package awsjson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

const (
	contentType = "application/x-amz-json-1.1"
	// maximumBody is larger than any request that the services here allow.
	maximumBody = 4 << 20
)

// Operation answers one kind of request with what becomes the JSON of the answer; nil is an empty object.
type Operation func(ctx context.Context, body []byte) (any, error)

// Typed is an operation that takes its input decoded.
func Typed[Input any](operation func(context.Context, *Input) (any, error)) Operation {
	return func(ctx context.Context, body []byte) (any, error) {
		input := new(Input)
		if err := json.Unmarshal(body, input); err != nil {
			return nil, undecodable(err)
		}
		return operation(ctx, input)
	}
}

func undecodable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return awserror.Refuse("SerializationException", "%s can not be converted to %s at %s", strings.ToUpper(wrong.Value), wrong.Type, wrong.Field)
	}
	return awserror.Refuse("SerializationException", "Unable to parse the request: %s", err)
}

// Handler serves the operations of one Region's endpoint.
type Handler struct {
	Service    string // for people: "Secrets Manager"
	Target     string // what stands before the operation's name in X-Amz-Target: "secretsmanager."
	Operations map[string]Operation
	// MessageField is how the service spells the field of an error's message; "" is "message".
	MessageField string
	Logger       *slog.Logger
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	id := uuid.NewString()
	answer, err := h.answer(writer, request)
	status := http.StatusOK
	if err != nil {
		var known *awserror.Error
		if !errors.As(err, &known) {
			h.Logger.Error("serve "+h.Service, "target", request.Header.Get("X-Amz-Target"), "request", id, "error", err)
			known = &awserror.Error{Code: "InternalServiceError", Status: http.StatusInternalServerError, Message: "An error occurred on the server side."}
		}
		status, answer = known.Status, h.failure(known)
	}
	if answer == nil {
		answer = struct{}{}
	}
	body, err := json.Marshal(answer)
	if err != nil { // our own types; only a programming error gets here
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	writer.Header().Set("Content-Type", contentType)
	writer.Header().Set("X-Amzn-Requestid", id)
	writer.WriteHeader(status)
	_, _ = writer.Write(body) // a client that is gone cannot be told more
}

func (h *Handler) failure(known *awserror.Error) map[string]string {
	field := h.MessageField
	if field == "" {
		field = "message"
	}
	return map[string]string{"__type": known.Code, field: known.Message}
}

func (h *Handler) answer(writer http.ResponseWriter, request *http.Request) (any, error) {
	name, ok := strings.CutPrefix(request.Header.Get("X-Amz-Target"), h.Target)
	operation, known := h.Operations[name]
	if !ok || !known || request.Method != http.MethodPost {
		return nil, awserror.Refuse("UnknownOperationException", "The local %s does not model %s", h.Service, operationName(name, request))
	}
	body, err := io.ReadAll(http.MaxBytesReader(writer, request.Body, maximumBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &awserror.Error{Code: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("The request is larger than %d bytes", maximumBody)}
	case err != nil:
		return nil, awserror.Refuse("SerializationException", "Unable to read the request: %s", err)
	}
	return operation(request.Context(), body)
}

func operationName(name string, request *http.Request) string {
	if name == "" {
		return request.Method + " " + request.URL.Path
	}
	return name
}
