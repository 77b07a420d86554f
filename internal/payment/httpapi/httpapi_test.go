package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// service is a processor and a health monitor that answer as a test says, and remember what reached them.
type service struct {
	mutex    sync.Mutex
	result   payment.Result
	err      error
	healthy  bool
	paid     []payment.Payment
	rejected []error
}

func (s *service) Pay(_ context.Context, asked payment.Payment) (payment.Result, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.paid = append(s.paid, asked)
	result := s.result
	result.Payment = asked
	return result, s.err
}

func (s *service) Find(_ context.Context, id string) (payment.Record, error) {
	if err := payment.ValidateID(id); err != nil {
		return payment.Record{}, err
	}
	record := s.result.Record
	record.Payment = payment.Payment{ID: id, Money: payment.Money{MinorUnits: 1250, Currency: "USD"}}
	return record, s.err
}

func (s *service) Reject(_ context.Context, refused error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.rejected = append(s.rejected, refused)
}

func (s *service) Health(context.Context) payment.HealthReport {
	return payment.HealthReport{Healthy: s.healthy, Status: "as told", Region: "us-east-1"}
}

func completed() payment.Result {
	return payment.Result{Record: payment.Record{
		TransactionID: "0199-transaction", Status: payment.StatusCompleted, Region: "us-west-2", CreatedAt: time.Unix(0, 0),
	}}
}

func processing() payment.Result {
	result := completed()
	result.Status = payment.StatusProcessing
	return result
}

func newAPI(with *service) *httpapi.API {
	return &httpapi.API{Payments: with, Health: with, Region: "us-east-1"}
}

const good = `{"paymentId":"pay-1","amount":12.5}`

// exchange is one request, sent over a real connection.
type exchange struct {
	name, method, path, body string
	header                   map[string]string
	service                  *service
	wantStatus               int
	wantProblem              *payment.Problem
	wantBody                 string
	wantHeader               map[string]string
}

var jsonType = map[string]string{"Content-Type": "application/json"}

func with(headers ...string) map[string]string {
	merged := map[string]string{"Content-Type": "application/json"}
	for i := 0; i < len(headers); i += 2 {
		merged[headers[i]] = headers[i+1]
	}
	return merged
}

