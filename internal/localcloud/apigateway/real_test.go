package apigateway

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda/lambdatest"
)

// real is a gateway over the local Lambda with one function that it may invoke.
func real(t testing.TB, function lambda.Function, zip []byte, routes ...string) (cloud, *lambda.Service) {
	t.Helper()
	service, err := lambda.New(lambda.Options{Region: "us-east-1", Account: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	function.Name = "pay"
	if err := service.Put(function, zip); err != nil {
		t.Fatal(err)
	}
	if err := service.AddPermission("pay", lambda.Permission{
		StatementID: "api", Action: "lambda:InvokeFunction", Principal: "apigateway.amazonaws.com",
		SourceARN: "arn:aws:execute-api:us-east-1:123456789012:abc123/$default/*",
	}); err != nil {
		t.Fatal(err)
	}
	return startWith(t, simple(routes...), Options{Functions: service}, nil), service
}

func TestRealFunctionSeesTheEvent(t *testing.T) {
	c, service := real(t, lambda.Function{Timeout: 10 * time.Second}, lambdatest.Probe(t), "POST /payments/{id}")
	got := c.do(request(t, "POST /payments/7?a=b", `{"amount":"1"}`, "Content-Type", "application/json", "Cookie", "c=d"))
	var sent events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(got.body), &sent); err != nil {
		t.Fatalf("%v in %d %s", err, got.status, got.body)
	}
	if sent.PathParameters["id"] != "7" || sent.Body != `{"amount":"1"}` || sent.Cookies[0] != "c=d" || sent.Headers["content-type"] != "application/json" ||
		sent.RequestContext.HTTP.SourceIP != "127.0.0.1" || sent.RequestContext.DomainName != domain {
		t.Errorf("the function saw %s", got.body)
	}
	if err := service.RemovePermission("pay", "api"); err != nil {
		t.Fatal(err)
	}
	if got := c.do(request(t, "POST /payments/7", "")); got.status != 500 || got.body != `{"message":"Internal Server Error"}` {
		t.Errorf("without a permission: %d %s", got.status, got.body)
	}
}

func TestRealPaymentProcessor(t *testing.T) {
	c, _ := real(t, lambda.Function{Timeout: 10 * time.Second, MemorySize: 512, Environment: map[string]string{
		functionenv.Region: "us-east-1", functionenv.Place: "primary", functionenv.JournalTable: "sessions", functionenv.ControlTable: "control",
		functionenv.DBSecretARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:app", functionenv.Environment: "test",
		functionenv.LedgerHost: "127.0.0.1", functionenv.LedgerGlobalHost: "127.0.0.1", functionenv.LedgerPort: "1", functionenv.LedgerDatabase: "paymentdb",
	}}, lambdatest.PaymentProcessor(t), "POST /payments", "GET /payments/{id}", "GET /health")
	got := c.do(request(t, "POST /payments", `{"paymentId":"p-1","amount":"-3"}`, "Content-Type", "application/json"))
	if got.status != 400 || got.header.Get("Content-Type") != "application/problem+json" || !strings.Contains(got.body, "https://paymentdr.dev/problems/") {
		t.Errorf("a payment of -3: %d %v %s", got.status, got.header, got.body)
	}
	// A form reaches it in base64, and is read.
	got = c.do(request(t, "POST /payments", `{"paymentId":"p-1","amount":"-3"}`, "Content-Type", "application/x-www-form-urlencoded"))
	if got.status/100 != 4 || !strings.Contains(got.body, "https://paymentdr.dev/problems/") {
		t.Errorf("a payment in a form: %d %s", got.status, got.body)
	}
	if got = c.do(request(t, "DELETE /payments", "")); got.status != 404 || got.body != `{"message":"Not Found"}` {
		t.Errorf("a route that is none: %d %s", got.status, got.body)
	}
}

// BenchmarkLatency measures what each layer adds to a request: the gateway over TLS with a function that does nothing in
// this process, and with a real one behind the runtime API.
func BenchmarkLatency(b *testing.B) {
	run := func(b *testing.B, c cloud) {
		client := c.client(nil)
		ask := func() {
			response, err := client.Do(request(b, "POST /payments", `{"paymentId":"p-1","amount":"1.00","currency":"USD"}`, "Content-Type", "application/json"))
			if err != nil {
				b.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				b.Fatalf("status %d", response.StatusCode)
			}
		}
		ask()
		for b.Loop() {
			ask()
		}
	}
	b.Run("gateway", func(b *testing.B) { run(b, start(b, simple("POST /payments"))) })
	b.Run("gateway and function", func(b *testing.B) {
		c, _ := real(b, lambda.Function{Timeout: 10 * time.Second}, lambdatest.Probe(b), "POST /payments")
		run(b, c)
	})
}
