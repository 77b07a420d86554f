package awsjson

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

// Refuse is an Error of the caller's doing, status 400.
func Refuse(code, format string, arguments ...any) *Error {
	return &Error{Code: code, Status: http.StatusBadRequest, Message: fmt.Sprintf(format, arguments...)}
}

// Constraint is the error that services answer when a member of the request breaks the API's model.
func Constraint(value any, member, rule string) *Error {
	text := "null"
	if value != nil {
		text = fmt.Sprintf("'%v'", value)
	}
	return Refuse("ValidationException", "1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", text, member, rule)
}