var exchanges = []exchange{
	{name: "paid", method: "POST", path: "/payments", body: good, header: jsonType, service: &service{result: completed()}, wantStatus: 200,
		wantBody: `{"paymentId":"pay-1","amount":"12.50","currency":"USD","status":"success","region":"us-west-2","transactionId":"0199-transaction"}`},
	{name: "replayed", method: "POST", path: "/payments", body: good, header: jsonType, service: &service{result: payment.Result{Record: completed().Record, Replayed: true}}, wantStatus: 200, wantHeader: map[string]string{"Idempotent-Replayed": "true"}},
	{name: "processing", method: "POST", path: "/payments", body: good, header: jsonType, service: &service{result: processing()}, wantStatus: 202, wantHeader: map[string]string{"Location": "/payments/pay-1"},
		wantBody: `{"paymentId":"pay-1","amount":"12.50","currency":"USD","status":"processing","region":"us-west-2","transactionId":"0199-transaction"}`},
	{name: "agreeing key", method: "POST", path: "/payments", body: good, header: with("Idempotency-Key", "pay-1"), service: &service{result: completed()}, wantStatus: 200},
	{name: "agreeing quoted key", method: "POST", path: "/payments", body: good, header: with("idempotency-key", `"pay-1"`), service: &service{result: completed()}, wantStatus: 200},
	{name: "charset", method: "POST", path: "/payments", body: good, header: with("Content-Type", "application/json; charset=UTF-8"), service: &service{result: completed()}, wantStatus: 200},
	{name: "found", method: "GET", path: "/payments/pay-1", service: &service{result: completed()}, wantStatus: 200,
		wantBody: `{"paymentId":"pay-1","amount":"12.50","currency":"USD","status":"success","region":"us-west-2","transactionId":"0199-transaction"}`},
	{name: "healthy", method: "GET", path: "/health", service: &service{healthy: true}, wantStatus: 200},
	{name: "unhealthy", method: "GET", path: "/health", service: &service{}, wantStatus: 503},

	{name: "mismatch", method: "POST", path: "/payments", body: good, header: jsonType, service: &service{err: payment.ProblemPaymentMismatch.With("x")}, wantStatus: 422, wantProblem: payment.ProblemPaymentMismatch},
	{name: "journal away", method: "POST", path: "/payments", body: good, header: jsonType, service: &service{err: &payment.Unavailable{Problem: payment.ProblemUnavailable, Cause: errors.New("no quorum")}}, wantStatus: 503, wantProblem: payment.ProblemUnavailable, wantHeader: map[string]string{"Retry-After": "1"}},
	{name: "deadline expired", method: "POST", path: "/payments", body: good, header: jsonType, service: &service{err: payment.ProblemDeadlineExpired.With("x")}, wantStatus: 503, wantProblem: payment.ProblemDeadlineExpired, wantHeader: map[string]string{"Retry-After": "1"}},
	{name: "not found", method: "GET", path: "/payments/pay-1", service: &service{err: payment.ProblemPaymentNotFound.With("x")}, wantStatus: 404, wantProblem: payment.ProblemPaymentNotFound},
	{name: "impossible id", method: "GET", path: "/payments/..;x", service: &service{}, wantStatus: 400, wantProblem: payment.ProblemPaymentIDCharacters},
	{name: "control character in the path", method: "GET", path: "/payments/a%00b", service: &service{}, wantStatus: 400, wantProblem: payment.ProblemPaymentIDCharacters},
	{name: "over-long id in the path", method: "GET", path: "/payments/" + strings.Repeat("x", 129), service: &service{}, wantStatus: 400, wantProblem: payment.ProblemPaymentIDTooLong},
	{name: "unknown path", method: "POST", path: "/pay", body: good, header: jsonType, service: &service{}, wantStatus: 404, wantProblem: payment.ProblemUnknownPath},
	{name: "root", method: "GET", path: "/", service: &service{}, wantStatus: 404, wantProblem: payment.ProblemUnknownPath},
	{name: "trailing slash", method: "GET", path: "/payments/", service: &service{}, wantStatus: 404, wantProblem: payment.ProblemUnknownPath},
	{name: "deeper path", method: "GET", path: "/payments/a/b", service: &service{}, wantStatus: 404, wantProblem: payment.ProblemUnknownPath},
	{name: "list", method: "GET", path: "/payments", service: &service{}, wantStatus: 405, wantProblem: payment.ProblemMethodNotAllowed, wantHeader: map[string]string{"Allow": "POST"}},
	{name: "delete", method: "DELETE", path: "/payments/pay-1", service: &service{}, wantStatus: 405, wantProblem: payment.ProblemMethodNotAllowed, wantHeader: map[string]string{"Allow": "GET"}},
	{name: "post to health", method: "POST", path: "/health", body: "{}", header: jsonType, service: &service{}, wantStatus: 405, wantProblem: payment.ProblemMethodNotAllowed, wantHeader: map[string]string{"Allow": "GET"}},
	{name: "form", method: "POST", path: "/payments", body: "paymentId=1", header: with("Content-Type", "application/x-www-form-urlencoded"), service: &service{}, wantStatus: 415, wantProblem: payment.ProblemUnsupportedMediaType},
	{name: "no content type", method: "POST", path: "/payments", body: good, header: with("Content-Type", ""), service: &service{}, wantStatus: 415, wantProblem: payment.ProblemUnsupportedMediaType},
	{name: "other charset", method: "POST", path: "/payments", body: good, header: with("Content-Type", "application/json; charset=utf-16"), service: &service{}, wantStatus: 415, wantProblem: payment.ProblemUnsupportedMediaType},
	{name: "broken content type", method: "POST", path: "/payments", body: good, header: with("Content-Type", "application/json; ="), service: &service{}, wantStatus: 415, wantProblem: payment.ProblemUnsupportedMediaType},
	{name: "body for GET", method: "GET", path: "/payments/pay-1", body: good, header: jsonType, service: &service{}, wantStatus: 400, wantProblem: payment.ProblemUnexpectedBody},
	{name: "body for health", method: "GET", path: "/health", body: good, header: jsonType, service: &service{healthy: true}, wantStatus: 400, wantProblem: payment.ProblemUnexpectedBody},
	{name: "too large", method: "POST", path: "/payments", body: strings.Repeat(" ", 100_000), header: jsonType, service: &service{}, wantStatus: 413, wantProblem: payment.ProblemBodyTooLarge},
	{name: "empty", method: "POST", path: "/payments", header: jsonType, service: &service{}, wantStatus: 400, wantProblem: payment.ProblemEmptyBody},
	{name: "other key", method: "POST", path: "/payments", body: good, header: with("Idempotency-Key", "pay-2"), service: &service{}, wantStatus: 400, wantProblem: payment.ProblemIdempotencyKeyMismatch},
	{name: "empty key", method: "POST", path: "/payments", body: good, header: with("Idempotency-Key", ""), service: &service{}, wantStatus: 400, wantProblem: payment.ProblemIdempotencyKeyMismatch},
}

