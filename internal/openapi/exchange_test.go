package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// stub is a processor and a monitor that answer as an exchange says. What is refused before a payment is made of it, and
// ids that no payment has, are refused by the real code.
type stub struct {
	result payment.Result
	err    error
	health payment.HealthReport
}

func (s stub) Pay(_ context.Context, asked payment.Payment) (payment.Result, error) {
	result := s.result
	result.Payment = asked
	return result, s.err
}

func (s stub) Find(_ context.Context, id string) (payment.Record, error) {
	if err := payment.ValidateID(id); err != nil {
		return payment.Record{}, err
	}
	record := s.result.Record
	record.Payment = payment.Payment{ID: id, Money: payment.Money{MinorUnits: 420, Currency: "EUR"}}
	return record, s.err
}

func (stub) Reject(context.Context, error) {}

func (s stub) Health(context.Context) payment.HealthReport { return s.health }

func record(status payment.Status) payment.Record {
	return payment.Record{Status: status, Region: "us-west-2", TransactionID: "019ab0de-6a31-7c43-8c5e-0c1c2d3e4f50"}
}

func health(healthy bool) payment.HealthReport {
	report := payment.HealthReport{
		Healthy: healthy, Status: "healthy", Region: "us-east-1", Place: payment.PlacePrimary,
		Journal: payment.HealthOK, Lease: payment.LeaseHeldHere, LeaseRegion: "us-east-1", LeaseState: "active", Epoch: 7,
	}
	if !healthy {
		report = payment.HealthReport{
			Status: "unhealthy", Region: "us-east-1", Place: payment.PlaceSecondary, Journal: payment.HealthFailed,
			Lease: payment.LeaseUnknown, Reasons: []string{"no probe of the journal has worked"},
		}
	}
	return report
}

// exchange is a request and the documented answer that it provokes.
type exchange struct {
	name, method, path, body string
	contentType, key         string // defaults: application/json for a body, no key
	stub                     stub
	want                     string // the response's name in contract.responses
	problem                  *payment.Problem
	// invalid: the document itself says that the request is wrong. Many rules of a payment no schema can say.
	invalid bool
	// gateway sends it as API Gateway's event instead of over HTTP, with a body that is not base64.
	gateway bool
}

const order = `{"paymentId":"order-42","amount":"4.20","currency":"EUR"}`

func unavailable(problem *payment.Problem) stub {
	return stub{err: &payment.Unavailable{Problem: problem, Cause: errors.New("no quorum")}}
}

func pay(name, body string, problem *payment.Problem, invalid bool) exchange {
	return exchange{name: name, method: "POST", path: "/payments", body: body, want: "pay 400", problem: problem, invalid: invalid}
}

var (
	settled    = stub{result: payment.Result{Record: record(payment.StatusCompleted)}}
	replayed   = stub{result: payment.Result{Record: record(payment.StatusCompleted), Replayed: true}}
	processing = stub{result: payment.Result{Record: record(payment.StatusProcessing)}}
)

