package sns

import (
	"net/http"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

// Error is an error that the SNS API documents.
type Error = awserror.Error

// The codes that callers branch on.
const (
	CodeNotFound = "NotFound"
	CodeInvalid  = "InvalidParameter"
	CodeDenied   = "AuthorizationError"
)

func invalid(format string, arguments ...any) *Error {
	return awserror.Refuse(CodeInvalid, "Invalid parameter: "+format, arguments...)
}

func noTopic() *Error {
	return awserror.With(http.StatusNotFound, CodeNotFound, "Topic does not exist")
}

func noSubscription() *Error {
	return awserror.With(http.StatusNotFound, CodeNotFound, "Subscription does not exist")
}
