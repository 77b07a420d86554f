// Package httpapi is the payment API without a transport: POST /payments, GET /payments/{id}, GET /health.
//
// Handle answers a Request; Handler serves it over net/http, and Lambda answers API Gateway's payload 2.0 and the
// original system's bare event. Answers that are the caller's fault are problems (RFC 9457) and never a 500.
//
// Technical failures, in Lambda: where nothing durable is known the answer is 503 with Retry-After, so that a client
// sends the payment again or asks the other Region; the metric PaymentsUnavailable counts these and an alarm watches it.
// What no retry mends (a corrupt record, a ledger that contradicts the journal) and panics are returned as the
// function's error: Lambda's Errors metric counts them, and API Gateway answers 500. The bare event has no client that
// reads 503, so there every technical failure is the function's error, and Lambda retries an asynchronous invocation.
package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/paymentdr/paymentdr/internal/payment"
)

// Header names of answers.
const (
	HeaderRegion    = "X-Region"            // the Region that answered
	HeaderRequestID = "X-Request-Id"        // names the request in the service's log
	HeaderReplayed  = "Idempotent-Replayed" // "true": the payment was completed before this request
	headerKey       = "Idempotency-Key"     // of requests: must agree with paymentId
	contentJSON     = "application/json"    // of every answer that is not a problem
	pathPayments    = "/payments"           // collection
	pathHealth      = "/health"             // deep health
	noStore         = "no-store"            // answers are about money and about now
	retrySeconds    = "1"                   // payment.RetryAfter
	allowPost       = http.MethodPost       // of /payments
	allowGet        = http.MethodGet        // of everything else
	headerAllow     = "Allow"               // of 405
	headerCache     = "Cache-Control"       // of every answer
	headerType      = "Content-Type"        // of every answer
	headerRetry     = "Retry-After"         // of 503
	headerLocation  = "Location"            // of 202: where to look later
)

// Payments is the part of payment.Processor that the API uses.
type Payments interface {
	Pay(ctx context.Context, asked payment.Payment) (payment.Result, error)
	Find(ctx context.Context, paymentID string) (payment.Record, error)
	Reject(ctx context.Context, refused error)
}

// HealthReporter is the part of payment.Monitor that the API uses.
type HealthReporter interface {
	Health(ctx context.Context) payment.HealthReport
}

// API answers requests. All fields are required.
type API struct {
	Payments Payments
	Health   HealthReporter
	Region   string
}

// Request is an HTTP request without its transport.
type Request struct {
	Method string
	// Path is decoded and has no query.
	Path string
	// ContentType and IdempotencyKey are headers; IdempotencyKeys counts how often the latter was sent.
	ContentType     string
	IdempotencyKey  string
	IdempotencyKeys int
	Body            []byte
	// RequestID names the request; it is put into the answer.
	RequestID string
}

// Response is an HTTP response without its transport. Each header has one value.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte
}

// paid is the body of an answer about a payment. Amount is a string, so that no reader takes it for a float.
type paid struct {
	PaymentID     string `json:"paymentId"`
	Amount        string `json:"amount"`
	Currency      string `json:"currency"`
	Status        string `json:"status"`
	Region        string `json:"region"`
	TransactionID string `json:"transactionId"`
}

// statusWord is the original's word for a completed payment, ours for one that is not yet in the ledger.
func statusWord(status payment.Status) string {
	if status == payment.StatusCompleted {
		return "success"
	}
	return string(status)
}

// Handle answers a request. The error is a technical failure that has no answer of its own (see the package comment).
func (a *API) Handle(ctx context.Context, request Request) (Response, error) {
	response, err := a.route(ctx, request)
	if err != nil {
		if response, err = a.refuse(err, request.RequestID); err != nil {
			return Response{}, fmt.Errorf("answer %s %s, request %s: %w", request.Method, request.Path, request.RequestID, err)
		}
	}
	return a.finish(response, request.RequestID), nil
}

// refuse turns a problem into its answer; other errors stay errors.
func (a *API) refuse(err error, requestID string) (Response, error) {
	var problem *payment.Problem
	if !errors.As(err, &problem) {
		return Response{}, err
	}
	answer := *problem
	answer.RequestID = requestID
	response, encodeErr := respond(answer.Status, answer)
	if encodeErr != nil {
		return Response{}, encodeErr
	}
	response.Header[headerType] = payment.ProblemContentType
	if answer.Status == http.StatusServiceUnavailable {
		response.Header[headerRetry] = retrySeconds
	}
	var allowed *methodError
	if errors.As(err, &allowed) {
		response.Header[headerAllow] = allowed.allow
	}
	return response, nil
}