var exchanges = []exchange{
	{name: "settled", method: "POST", path: "/payments", body: order, stub: settled, want: "pay 200"},
	{name: "number, default currency, key", method: "POST", path: "/payments", body: `{"paymentId":"order-43","amount":12.5}`, key: "order-43", stub: settled, want: "pay 200"},
	{name: "replayed", method: "POST", path: "/payments", body: order, stub: replayed, want: "pay 200"},
	{name: "currency without decimals", method: "POST", path: "/payments", body: `{"paymentId":"y","amount":1e3,"currency":"JPY"}`, stub: settled, want: "pay 200"},
	{name: "processing", method: "POST", path: "/payments", body: order, stub: processing, want: "pay 202"},

	pay("empty body", "", payment.ProblemEmptyBody, true),
	pay("invalid JSON", `{"paymentId"`, payment.ProblemInvalidJSON, true),
	pay("not an object", `[]`, payment.ProblemNotAnObject, true),
	pay("duplicate key", `{"paymentId":"a","amount":1,"amount":2}`, payment.ProblemDuplicateKey, false),
	pay("trailing data", order+` {}`, payment.ProblemTrailingData, true),
	pay("unknown field", `{"paymentId":"a","amount":1,"curency":"EUR"}`, payment.ProblemUnknownField, true),
	pay("missing field", `{"paymentId":"a"}`, payment.ProblemMissingField, true),
	pay("wrong type", `{"paymentId":1,"amount":1}`, payment.ProblemWrongType, true),
	pay("NaN", `{"paymentId":"a","amount":NaN}`, payment.ProblemInvalidNumber, true),
	pay("long id", `{"paymentId":"`+strings.Repeat("x", 129)+`","amount":1}`, payment.ProblemPaymentIDTooLong, true),
	pay("id with a space", `{"paymentId":"order 42","amount":1}`, payment.ProblemPaymentIDCharacters, true),
	{name: "other key", method: "POST", path: "/payments", body: order, key: "order-1", want: "pay 400", problem: payment.ProblemIdempotencyKeyMismatch},
	pay("amount format", `{"paymentId":"a","amount":"1,50"}`, payment.ProblemAmountFormat, true),
	pay("amount precision", `{"paymentId":"a","amount":"1.5","currency":"JPY"}`, payment.ProblemAmountPrecision, false),
	pay("amount too large", `{"paymentId":"a","amount":"1e400"}`, payment.ProblemAmountTooLarge, false),
	pay("zero", `{"paymentId":"a","amount":0}`, payment.ProblemAmountZero, true),
	pay("negative", `{"paymentId":"a","amount":-4.2}`, payment.ProblemAmountNegative, true),
	pay("negative zero", `{"paymentId":"a","amount":"-0"}`, payment.ProblemAmountNegativeZero, true),
	pay("unknown currency", `{"paymentId":"a","amount":1,"currency":"BTC"}`, payment.ProblemUnknownCurrency, true),
	{name: "invalid base64", method: "POST", path: "/payments", body: "{!}", gateway: true, want: "pay 400", problem: payment.ProblemInvalidBase64, invalid: true},
	{name: "too large", method: "POST", path: "/payments", body: `{"paymentId":"a","amount":1` + strings.Repeat(" ", 5000) + `}`, want: "pay 413", problem: payment.ProblemBodyTooLarge},
	{name: "text", method: "POST", path: "/payments", body: order, contentType: "text/plain", want: "pay 415", problem: payment.ProblemUnsupportedMediaType, invalid: true},
	{name: "mismatch", method: "POST", path: "/payments", body: order, stub: stub{err: payment.ProblemPaymentMismatch.With("used before")}, want: "pay 422", problem: payment.ProblemPaymentMismatch},
	{name: "technical failure", method: "POST", path: "/payments", body: order, stub: stub{err: payment.ErrRecordCorrupt}, want: "pay 500", problem: payment.ProblemInternal},
	{name: "no quorum", method: "POST", path: "/payments", body: order, stub: unavailable(payment.ProblemUnavailable), want: "pay 503", problem: payment.ProblemUnavailable},
	{name: "deadline expired", method: "POST", path: "/payments", body: order, stub: stub{err: payment.ProblemDeadlineExpired.With("too late")}, want: "pay 503", problem: payment.ProblemDeadlineExpired},

	{name: "found", method: "GET", path: "/payments/order-42", stub: settled, want: "find 200"},
	{name: "found, processing", method: "GET", path: "/payments/order-42", stub: processing, want: "find 200"},
	{name: "find long id", method: "GET", path: "/payments/" + strings.Repeat("x", 129), want: "find 400", problem: payment.ProblemPaymentIDTooLong, invalid: true},
	{name: "find impossible id", method: "GET", path: "/payments/a%20b", want: "find 400", problem: payment.ProblemPaymentIDCharacters, invalid: true},
	{name: "find with a body", method: "GET", path: "/payments/a", body: "{}", want: "find 400", problem: payment.ProblemUnexpectedBody},
	{name: "not found", method: "GET", path: "/payments/order-42", stub: stub{err: payment.ProblemPaymentNotFound.With("none")}, want: "find 404", problem: payment.ProblemPaymentNotFound},
	{name: "find fails", method: "GET", path: "/payments/order-42", stub: stub{err: payment.ErrRecordCorrupt}, want: "find 500", problem: payment.ProblemInternal},
	{name: "find without quorum", method: "GET", path: "/payments/order-42", stub: unavailable(payment.ProblemUnavailable), want: "find 503", problem: payment.ProblemUnavailable},
	{name: "find too late", method: "GET", path: "/payments/order-42", stub: stub{err: payment.ProblemDeadlineExpired}, want: "find 503", problem: payment.ProblemDeadlineExpired},

	{name: "healthy", method: "GET", path: "/health", stub: stub{health: health(true)}, want: "health 200"},
	{name: "unhealthy", method: "GET", path: "/health", stub: stub{health: health(false)}, want: "health 503"},
	{name: "health with a body", method: "GET", path: "/health", body: "{}", want: "health 400", problem: payment.ProblemUnexpectedBody},

	{name: "unknown path", method: "GET", path: "/payment", want: "UnknownPath", problem: payment.ProblemUnknownPath, invalid: true},
	{name: "list", method: "GET", path: "/payments", want: "MethodNotAllowed", problem: payment.ProblemMethodNotAllowed, invalid: true},
	{name: "delete", method: "DELETE", path: "/payments/a", want: "MethodNotAllowed", problem: payment.ProblemMethodNotAllowed, invalid: true},
}

