package awsquery

import (
	"fmt"
	"net/http"
)

// Error is an error that the service's API documents.
type Error struct {
	Code    string // the error's name
	Status  int    // of HTTP
	Message string
}

// Error names code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse is an Error of the caller's doing.
func Refuse(status int, code, format string, arguments ...any) *Error {
	return &Error{Code: code, Status: status, Message: fmt.Sprintf(format, arguments...)}
}

// internal is what a fault of this machine is answered with.
func internal() *Error {
	return Refuse(http.StatusInternalServerError, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
}
