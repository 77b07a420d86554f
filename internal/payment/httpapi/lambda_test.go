package httpapi_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// recordedEvent is a payload 2.0 event as API Gateway sends it, with another request in it.
func recordedEvent(t testing.TB, test exchange, base64Body bool) json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile("testdata/payload-2.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(raw, &event); err != nil {
		t.Fatal(err)
	}
	path, err := url.PathUnescape(test.path)
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{}
	for name, value := range test.header {
		headers[strings.ToLower(name)] = value
	}
	event["rawPath"], event["headers"] = path, headers
	request := event["requestContext"].(map[string]any)["http"].(map[string]any)
	request["method"], request["path"] = test.method, path
	delete(event, "body")
	if test.body != "" {
		event["body"], event["isBase64Encoded"] = test.body, base64Body
		if base64Body {
			event["body"] = base64.StdEncoding.EncodeToString([]byte(test.body))
		}
	}
	changed, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func TestGatewayAnswersAsTheHandlerDoes(t *testing.T) {
	for _, test := range exchanges {
		for _, base64Body := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, base64 %v", test.name, base64Body), func(t *testing.T) {
				answer, err := newAPI(test.service).Lambda(t.Context(), recordedEvent(t, test, base64Body))
				if err != nil {
					t.Fatal(err)
				}
				got := answer.(events.APIGatewayV2HTTPResponse)
				checkAnswer(t, test, httpapi.Response{Status: got.StatusCode, Header: got.Headers, Body: []byte(got.Body)})
				if id := got.Headers["X-Request-Id"]; id != "JKJaXmPLvHcESHA=" {
					t.Errorf("request id is %q, not the gateway's", id)
				}
			})
		}
	}
}

func TestGatewayEdges(t *testing.T) {
	pay := exchange{method: "POST", path: "/payments", body: good, header: jsonType}
	change := func(edit func(*events.APIGatewayV2HTTPRequest)) json.RawMessage {
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(recordedEvent(t, pay, false), &event); err != nil {
			t.Fatal(err)
		}
		edit(&event)
		raw, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, test := range []struct {
		name   string
		edit   func(*events.APIGatewayV2HTTPRequest)
		status int
		want   *payment.Problem
	}{
		{"named stage", func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.Stage, e.RawPath = "prod", "/prod/payments" }, 200, nil},
		{"named stage behind a custom domain", func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.Stage = "prod" }, 200, nil},
		{"path that only begins like the stage", func(e *events.APIGatewayV2HTTPRequest) { e.RequestContext.Stage, e.RawPath = "prod", "/prodpayments" }, 404, payment.ProblemUnknownPath},
		{"headers in another case", func(e *events.APIGatewayV2HTTPRequest) {
			e.Headers = map[string]string{"Content-TYPE": "application/json"}
		}, 200, nil},
		{"no headers", func(e *events.APIGatewayV2HTTPRequest) { e.Headers = nil }, 415, payment.ProblemUnsupportedMediaType},
		{"repeated key, joined", func(e *events.APIGatewayV2HTTPRequest) { e.Headers["idempotency-key"] = "pay-1,pay-1" }, 400, payment.ProblemIdempotencyKeyMismatch},
		{"not base64", func(e *events.APIGatewayV2HTTPRequest) { e.Body, e.IsBase64Encoded = "{!}", true }, 400, payment.ProblemInvalidBase64},
		{"huge base64", func(e *events.APIGatewayV2HTTPRequest) { e.Body, e.IsBase64Encoded = strings.Repeat("A", 1<<20), true }, 413, payment.ProblemBodyTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			with := &service{result: completed()}
			answer, err := newAPI(with).Lambda(t.Context(), change(test.edit))
			if err != nil {
				t.Fatal(err)
			}
			got := answer.(events.APIGatewayV2HTTPResponse)
			if got.StatusCode != test.status || test.want != nil && !strings.Contains(got.Body, `"`+test.want.Type+`"`) {
				t.Errorf("answered %d, %s", got.StatusCode, got.Body)
			}
			if rejected := test.want != nil; rejected != (len(with.rejected) == 1) || rejected == (len(with.paid) == 1) {
				t.Errorf("%d rejected, %d paid", len(with.rejected), len(with.paid))
			}
		})
	}
}

