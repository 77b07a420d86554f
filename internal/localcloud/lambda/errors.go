package lambda

import (
	"fmt"
	"net/http"
)

// Error is an error that the Lambda API documents.
type Error struct {
	// Code is the error's name, Status its HTTP status.
	Code    string
	Status  int
	Message string
	// Reason of a throttle, "" otherwise.
	Reason string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// The codes that callers branch on.
const (
	CodeThrottled = "TooManyRequestsException"
	CodeDenied    = "AccessDeniedException"
	CodeTooLarge  = "RequestTooLargeException"
	CodeNotFound  = "ResourceNotFoundException"
)

func invalid(format string, arguments ...any) *Error {
	return &Error{Code: "InvalidParameterValueException", Status: http.StatusBadRequest, Message: fmt.Sprintf(format, arguments...)}
}

func notFound(identifier string, options Options) *Error {
	arn := identifier
	if namePattern.MatchString(identifier) {
		arn = options.arn(identifier)
	}
	return &Error{Code: CodeNotFound, Status: http.StatusNotFound, Message: "Function not found: " + arn}
}

func throttled(reason string) *Error {
	return &Error{Code: CodeThrottled, Status: http.StatusTooManyRequests, Message: "Rate Exceeded.", Reason: reason}
}

func tooLarge(size, limit int, kind string) *Error {
	return &Error{Code: CodeTooLarge, Status: http.StatusRequestEntityTooLarge,
		Message: fmt.Sprintf("%d byte payload is too large for the %s invocation type (limit %d bytes)", size, kind, limit)}
}

// broken is a fault of this machine, not of the function.
func broken(err error) *Error {
	return &Error{Code: "ServiceException", Status: http.StatusInternalServerError, Message: err.Error()}
}
