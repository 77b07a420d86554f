// Package fault is the errors that DynamoDB answers, with their names, HTTP statuses and texts.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/expression"
)

// The name spaces of error types.
const (
	service  = "com.amazonaws.dynamodb.v20120810#"
	coral    = "com.amazon.coral.service#"
	validate = "com.amazon.coral.validate#"
)

// Error is an answer that is an error.
type Error struct {
	// Type is the full name, as in com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException.
	Type    string
	Message string
	// Status is the HTTP status.
	Status int
	// Item is the item of a failed condition, when it was asked for.
	Item attribute.Item
}

func (e *Error) Error() string { return e.Type[strings.IndexByte(e.Type, '#')+1:] + ": " + e.Message }

func refuse(kind, format string, arguments []any) *Error {
	return &Error{Type: kind, Message: fmt.Sprintf(format, arguments...), Status: http.StatusBadRequest}
}

// Validation is a ValidationException.
func Validation(format string, arguments ...any) *Error {
	return refuse(validate+"ValidationException", format, arguments)
}

// Parameter is a ValidationException about a parameter's value.
func Parameter(format string, arguments ...any) *Error {
	return Validation("One or more parameter values were invalid: "+format, arguments...)
}

// NotModelled is the answer to what DynamoDB has and this endpoint has not.
func NotModelled(what string) *Error {
	return Validation("%s is not modelled by the local DynamoDB endpoint; see its README", what)
}

// Named is an exception of the service with HTTP status 400.
func Named(name, format string, arguments ...any) *Error {
	return refuse(service+name, format, arguments)
}

// Protocol is an exception of the protocol below the service, with HTTP status 400.
func Protocol(name, format string, arguments ...any) *Error {
	return refuse(coral+name, format, arguments)
}

// TableNotFound is ResourceNotFoundException in the words of operations on tables.
func TableNotFound(table string) *Error {
	return Named("ResourceNotFoundException", "Requested resource not found: Table: %s not found", table)
}

// NotFound is ResourceNotFoundException in the words of operations on items.
func NotFound() *Error { return Named("ResourceNotFoundException", "Requested resource not found") }

// ConditionFailed is the condition of a write that does not hold; item may be nil.
func ConditionFailed(item attribute.Item) *Error {
	err := Named("ConditionalCheckFailedException", "The conditional request failed")
	err.Item = item
	return err
}

// Conflict is an item that another Region is writing at this moment; nothing was written and a retry may succeed.
func Conflict() *Error {
	return Named("ReplicatedWriteConflictException", "One or more items in this request are being modified by a request in another Region.")
}

// Internal is InternalServerError: whether a write took effect is open.
func Internal() *Error {
	return &Error{Type: service + "InternalServerError", Message: "The request could not be completed because of an internal error", Status: http.StatusInternalServerError}
}

// Of is the answer for an error of decoding or of an expression; ok is false for any other error.
func Of(err error) (answer *Error, ok bool) {
	var refused *expression.Error
	var value attribute.ValidationError
	var shape attribute.SerializationError
	switch {
	case errors.As(err, &answer):
		return answer, true
	case errors.As(err, &refused):
		return Validation("%s", refused.Message), true
	case errors.As(err, &value):
		return Validation("%s", value.Message), true
	case errors.As(err, &shape):
		return Protocol("SerializationException", "%s", shape.Message), true
	}
	return nil, false
}

// Constraints collects the violations of one request's simple constraints.
type Constraints struct{ violations []string }

// Require notes a violation unless ok: value is as the message shows it ('x' in quotes, or null).
func (c *Constraints) Require(ok bool, value, member, constraint string) {
	if !ok {
		c.violations = append(c.violations, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, member, constraint))
	}
}

// Present notes a member that must not be null.
func (c *Constraints) Present(ok bool, member string) {
	c.Require(ok, "null", member, "Member must not be null")
}

// OneOf notes a value that is not in the enumeration; an empty value is no value.
func (c *Constraints) OneOf(value, member string, enumeration ...string) {
	for _, one := range append(enumeration, "") {
		if value == one {
			return
		}
	}
	c.Require(false, "'"+value+"'", member, "Member must satisfy enum value set: ["+strings.Join(enumeration, ", ")+"]")
}

// Err is nil, or a ValidationException with all violations.
func (c *Constraints) Err() error {
	count := len(c.violations)
	if count == 0 {
		return nil
	}
	plural := "s"
	if count == 1 {
		plural = ""
	}
	return Validation("%d validation error%s detected: %s", count, plural, strings.Join(c.violations, "; "))
}
