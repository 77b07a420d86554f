package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
)

// runWith runs one command with an environment and returns its exit code and what it wrote to standard error.
func runWith(t *testing.T, environment []string, arguments ...string) (int, string) {
	t.Helper()
	var stderr bytes.Buffer
	code := Run(t.Context(), Process{Args: arguments, Environment: environment, Stdout: io.Discard, Stderr: &stderr})
	return code, stderr.String()
}

// whole is an environment in which nothing is missing, with a ledger that is not there.
var whole = []string{
	"REGION=us-east-1", "DYNAMODB_TABLE=sessions", "CONTROL_TABLE=control", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1",
	"LEDGER_URL=postgres://user:secret@127.0.0.1:1/paymentdb",
}

func TestServeRefuses(t *testing.T) {
	for _, test := range []struct {
		name        string
		environment []string
		arguments   []string
		want        []string
	}{
		{"everything missing", nil, nil, []string{"--region is missing", "--journal-table is missing", "--control-table is missing"}},
		{"unknown place", whole, []string{"--place", "third"}, []string{`--place "third"`}},
		{"every interface", whole, []string{"--listen", ":0"}, []string{"reached from other machines", "--allow-remote"}},
		{"any address", whole, []string{"--listen", "0.0.0.0:0"}, []string{"--allow-remote"}},
		{"IPv6 any address", whole, []string{"--listen", "[::]:0"}, []string{"--allow-remote"}},
		{"no address", whole, []string{"--listen", "nowhere"}, []string{"--listen"}},
		{"no connections", whole, []string{"--ledger-connections", "0"}, []string{"--ledger-connections 0"}},
		{"endpoint is no URL", whole, []string{"--dynamodb-endpoint", "localhost:8000"}, []string{"--dynamodb-endpoint"}},
		{"no ledger", whole[:4], nil, []string{"--ledger-url"}},
		{"no login", whole[:4], []string{"--ledger-host", "db"}, []string{"--ledger-password-file", "--ledger-secret"}},
		{"user without password", whole[:4], []string{"--ledger-host", "db", "--ledger-user", "u"}, []string{"belong together"}},
		{"port beyond", whole[:4], []string{"--ledger-host", "db", "--ledger-port", "70000"}, []string{"70000"}},
		{"weak TLS", whole[:4], []string{"--ledger-url", "postgres://u:secret@db/x?sslmode=require"}, []string{"verify-full"}},
		{"unknown parameter", whole[:4], []string{"--ledger-url", "postgres://u:secret@db/x?host=other"}, []string{"parameter host"}},
		{"not a URL", whole[:4], []string{"--ledger-url", "host=db password=secret"}, []string{"--ledger-url"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			code, said := runWith(t, test.environment, append([]string{"serve"}, test.arguments...)...)
			if code != ExitRefused {
				t.Errorf("exit %d, want %d: %s", code, ExitRefused, said)
			}
			for _, want := range test.want {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q: %s", want, said)
				}
			}
			if strings.Contains(said, "secret@") || strings.Contains(said, "password=secret") {
				t.Errorf("the password is in the error: %s", said)
			}
		})
	}
}

func TestPasswordFileIsReadForEachConnection(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	source := passwordFile{user: "u", path: file}
	for _, password := range []string{"one", "two"} {
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		login, err := source.Login(t.Context(), "db", 5432)
		if err != nil || login.User != "u" || login.Password != password {
			t.Errorf("login %+v, %v; want password %s", login, err, password)
		}
	}
}

// slow is an API whose payments take until the test lets them end.
type slow struct{ entered, leave chan struct{} }

func (s *slow) Pay(context.Context, payment.Payment) (payment.Result, error) {
	close(s.entered)
	<-s.leave
	return payment.Result{Record: payment.Record{Status: payment.StatusCompleted, Payment: payment.Payment{ID: "p", Money: payment.Money{MinorUnits: 1, Currency: "USD"}}}}, nil
}
func (*slow) Find(context.Context, string) (payment.Record, error) { return payment.Record{}, nil }
func (*slow) Reject(context.Context, error)                        {}
func (*slow) Health(context.Context) payment.HealthReport          { return payment.HealthReport{} }

func TestServeEndsAfterTheRequestsUnderWay(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	api := &slow{entered: make(chan struct{}), leave: make(chan struct{})}
	ctx, interrupt := context.WithCancel(t.Context())
	ready := make(chan string, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- serveOn(ctx, listener, &httpapi.API{Payments: api, Health: api, Region: "us-east-1"}, slog.New(slog.DiscardHandler),
			func(endpoint string) error { ready <- endpoint; return nil })
	}()
	endpoint := <-ready
	answered := make(chan error, 1)
	go func() {
		response, err := http.Post(endpoint+"/payments", "application/json", strings.NewReader(`{"paymentId":"p","amount":"1"}`))
		if err == nil {
			defer response.Body.Close()
			if response.StatusCode != http.StatusOK {
				err = errors.New(response.Status)
			}
		}
		answered <- err
	}()
	<-api.entered
	interrupt()
	select {
	case err := <-ended:
		t.Fatalf("it ended with a request under way: %v", err)
	case <-time.After(100 * time.Millisecond): // long enough for an end that does not wait
	}
	close(api.leave)
	if err := <-answered; err != nil {
		t.Errorf("the request under way: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestTrialBalanceNamesWhatDoesNotSumToZero(t *testing.T) {
	good := ledger.Total{Money: payment.Money{Currency: "EUR"}, Entries: 2, Payments: 1}
	bad := ledger.Total{Money: payment.Money{MinorUnits: -5, Currency: "USD"}, Entries: 1, Payments: 1}
	if balance, err := sumUp([]ledger.Total{good}); err != nil || !balance.Balanced {
		t.Errorf("%+v, %v", balance, err)
	}
	balance, err := sumUp([]ledger.Total{good, bad})
	if err == nil || balance.Balanced || !strings.Contains(err.Error(), "USD sums to -0.05") {
		t.Errorf("%+v, %v", balance, err)
	}
	if balance, err := sumUp(nil); err != nil || !balance.Balanced {
		t.Errorf("empty ledger: %+v, %v", balance, err)
	}
}
