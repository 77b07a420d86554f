package sns

import (
	"net/http"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsquery"
)

// Error is an error that the SNS API documents.
type Error = awsquery.Error

// The codes that callers branch on.
const (
	CodeNotFound = "NotFound"
	CodeInvalid  = "InvalidParameter"
	CodeDenied   = "AuthorizationError"
)

func invalid(format string, arguments ...any) *Error {
	return awsquery.Refuse(http.StatusBadRequest, CodeInvalid, "Invalid parameter: "+format, arguments...)
}

func noTopic() *Error {
	return awsquery.Refuse(http.StatusNotFound, CodeNotFound, "Topic does not exist")
}

func noSubscription() *Error {
	return awsquery.Refuse(http.StatusNotFound, CodeNotFound, "Subscription does not exist")
}
