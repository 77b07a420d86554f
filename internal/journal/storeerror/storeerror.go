// Package storeerror says what an error of a DynamoDB call means for the caller: what it did, and what to do.
//
// The rules are AWS's (DynamoDB developer guide, "Error handling with DynamoDB"): a failed condition is final,
// throttles and ReplicatedWriteConflictException wrote nothing and may be retried, and a 5xx, a timeout or a broken
// connection leaves open whether a write took effect.
package storeerror

import (
	"errors"
	"net"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// Class is what an error means.
type Class int

// The classes, from "it worked" to "a retry will not help".
const (
	// OK is no error.
	OK Class = iota
	// ConditionFailed: the condition of the write did not hold; nothing was written.
	ConditionFailed
	// Busy: nothing was written, the same call may succeed in a moment.
	Busy
	// Ambiguous: a write may have taken effect, or may yet do so. A read failed, and may be repeated.
	Ambiguous
	// Permanent: refused for a reason that stays: a missing table or permission, or a request that is wrong.
	Permanent
)

// codes are the error codes that do not follow from the HTTP status.
var codes = map[string]Class{
	"ConditionalCheckFailedException":        ConditionFailed,
	"ReplicatedWriteConflictException":       Busy,
	"ThrottlingException":                    Busy,
	"Throttling":                             Busy,
	"ProvisionedThroughputExceededException": Busy,
	"RequestLimitExceeded":                   Busy,
	"TooManyRequestsException":               Busy,
	"SlowDown":                               Busy,
}

// Classify judges the error of one call.
func Classify(err error) Class {
	if err == nil {
		return OK
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		if class, ok := codes[api.ErrorCode()]; ok {
			return class
		}
	}
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() >= 400 && response.HTTPStatusCode() < 500 {
		return Permanent
	}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "dial" {
		// No connection, so no request.
		return Busy
	}
	return Ambiguous
}
