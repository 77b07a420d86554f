package ordinary_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/drill/payer/failure"
	"github.com/paymentdr/paymentdr/internal/drill/payer/ordinary"
	"github.com/paymentdr/paymentdr/internal/drill/payer/payertest"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var asked = receipt.Payment{ID: "r1.dns.000001", Amount: "12.50", MinorUnits: 1250, Currency: "USD"}

// api answers as one Region's API does, or as a test says.
type api struct {
	mutex  sync.Mutex
	answer http.HandlerFunc
	// seen are the Region, remote address, body and token of each request.
	regions, remotes, bodies, tokens []string
}

func (a *api) handler(region string) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		var body map[string]string
		err := json.NewDecoder(request.Body).Decode(&body)
		a.mutex.Lock()
		a.regions, a.remotes = append(a.regions, region), append(a.remotes, request.RemoteAddr)
		a.bodies = append(a.bodies, fmt.Sprintf("%s %s %v %v", request.Method, request.URL.Path, body, err))
		a.tokens = append(a.tokens, request.Header.Get("Authorization"))
		answer := a.answer
		a.mutex.Unlock()
		writer.Header().Set("X-Region", region)
		writer.Header().Set("Content-Type", "application/json")
		if answer != nil {
			answer(writer, request)
			return
		}
		fmt.Fprint(writer, paid(body["paymentId"], body["amount"], body["currency"], "success", "t1"))
	})
}

func paid(id, amount, currency, status, transaction string) string {
	return fmt.Sprintf(`{"paymentId":%q,"amount":%q,"currency":%q,"status":%q,"region":"us-east-1","transactionId":%q}`,
		id, amount, currency, status, transaction)
}

func newPayer(t *testing.T, world *payertest.World, change func(*ordinary.Options)) *ordinary.Payer {
	t.Helper()
	options := ordinary.Options{Endpoint: payertest.Endpoint(""), Dialer: world.Dialer(), Roots: world.Roots}
	if change != nil {
		change(&options)
	}
	payer, err := ordinary.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(payer.Close)
	return payer
}

func TestPaymentsShareAConnectionUntilDNSLeadsElsewhere(t *testing.T) {
	service := &api{}
	world := payertest.Start(t, service.handler)
	payer := newPayer(t, world, func(o *ordinary.Options) {
		o.Token = func(context.Context) (string, error) { return "abc", nil }
	})
	send := func() {
		t.Helper()
		got := payer.Send(t.Context(), asked)
		if got.Outcome != receipt.Success || got.TransactionID != "t1" || got.Status != 200 || got.Requests != 1 || got.AcceptedBy != payertest.East {
			t.Fatalf("answer %+v", got)
		}
	}
	send()
	send()
	if service.remotes[0] != service.remotes[1] {
		t.Error("two payments used two connections")
	}
	if want := "POST /payments map[amount:12.50 currency:USD paymentId:r1.dns.000001] <nil>"; service.bodies[0] != want || service.tokens[0] != "Bearer abc" {
		t.Errorf("request %s, token %s", service.bodies[0], service.tokens[0])
	}
	world.Point(payertest.West)
	send()
	if service.regions[2] != payertest.East {
		t.Error("the answer of DNS was not kept for its TTL")
	}
	time.Sleep(payertest.TTL) // real time is what TTLs are about
	got := payer.Send(t.Context(), asked)
	if service.regions[3] != payertest.West || got.Region != payertest.West || got.Address != "127.71.2.1" {
		t.Errorf("after its TTL, with the old connection well, the payment went to %s: %+v", service.regions[3], got)
	}
}

func TestAfterAFailureThePayerConnectsAgain(t *testing.T) {
	service := &api{}
	world := payertest.Start(t, service.handler)
	payer := newPayer(t, world, func(o *ordinary.Options) { o.Timeout = 200 * time.Millisecond })
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Success {
		t.Fatalf("answer %+v", got)
	}
	world.Freeze(payertest.East)
	began := time.Now()
	got := payer.Send(t.Context(), asked)
	if took := time.Since(began); got.Outcome != receipt.Unknown || got.Class != failure.Timeout || took > 5*time.Second {
		t.Errorf("a frozen Region: %+v after %v", got, took)
	}
	world.Kill(payertest.East)
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Unknown || got.Class != failure.Refused {
		t.Errorf("a killed Region: %+v", got)
	}
	world.Point(payertest.West)
	time.Sleep(payertest.TTL)
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Success || got.Region != payertest.West {
		t.Errorf("the other Region: %+v", got)
	}
	world.LoseDNS()
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Success {
		t.Errorf("a lost DNS server, within the TTL: %+v", got)
	}
	time.Sleep(payertest.TTL)
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Unknown || got.Class != failure.Name {
		t.Errorf("a lost DNS server, after the TTL: %+v", got)
	}
}

