// Package awserror is the error of an AWS API: what a service's documentation names, whatever protocol carries it.
package awserror

import (
	"fmt"
	"net/http"
)

// Error is an error that a service's API documents.
type Error struct {
	Code    string // its name
	Status  int    // of HTTP
	Message string
}

// Error names code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse is an Error of the caller's doing, status 400.
func Refuse(code, format string, arguments ...any) *Error {
	return With(http.StatusBadRequest, code, format, arguments...)
}

// With is an Error with a status.
func With(status int, code, format string, arguments ...any) *Error {
	return &Error{Code: code, Status: status, Message: fmt.Sprintf(format, arguments...)}
}