func TestHandlerAnswers(t *testing.T) {
	for _, test := range exchanges {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(newAPI(test.service).Handler())
			defer server.Close()
			request, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range test.header {
				request.Header.Set(name, value)
			}
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			header := map[string]string{}
			for name := range response.Header {
				header[name] = response.Header.Get(name)
			}
			checkAnswer(t, test, httpapi.Response{Status: response.StatusCode, Header: header, Body: body})
		})
	}
}

// checkAnswer holds an answer, by whichever transport, to what the exchange wants.
func checkAnswer(t *testing.T, test exchange, got httpapi.Response) {
	t.Helper()
	if got.Status != test.wantStatus {
		t.Fatalf("status %d, want %d; body %s", got.Status, test.wantStatus, got.Body)
	}
	if test.wantBody != "" && string(got.Body) != test.wantBody {
		t.Errorf("body %s, want %s", got.Body, test.wantBody)
	}
	for name, value := range test.wantHeader {
		if got.Header[name] != value {
			t.Errorf("header %s is %q, want %q", name, got.Header[name], value)
		}
	}
	if got.Header["X-Region"] != "us-east-1" || got.Header["X-Request-Id"] == "" || got.Header["Cache-Control"] != "no-store" {
		t.Errorf("headers %v lack Region, request id or no-store", got.Header)
	}
	if test.wantProblem == nil {
		if got.Header["Content-Type"] != "application/json" {
			t.Errorf("content type %q", got.Header["Content-Type"])
		}
		return
	}
	var problem payment.Problem
	if err := json.Unmarshal(got.Body, &problem); err != nil {
		t.Fatalf("body %s: %v", got.Body, err)
	}
	if problem.Type != test.wantProblem.Type || problem.Status != got.Status || problem.Title == "" || problem.RequestID != got.Header["X-Request-Id"] {
		t.Errorf("problem %+v, want type %s, status %d and the request's id", problem, test.wantProblem.Type, got.Status)
	}
	if got.Header["Content-Type"] != payment.ProblemContentType {
		t.Errorf("content type %q", got.Header["Content-Type"])
	}
	if got.Status < 500 && len(test.service.paid) > 0 && test.service.err == nil {
		t.Error("a refused request was paid")
	}
}

func TestTechnicalFailureIs500WithoutItsCause(t *testing.T) {
	api := newAPI(&service{err: fmt.Errorf("post: %w", payment.ErrMismatch)})
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), "POST", "/payments", strings.NewReader(good))
	request.Header.Set("Content-Type", "application/json")
	api.Handler().ServeHTTP(recorder, request)
	if recorder.Code != 500 || strings.Contains(recorder.Body.String(), payment.ErrMismatch.Error()) || !strings.Contains(recorder.Body.String(), payment.ProblemInternal.Type) {
		t.Errorf("answered %d, %s", recorder.Code, recorder.Body)
	}
}

func TestRepeatedKeyHeaderIsRefused(t *testing.T) {
	recorder := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), "POST", "/payments", strings.NewReader(good))
	request.Header = http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {"pay-1", "pay-1"}}
	newAPI(&service{}).Handler().ServeHTTP(recorder, request)
	if !strings.Contains(recorder.Body.String(), payment.ProblemIdempotencyKeyMismatch.Type) {
		t.Errorf("answered %d, %s", recorder.Code, recorder.Body)
	}
}
