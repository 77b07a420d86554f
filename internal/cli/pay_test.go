package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// oneRegion is the real API over a processor that says one thing.
type oneRegion struct {
	result payment.Result
	err    error
}

func (o oneRegion) Pay(_ context.Context, asked payment.Payment) (payment.Result, error) {
	result := o.result
	result.Payment = asked
	return result, o.err
}
func (oneRegion) Find(context.Context, string) (payment.Record, error) {
	return payment.Record{}, payment.ProblemPaymentNotFound
}
func (oneRegion) Reject(context.Context, error) {}
func (oneRegion) Health(context.Context) payment.HealthReport {
	return payment.HealthReport{Healthy: true}
}

// startRegion serves it and counts the requests.
func startRegion(t *testing.T, region oneRegion, token string) (endpoint string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	api := (&httpapi.API{Payments: region, Health: region, Region: "us-east-1"}).Handler()
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		requests.Add(1)
		if token != "" && request.Header.Get("Authorization") != "Bearer "+token {
			http.Error(writer, `{"message":"Unauthorized"}`, http.StatusUnauthorized)
			return
		}
		api.ServeHTTP(writer, request)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func acknowledged(status payment.Status, replayed bool) oneRegion {
	return oneRegion{result: payment.Result{Replayed: replayed, Record: payment.Record{
		Status: status, Region: "us-east-1", TransactionID: "019ab0de-6a31-7c43-8c5e-0c1c2d3e4f50",
	}}}
}

func TestPay(t *testing.T) {
	away := oneRegion{err: &payment.Unavailable{Problem: payment.ProblemUnavailable, Cause: payment.ErrJournalBusy}}
	for _, test := range []struct {
		name      string
		region    oneRegion
		arguments []string
		code      int
		stdout    []string
		stderr    string
	}{
		{"success", acknowledged(payment.StatusCompleted, false), []string{"order-1", "4.20", "EUR"}, ExitOK, []string{"order-1", "4.20", "EUR", "success", "false"}, ""},
		{"default currency", acknowledged(payment.StatusCompleted, false), []string{"order-1", "4.2"}, ExitOK, []string{"4.20", "USD"}, ""},
		{"replayed", acknowledged(payment.StatusCompleted, true), []string{"order-1", "4.20"}, ExitOK, []string{"true"}, ""},
		{"processing", acknowledged(payment.StatusProcessing, false), []string{"order-1", "4.20"}, ExitOK, []string{"processing"}, ""},
		{"mismatch", oneRegion{err: payment.ProblemPaymentMismatch.With("used before")}, []string{"order-1", "4.20"}, ExitRefused, nil, "another payment"},
		{"too precise", acknowledged(payment.StatusCompleted, false), []string{"order-1", "4.2", "JPY"}, ExitRefused, nil, "more decimals"},
		{"impossible id", acknowledged(payment.StatusCompleted, false), []string{"order 1", "4.20"}, ExitRefused, nil, "characters"},
		{"nothing answers for certain", away, []string{"order-1", "4.20", "--timeout", "700ms"}, ExitError, nil, "order-1"},
		{"no amount", acknowledged(payment.StatusCompleted, false), []string{"order-1"}, ExitRefused, nil, "AMOUNT"},
		{"no time", acknowledged(payment.StatusCompleted, false), []string{"order-1", "1", "--timeout", "0s"}, ExitRefused, nil, "--timeout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			endpoint, _ := startRegion(t, test.region, "")
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), Process{Args: append([]string{"pay", "--endpoint", endpoint}, test.arguments...), Stdout: &stdout, Stderr: &stderr})
			if code != test.code || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("exit %d, want %d; it said %s", code, test.code, stderr.String())
			}
			for _, want := range test.stdout {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("no %q in\n%s", want, stdout.String())
				}
			}
		})
	}
}

func TestPayGoesToTheOtherRegion(t *testing.T) {
	ill, asked := startRegion(t, oneRegion{err: &payment.Unavailable{Problem: payment.ProblemUnavailable, Cause: payment.ErrJournalBusy}}, "")
	well, _ := startRegion(t, acknowledged(payment.StatusCompleted, false), "")
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), Process{
		Args: []string{"pay", "order-1", "4.20", "EUR", "--endpoint", ill, "--endpoint", well, "--output", "json"}, Stdout: &stdout, Stderr: &stderr,
	})
	var done paidResult
	if err := json.Unmarshal(stdout.Bytes(), &done); code != ExitOK || err != nil || done.Status != "success" || done.Tries < 2 || asked.Load() == 0 {
		t.Errorf("exit %d, %v, %+v: %s", code, err, done, stderr.String())
	}
}

func TestPayNeedsAnEndpointThatIsSafe(t *testing.T) {
	for _, endpoints := range [][]string{nil, {"http://api.example.com"}, {"nonsense"}} {
		arguments := []string{"pay", "order-1", "1"}
		for _, endpoint := range endpoints {
			arguments = append(arguments, "--endpoint", endpoint)
		}
		if code, said := runWith(t, nil, arguments...); code != ExitRefused || !strings.Contains(said, "--endpoint") {
			t.Errorf("%v: exit %d: %s", endpoints, code, said)
		}
	}
}

func TestPaySendsTheToken(t *testing.T) {
	endpoint, _ := startRegion(t, acknowledged(payment.StatusCompleted, false), "abc")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := runWith(t, nil, "pay", "order-1", "1", "--endpoint", endpoint, "--token-file", file); code != ExitOK {
		t.Errorf("exit %d: %s", code, said)
	}
	if code, _ := runWith(t, nil, "pay", "order-1", "1", "--endpoint", endpoint); code == ExitOK {
		t.Error("paid without the token")
	}
}