func (e exchange) request(t *testing.T) *http.Request {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), e.method, "http://127.0.0.1:8080"+e.path, strings.NewReader(e.body))
	if e.body != "" || e.method == "POST" {
		request.Header.Set("Content-Type", "application/json")
	}
	if e.contentType != "" {
		request.Header.Set("Content-Type", e.contentType)
	}
	if e.key != "" {
		request.Header.Set("Idempotency-Key", e.key)
	}
	return request
}

// answer is what the real handler says.
func (e exchange) answer(t *testing.T) *http.Response {
	t.Helper()
	api := &httpapi.API{Payments: e.stub, Health: e.stub, Region: "us-east-1"}
	if !e.gateway {
		recorder := httptest.NewRecorder()
		api.Handler().ServeHTTP(recorder, e.request(t))
		return recorder.Result()
	}
	event := events.APIGatewayV2HTTPRequest{
		RawPath: e.path, Headers: map[string]string{"content-type": "application/json"}, Body: e.body, IsBase64Encoded: true,
		RequestContext: events.APIGatewayV2HTTPRequestContext{Stage: "$default", RequestID: "JKJaXmPLvHcESHA="},
	}
	event.RequestContext.HTTP.Method = e.method
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	said, err := api.Lambda(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	answer := said.(events.APIGatewayV2HTTPResponse)
	response := &http.Response{StatusCode: answer.StatusCode, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer.Body))}
	for name, value := range answer.Headers {
		response.Header.Set(name, value)
	}
	return response
}

func TestAnswersAreAsDocumented(t *testing.T) {
	c := read(t)
	documented := c.responses()
	provoked, types := map[string]bool{}, map[string]map[string]bool{}
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			c.checkRequest(t, e)
			response := e.answer(t)
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			described, ok := documented[e.want]
			if !ok {
				t.Fatalf("%s is not documented", e.want)
			}
			if _, status, ok := strings.Cut(e.want, " "); ok {
				if status != strconv.Itoa(response.StatusCode) {
					t.Fatalf("answered %d, want %s: %s", response.StatusCode, status, body)
				}
				c.checkByValidator(t, e, response, body)
			}
			checkBody(t, described, response, body)
			checkHeaders(t, described, response)
			provoked[e.want] = true
			if e.problem != nil {
				checkProblem(t, e.problem, response, body)
				if types[e.want] == nil {
					types[e.want] = map[string]bool{}
				}
				types[e.want][e.problem.Type] = true
			}
		})
	}
	for name, response := range documented {
		if !provoked[name] {
			t.Errorf("no request provokes %s", name)
		}
		listed, _ := problems(response)
		for _, one := range listed {
			if !types[name][one] {
				t.Errorf("no request provokes %s with %s", name, one)
			}
		}
	}
}

// checkRequest wants the document to judge the request as the exchange says.
func (c contract) checkRequest(t *testing.T, e exchange) {
	t.Helper()
	valid, failures := c.validate.ValidateHttpRequest(e.request(t))
	if valid == e.invalid {
		t.Errorf("the document judges the request valid %v, want %v: %v", valid, !e.invalid, failures)
	}
}