func (a *API) finish(response Response, requestID string) Response {
	response.Header[HeaderRegion] = a.Region
	response.Header[headerCache] = noStore
	if requestID != "" {
		response.Header[HeaderRequestID] = requestID
	}
	return response
}

// methodError is a problem that knows what Allow must say.
type methodError struct {
	*payment.Problem
	allow string
}

// Unwrap shows the problem to errors.As.
func (m *methodError) Unwrap() error { return m.Problem }

func respond(status int, body any) (Response, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return Response{}, fmt.Errorf("encode answer: %w", err)
	}
	return Response{Status: status, Header: map[string]string{headerType: contentJSON}, Body: encoded}, nil
}

// route finds what is asked for. Everything that is refused here never became a payment, and is counted as rejected.
func (a *API) route(ctx context.Context, request Request) (Response, error) {
	id, isPayment := strings.CutPrefix(request.Path, pathPayments+"/")
	switch {
	case request.Path == pathPayments:
		if err := a.check(ctx, request, allowPost); err != nil {
			return Response{}, err
		}
		return a.pay(ctx, request)
	case request.Path == pathHealth:
		if err := a.check(ctx, request, allowGet); err != nil {
			return Response{}, err
		}
		return a.health(ctx)
	case isPayment && id != "" && !strings.Contains(id, "/"):
		if err := a.check(ctx, request, allowGet); err != nil {
			return Response{}, err
		}
		return a.find(ctx, id)
	}
	return Response{}, a.rejected(ctx, payment.ProblemUnknownPath.With("POST /payments, GET /payments/{id} and GET /health are all there is"))
}

// check refuses wrong methods, and bodies where none belongs.
func (a *API) check(ctx context.Context, request Request, allow string) error {
	if request.Method != allow {
		return a.rejected(ctx, &methodError{Problem: payment.ProblemMethodNotAllowed.With("allowed is %s", allow), allow: allow})
	}
	if allow == allowGet && len(request.Body) > 0 {
		return a.rejected(ctx, payment.ProblemUnexpectedBody.With("a GET request has a body of %d bytes", len(request.Body)))
	}
	return nil
}

func (a *API) rejected(ctx context.Context, err error) error {
	a.Payments.Reject(ctx, err)
	return err
}

func (a *API) pay(ctx context.Context, request Request) (Response, error) {
	if !isJSON(request.ContentType) {
		return Response{}, a.rejected(ctx, payment.ProblemUnsupportedMediaType.With("Content-Type is %q", clip(request.ContentType)))
	}
	asked, err := payment.ParseRequest(request.Body, payment.RefuseUnknown)
	if err != nil {
		return Response{}, a.rejected(ctx, err)
	}
	if err := checkKey(request, asked.ID); err != nil {
		return Response{}, a.rejected(ctx, err)
	}
	result, err := a.Payments.Pay(ctx, asked.Payment)
	if err != nil {
		return Response{}, err
	}
	status := http.StatusOK
	if result.Status != payment.StatusCompleted {
		status = http.StatusAccepted
	}
	response, err := respond(status, describe(result.Record))
	if err != nil {
		return Response{}, err
	}
	if result.Replayed {
		response.Header[HeaderReplayed] = strconv.FormatBool(true)
	}
	if status == http.StatusAccepted {
		response.Header[headerLocation] = pathPayments + "/" + result.ID
	}
	return response, nil
}

func (a *API) find(ctx context.Context, id string) (Response, error) {
	record, err := a.Payments.Find(ctx, id)
	if err != nil {
		return Response{}, err
	}
	return respond(http.StatusOK, describe(record))
}

func (a *API) health(ctx context.Context) (Response, error) {
	report := a.Health.Health(ctx)
	status := http.StatusOK
	if !report.Healthy {
		status = http.StatusServiceUnavailable
	}
	return respond(status, report)
}

// describe is the public form of a record; its Region is the one that accepted the payment.
func describe(record payment.Record) paid {
	return paid{
		PaymentID: record.ID, Amount: record.Money.Amount(), Currency: record.Money.Currency,
		Status: statusWord(record.Status), Region: record.Region, TransactionID: record.TransactionID,
	}
}
