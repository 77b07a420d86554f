package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// problemBase is the prefix of the API's problem types.
const problemBase = "https://paymentdr.dev/problems/"

// blankType is the type of a problem that says no more than its status (RFC 9457, section 4.2.1): an answer that did
// not come from the payment service itself but from the gateway in front of it.
const blankType = "about:blank"

// Problem is a refusal or a failure as the API told it (RFC 9457). Find it with errors.As. Branch on Type, which is
// stable, or with errors.Is on the sentinels below.
type Problem struct {
	Type   string
	Title  string
	Status int
	Detail string
	// RequestID names the request in the service's log; give it to whoever runs the service.
	RequestID string
}

// Sentinels for errors.Is. A Problem matches the one of its kind.
var (
	// ErrMismatch: the payment id was used for another amount or currency. That other payment stands, this one does not.
	ErrMismatch = errors.New("payment id was used for another payment")
	// ErrInvalid: the request is wrong and will be refused whenever it is sent.
	ErrInvalid = errors.New("request is invalid")
	// ErrUnauthorized: the token is missing, expired or not accepted.
	ErrUnauthorized = errors.New("not authorized")
	// ErrForbidden: the token is valid and does not allow this.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: no payment is recorded under this id.
	ErrNotFound = errors.New("no such payment")
	// ErrThrottled: there are too many requests.
	ErrThrottled = errors.New("throttled")
	// ErrUnavailable: the service could not take the request.
	ErrUnavailable = errors.New("service unavailable")
)

// Error is the problem as one line.
func (p *Problem) Error() string {
	text := fmt.Sprintf("%d %s", p.Status, p.Title)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if p.RequestID != "" {
		text += " (request " + p.RequestID + ")"
	}
	return text
}

// Is tells whether target is the sentinel of this kind of problem.
func (p *Problem) Is(target error) bool {
	switch target {
	case ErrMismatch:
		return p.Status == http.StatusUnprocessableEntity
	case ErrInvalid:
		return p.Status == http.StatusBadRequest || p.Status == http.StatusMethodNotAllowed ||
			p.Status == http.StatusRequestEntityTooLarge || p.Status == http.StatusUnsupportedMediaType
	case ErrUnauthorized:
		return p.Status == http.StatusUnauthorized
	case ErrForbidden:
		return p.Status == http.StatusForbidden
	case ErrNotFound:
		// A 404 of the gateway says that the path is wrong, and nothing about a payment.
		return p.Status == http.StatusNotFound && p.Type == problemBase+"payment-not-found"
	case ErrThrottled:
		return p.Status == http.StatusTooManyRequests
	case ErrUnavailable:
		return p.Status >= http.StatusInternalServerError
	}
	return false
}

// maxDetail bounds what is kept of a foreign text, in bytes.
const maxDetail = 300

// parseProblem reads an answer that is not a success. Whatever the body is, the status stands.
func parseProblem(got answer) *Problem {
	problem := &Problem{Type: blankType, Title: http.StatusText(got.status), Status: got.status, RequestID: got.requestID}
	var body struct {
		Type, Title, Detail, RequestID string
		Message                        string // API Gateway's own answers
	}
	if !isJSON(got.contentType) || json.Unmarshal(got.body, &body) != nil {
		return problem
	}
	if body.Type != "" {
		problem.Type = clip(body.Type)
	}
	if body.Title != "" {
		problem.Title = clip(body.Title)
	}
	if problem.Detail = clip(body.Detail); problem.Detail == "" {
		problem.Detail = clip(body.Message)
	}
	if body.RequestID != "" {
		problem.RequestID = clip(body.RequestID)
	}
	return problem
}

func clip(text string) string {
	if len(text) > maxDetail {
		text = text[:maxDetail] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