func (c contract) checkByValidator(t *testing.T, e exchange, response *http.Response, body []byte) {
	t.Helper()
	response.Body = io.NopCloser(bytes.NewReader(body))
	if valid, failures := c.validate.ValidateHttpResponse(e.request(t), response); !valid {
		for _, failure := range failures {
			t.Errorf("%s: %s %v", failure.Message, failure.Reason, failure.SchemaValidationErrors)
		}
	}
}

// checkBody validates by the response's own schema, also where no path has the response.
func checkBody(t *testing.T, described *v3.Response, response *http.Response, body []byte) {
	t.Helper()
	media, ok := described.Content.Get(response.Header.Get("Content-Type"))
	if !ok {
		t.Fatalf("content type %q is not documented", response.Header.Get("Content-Type"))
	}
	if valid, failures := schema_validation.NewSchemaValidator().ValidateSchemaBytes(media.Schema.Schema(), body); !valid {
		for _, failure := range failures {
			t.Errorf("body %s: %s %v", body, failure.Reason, failure.SchemaValidationErrors)
		}
	}
}

// checkHeaders wants each header that is required, and no other than the documented ones and those of HTTP itself.
func checkHeaders(t *testing.T, described *v3.Response, response *http.Response) {
	t.Helper()
	known := []string{"Content-Type"}
	for name, header := range described.Headers.FromOldest() {
		known = append(known, http.CanonicalHeaderKey(name))
		values := response.Header.Values(name)
		if len(values) != 1 {
			if header.Required || len(values) > 1 {
				t.Errorf("header %s has values %q, want one", name, values)
			}
			continue
		}
		if valid, failures := schema_validation.NewSchemaValidator().ValidateSchemaObject(header.Schema.Schema(), values[0]); !valid {
			t.Errorf("header %s is %q: %v", name, values[0], failures)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(response.Header)) {
		if !slices.Contains(known, name) {
			t.Errorf("header %s is not documented", name)
		}
	}
}

func checkProblem(t *testing.T, want *payment.Problem, response *http.Response, body []byte) {
	t.Helper()
	var got payment.Problem
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != want.Type || got.Title != want.Title || got.Status != response.StatusCode || got.Status != want.Status {
		t.Errorf("problem %+v with status %d, want %+v", got, response.StatusCode, want)
	}
}

// The checks above must be able to fail: each of these answers breaks one rule of the document.
func TestWrongAnswersAreFound(t *testing.T) {
	c := read(t)
	for _, test := range []struct{ name, status, contentType, body string }{
		{"amount is a number", "200", "application/json", `{"paymentId":"order-42","amount":4.2,"currency":"EUR","status":"success","region":"us-east-1","transactionId":"019ab0de-6a31-7c43-8c5e-0c1c2d3e4f50"}`},
		{"processing with 200", "200", "application/json", `{"paymentId":"order-42","amount":"4.20","currency":"EUR","status":"processing","region":"us-east-1","transactionId":"019ab0de-6a31-7c43-8c5e-0c1c2d3e4f50"}`},
		{"another field", "202", "application/json", `{"paymentId":"order-42","amount":"4.20","currency":"EUR","status":"processing","region":"us-east-1","transactionId":"019ab0de-6a31-7c43-8c5e-0c1c2d3e4f50","fee":1}`},
		{"unknown problem", "400", "application/problem+json", `{"type":"https://paymentdr.dev/problems/new","title":"New","status":400,"requestId":"x"}`},
		{"problem of another status", "422", "application/problem+json", `{"type":"https://paymentdr.dev/problems/amount-zero","title":"Amount is zero","status":400,"requestId":"x"}`},
		{"undocumented status", "418", "application/json", `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, err := strconv.Atoi(test.status)
			if err != nil {
				t.Fatal(err)
			}
			response := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {test.contentType}}, Body: io.NopCloser(strings.NewReader(test.body))}
			request := exchange{method: "POST", path: "/payments", body: order}.request(t)
			if valid, _ := c.validate.ValidateHttpResponse(request, response); valid {
				t.Error("the document accepts it")
			}
		})
	}
}