func TestTechnicalFailureIsTheFunctionsError(t *testing.T) {
	cause := fmt.Errorf("get payment: %w", payment.ErrRecordCorrupt)
	away := &payment.Unavailable{Problem: payment.ProblemUnavailable, Cause: payment.ErrJournalBusy}
	event := recordedEvent(t, exchange{method: "POST", path: "/payments", body: good, header: jsonType}, false)
	if _, err := newAPI(&service{err: cause}).Lambda(t.Context(), event); !errors.Is(err, cause) {
		t.Errorf("gateway, corrupt record: error %v, want %v", err, cause)
	}
	for _, technical := range []error{cause, away} {
		if _, err := newAPI(&service{err: technical}).Lambda(t.Context(), json.RawMessage(good)); !errors.Is(err, technical) {
			t.Errorf("bare event: error %v, want %v", err, technical)
		}
	}
}

func TestBareEventIsAnsweredAsTheOriginalDoes(t *testing.T) {
	headers := map[string]string{"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
	missing := `{"error":"Missing required fields"}`
	for _, test := range []struct {
		name, event string
		service     *service
		status      int
		headers     map[string]string
		body        string
	}{
		{"number", `{"paymentId":"p","amount":12.5,"currency":"EUR"}`, &service{result: completed()}, 200, headers, `{"paymentId":"p","amount":12.5,"currency":"EUR","status":"success","region":"us-west-2","transactionId":"0199-transaction"}`},
		{"string, default currency, more fields", `{"paymentId":"p","amount":"12.5","customer":{"id":7}}`, &service{result: completed()}, 200, headers, `{"paymentId":"p","amount":"12.5","currency":"USD","status":"success","region":"us-west-2","transactionId":"0199-transaction"}`},
		{"not yet posted", `{"paymentId":"p","amount":1}`, &service{result: processing()}, 202, headers, `{"paymentId":"p","amount":1,"currency":"USD","status":"processing","region":"us-west-2","transactionId":"0199-transaction"}`},
		{"no amount", `{"paymentId":"p"}`, &service{}, 400, nil, missing},
		{"no id", `{"amount":1}`, &service{}, 400, nil, missing},
		{"empty id", `{"paymentId":"","amount":1}`, &service{}, 400, nil, missing},
		{"amount zero", `{"paymentId":"p","amount":0}`, &service{}, 400, nil, missing},
		{"amount null", `{"paymentId":"p","amount":null}`, &service{}, 400, nil, missing},
		{"empty event", `{}`, &service{}, 400, nil, missing},
		{"event of a REST API", `{"httpMethod":"POST","path":"/payments","body":"{}","requestContext":{"stage":"prod"}}`, &service{}, 400, nil, missing},
		{"mismatch", `{"paymentId":"p","amount":1}`, &service{err: payment.ProblemPaymentMismatch.With("x")}, 422, nil, `{"error":"Payment id was used for another payment: x","type":"https://paymentdr.dev/problems/payment-mismatch"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, err := newAPI(test.service).Lambda(t.Context(), json.RawMessage(test.event))
			if err != nil {
				t.Fatal(err)
			}
			got := answer.(httpapi.BareResponse)
			if got.StatusCode != test.status || got.Body != test.body || fmt.Sprint(got.Headers) != fmt.Sprint(test.headers) {
				t.Errorf("answered %+v, want %d %v %s", got, test.status, test.headers, test.body)
			}
		})
	}
	for _, event := range []string{`[]`, `"text"`, `null`, `1`, `{"paymentId":1,"amount":1}`, `{"paymentId":"p","amount":1.5,"currency":"JPY"}`, `{"requestContext":{"http":5},"paymentId":"p"}`} {
		answer, err := newAPI(&service{}).Lambda(t.Context(), json.RawMessage(event))
		if got, ok := answer.(httpapi.BareResponse); err != nil || !ok || got.StatusCode != 400 {
			t.Errorf("%s is answered %+v, %v", event, answer, err)
		}
	}
}

func FuzzLambda(f *testing.F) {
	for _, test := range exchanges {
		if len(test.body) < 300 {
			f.Add([]byte(recordedEvent(f, test, true)))
		}
	}
	f.Add([]byte(good))
	f.Add([]byte(`{"requestContext":{"http":{}}}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "id"})
		answer, err := newAPI(&service{result: completed()}).Lambda(ctx, event)
		switch got := answer.(type) {
		case events.APIGatewayV2HTTPResponse:
			if err == nil && (got.StatusCode < 200 || got.StatusCode >= 600 || got.StatusCode == 500) {
				t.Fatalf("%q is answered %+v", event, got)
			}
		case httpapi.BareResponse:
			if err != nil || got.StatusCode < 200 || got.StatusCode >= 500 {
				t.Fatalf("%q is answered %+v, %v", event, got, err)
			}
		}
	})
}
