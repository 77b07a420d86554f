package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/paymentdr/paymentdr/client"
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// service is the part behind the real API: it answers as a test says.
type service struct {
	status payment.Status
	err    error
}

func (s service) Pay(_ context.Context, asked payment.Payment) (payment.Result, error) {
	return payment.Result{Record: s.record(asked), Replayed: s.status == payment.StatusCompleted}, s.err
}

func (s service) Find(_ context.Context, id string) (payment.Record, error) {
	return s.record(payment.Payment{ID: id, Money: payment.Money{MinorUnits: 1250, Currency: "USD"}}), s.err
}

func (s service) record(asked payment.Payment) payment.Record {
	return payment.Record{Payment: asked, TransactionID: "t-1", Status: s.status, Region: "us-west-2"}
}

func (service) Reject(context.Context, error) {}

func (service) Health(context.Context) payment.HealthReport {
	return payment.HealthReport{Healthy: true}
}

// newClient makes a client of one Region that runs the real API over TLS.
func newClient(t *testing.T, behind service) *client.Client {
	t.Helper()
	api := &httpapi.API{Payments: behind, Health: behind, Region: "us-east-1"}
	return newClientOf(t, api.Handler())
}

func newClientOf(t *testing.T, handler http.Handler) *client.Client {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	made, err := client.New(client.Config{
		Endpoints: []string{server.URL}, Transport: server.Client().Transport, MaxTries: 2,
		Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	t.Cleanup(made.Close)
	return made
}

func TestRealAPIAcknowledges(t *testing.T) {
	for status, want := range map[payment.Status]client.Status{
		payment.StatusCompleted: client.StatusSuccess, payment.StatusProcessing: client.StatusProcessing,
	} {
		t.Run(string(status), func(t *testing.T) {
			payer := newClient(t, service{status: status})
			receipt, err := payer.Pay(t.Context(), client.Payment{ID: "order-1", Amount: "12.5"})
			if err != nil {
				t.Fatal(err)
			}
			if receipt.RequestID == "" {
				t.Error("the receipt names no request")
			}
			receipt.RequestID = ""
			expected := client.Receipt{
				PaymentID: "order-1", TransactionID: "t-1", Amount: "12.50", Currency: "USD", Status: want,
				Region: "us-west-2", AnsweredBy: "us-east-1", Replayed: status == payment.StatusCompleted, Tries: 1,
			}
			if receipt != expected {
				t.Errorf("got %+v, want %+v", receipt, expected)
			}
			if found, err := payer.Get(t.Context(), "order-1"); err != nil || found.Status != want {
				t.Errorf("got %+v, %v", found, err)
			}
		})
	}
}

// TestRealAPIProblems sends every problem that the API knows through it: each arrives with its type, those of the
// service are tried again with an unknown outcome, all others are final and say that nothing was recorded.
func TestRealAPIProblems(t *testing.T) {
	for _, problem := range payment.Problems() {
		t.Run(strings.TrimPrefix(problem.Type, payment.ProblemBase), func(t *testing.T) {
			_, err := newClient(t, service{err: problem.With("because")}).Pay(t.Context(), client.Payment{Amount: "1.00"})
			var told *client.Problem
			var failure *client.Error
			if !errors.As(err, &told) || !errors.As(err, &failure) {
				t.Fatalf("got %v, want a *Problem in an *Error", err)
			}
			if told.Type != problem.Type || told.Title != problem.Title || told.Status != problem.Status || told.Detail != "because" || told.RequestID == "" {
				t.Errorf("got %+v, want %+v", told, problem)
			}
			wantTries, wantOutcome := 1, client.OutcomeNotRecorded
			if problem.Status >= 500 {
				wantTries, wantOutcome = 2, client.OutcomeUnknown
			}
			if failure.Tries != wantTries || failure.Outcome != wantOutcome {
				t.Errorf("%d tries and outcome %q, want %d and %q", failure.Tries, failure.Outcome, wantTries, wantOutcome)
			}
		})
	}
}

// TestNeverStricterThanTheAPI: what this package refuses by itself the API refuses too, and what it sends is read by
// the API as what was meant.
func TestNeverStricterThanTheAPI(t *testing.T) {
	digits := rapid.StringMatching(`-?[0-9]{1,18}(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?`)
	amounts := rapid.OneOf(digits, rapid.StringMatching(`[-+0-9.eE ]{1,8}`), rapid.String())
	ids := rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9._~:-]{1,130}`), rapid.String())
	currencies := rapid.SampledFrom([]string{"USD", "JPY", "KWD", "EUR"})
	var sent []byte
	payer := newClientOf(t, http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		sent = make([]byte, request.ContentLength)
		if _, err := request.Body.Read(sent); err != nil && err.Error() != "EOF" {
			t.Errorf("read request: %v", err)
		}
		w.WriteHeader(http.StatusTeapot)
	}))
	rapid.Check(t, func(t *rapid.T) {
		asked := client.Payment{ID: ids.Draw(t, "id"), Amount: amounts.Draw(t, "amount"), Currency: currencies.Draw(t, "currency")}
		sent = nil
		_, err := payer.Pay(context.Background(), asked)
		idErr := payment.ValidateID(asked.ID)
		money, moneyErr := payment.ParseMoney(asked.Amount, asked.Currency)
		if sent == nil {
			if asked.ID != "" && idErr == nil && moneyErr == nil || !errors.Is(err, client.ErrInvalid) {
				t.Fatalf("refused %+v, which the API takes: %v", asked, err)
			}
			return
		}
		if asked.ID == "" || idErr != nil || moneyErr != nil {
			return // the API's own check answers it
		}
		parsed, err := payment.ParseRequest(sent, payment.RefuseUnknown)
		if err != nil || parsed.ID != asked.ID || parsed.Money != money {
			t.Fatalf("%+v was sent as %s and read as %+v, %v", asked, sent, parsed, err)
		}
	})
}

// TestDefaultsKeepTheObjectives: the computed worst case of a client's payer rests on these times.
func TestDefaultsKeepTheObjectives(t *testing.T) {
	if client.DefaultTimeout > config.PayerTimeout {
		t.Errorf("a try may take %v, the objectives count on %v", client.DefaultTimeout, config.PayerTimeout)
	}
	if client.DefaultHedgeAfter >= time.Second {
		t.Errorf("the other Region is asked after %v, want well under 1s", client.DefaultHedgeAfter)
	}
}

// TestREADME: the code in the README is the code of an example, which is compiled and run.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```go\n")
	code, _, found := strings.Cut(rest, "```")
	if !found || code == "" {
		t.Fatal("README.md has no Go code")
	}
	if !strings.Contains(unindented(string(examples)), unindented(code)) {
		t.Error("the code in README.md is not in example_test.go")
	}
}

func unindented(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}