func TestAnswers(t *testing.T) {
	good := paid(asked.ID, "12.50", "USD", "success", "t1")
	answer := func(status int, body string, headers ...string) http.HandlerFunc {
		return func(writer http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				writer.Header().Set(headers[i], headers[i+1])
			}
			writer.WriteHeader(status)
			fmt.Fprint(writer, body)
		}
	}
	tests := map[string]struct {
		answer  http.HandlerFunc
		outcome receipt.Outcome
		class   string
	}{
		"success":          {answer(200, good, "Idempotent-Replayed", "true"), receipt.Success, ""},
		"processing":       {answer(202, paid(asked.ID, "12.50", "USD", "processing", "t1")), receipt.Processing, ""},
		"200 processing":   {answer(200, paid(asked.ID, "12.50", "USD", "processing", "t1")), receipt.Unknown, failure.Unreadable},
		"202 success":      {answer(202, good), receipt.Unknown, failure.Unreadable},
		"201":              {answer(201, good), receipt.Unknown, "HTTP 201"},
		"no transaction":   {answer(200, paid(asked.ID, "12.50", "USD", "success", "")), receipt.Unknown, failure.Unreadable},
		"a page":           {answer(200, "<html>welcome</html>"), receipt.Unknown, failure.Unreadable},
		"nothing":          {answer(200, ""), receipt.Unknown, failure.Unreadable},
		"another payment":  {answer(200, paid("p2", "12.50", "USD", "success", "t1")), receipt.Contradicted, failure.Inconsistent},
		"another amount":   {answer(200, paid(asked.ID, "12.51", "USD", "success", "t1")), receipt.Contradicted, failure.Inconsistent},
		"another currency": {answer(202, paid(asked.ID, "12.50", "EUR", "processing", "t1")), receipt.Contradicted, failure.Inconsistent},
		"redirect":         {answer(307, "", "Location", payertest.Endpoint(payertest.West)), receipt.Unknown, "HTTP 307"},
		"bad request":      {answer(400, "{}"), receipt.Refused, "HTTP 400"},
		"unauthorized":     {answer(401, "{}"), receipt.Refused, "HTTP 401"},
		"mismatch":         {answer(422, "{}"), receipt.Refused, "HTTP 422"},
		"conflict":         {answer(409, "{}"), receipt.Unknown, "HTTP 409"},
		"throttled":        {answer(429, "{}"), receipt.Unknown, "HTTP 429"},
		"unavailable":      {answer(503, "{}", "Retry-After", "3"), receipt.Unknown, "HTTP 503"},
		"cut off in the body": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, good[:20])
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, receipt.Unknown, failure.Closed},
	}
	service := &api{}
	world := payertest.Start(t, service.handler)
	payer := newPayer(t, world, nil)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service.mutex.Lock()
			service.answer = test.answer
			service.mutex.Unlock()
			got := payer.Send(t.Context(), asked)
			if got.Outcome != test.outcome || got.Class != test.class || got.Outcome.Acknowledges() && got.TransactionID != "t1" {
				t.Errorf("%+v, want %s, class %q", got, test.outcome, test.class)
			}
			if name == "unavailable" && got.RetryAfter != 3*time.Second {
				t.Errorf("pause asked for is %v", got.RetryAfter)
			}
			if name == "success" && !got.Replayed {
				t.Error("not seen to be replayed")
			}
			if name == "another amount" && (got.Said == nil || got.Said.Amount != "12.51") {
				t.Errorf("said %+v", got.Said)
			}
		})
	}
}

func TestAServerThatIsNotTheNamesIsNotPaid(t *testing.T) {
	service := &api{}
	world := payertest.Start(t, service.handler)
	other := payertest.Start(t, service.handler)
	payer := newPayer(t, world, func(o *ordinary.Options) { o.Roots = other.Roots })
	if got := payer.Send(t.Context(), asked); got.Class != failure.TLS || len(service.bodies) > 0 {
		t.Errorf("answer %+v, %d requests arrived", got, len(service.bodies))
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	service := &api{}
	payer := newPayer(t, payertest.Start(t, service.handler), func(o *ordinary.Options) {
		o.Token = func(context.Context) (string, error) { return "", errors.New("issuer is away") }
	})
	if got := payer.Send(t.Context(), asked); got.Class != failure.Token || got.Outcome != receipt.Unknown || len(service.bodies) > 0 {
		t.Errorf("answer %+v, %d requests arrived", got, len(service.bodies))
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	for endpoint, want := range map[string]string{"http://api.example.net": "https", "https://": "https", "https://api.example.net": "resolver", ":": "parse"} {
		if _, err := ordinary.New(ordinary.Options{Endpoint: endpoint}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("endpoint %q: error %v, want one with %q", endpoint, err, want)
		}
	}
}
