package both_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/client"
	load "github.com/paymentdr/paymentdr/internal/drill/payer"
	"github.com/paymentdr/paymentdr/internal/drill/payer/both"
	"github.com/paymentdr/paymentdr/internal/drill/payer/payertest"
	"github.com/paymentdr/paymentdr/internal/drill/receipt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var asked = receipt.Payment{ID: "r1.client.000001", Amount: "1.250", MinorUnits: 1250, Currency: "KWD"}

// regions answer with a status each, and with a transaction of their own if split.
type regions struct {
	status atomic.Int64
	split  atomic.Bool
	amount atomic.Value
	delay  map[string]time.Duration
}

func (r *regions) handler(region string) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		var body struct{ PaymentID, Amount, Currency string }
		if err := json.NewDecoder(request.Body).Decode(&body); err != nil {
			writer.WriteHeader(http.StatusBadRequest)
			return
		}
		time.Sleep(r.delay[region]) // the Region's distance
		transaction, status, word := "t1", int(r.status.Load()), "success"
		if r.split.Load() {
			transaction += "-" + region
		}
		if status == http.StatusAccepted {
			word = "processing"
		}
		if amount, ok := r.amount.Load().(string); ok {
			body.Amount = amount
		}
		writer.Header().Set("Content-Type", "application/json")
		writer.Header().Set("X-Region", region)
		writer.WriteHeader(status)
		fmt.Fprintf(writer, `{"paymentId":%q,"amount":%q,"currency":%q,"status":%q,"region":"us-east-1","transactionId":%q}`,
			body.PaymentID, body.Amount, body.Currency, word, transaction)
	})
}

func start(t *testing.T, service *regions, status int64) (*both.Payer, *payertest.World) {
	t.Helper()
	service.status.Store(status)
	world := payertest.Start(t, service.handler)
	made, err := both.New(both.Options{Dialer: world.Dialer(), Roots: world.Roots, Config: client.Config{
		Endpoints: []string{payertest.Endpoint(payertest.East), payertest.Endpoint(payertest.West)},
		Deadline:  3 * time.Second, HedgeAfter: 100 * time.Millisecond,
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made, world
}

func TestALostRegionIsLeftWithoutWaitingForDNS(t *testing.T) {
	payer, world := start(t, &regions{}, 200)
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Success || got.Region != payertest.East || got.Requests != 1 {
		t.Fatalf("answer %+v", got)
	}
	world.Kill(payertest.East)
	if got := payer.Send(t.Context(), asked); got.Outcome != receipt.Success || got.Region != payertest.West || got.AcceptedBy != payertest.East || got.TransactionID != "t1" {
		t.Errorf("answer %+v", got)
	}
}

func TestAnswers(t *testing.T) {
	tests := map[string]struct {
		status  int64
		amount  string
		outcome receipt.Outcome
		class   string
	}{
		"processing":     {202, "", receipt.Processing, ""},
		"refused":        {400, "", receipt.Refused, "HTTP 400"},
		"mismatch":       {422, "", receipt.Refused, "HTTP 422"},
		"unavailable":    {503, "", receipt.Unknown, "HTTP 503"},
		"another amount": {200, "9.999", receipt.Contradicted, "inconsistent answer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := &regions{}
			if test.amount != "" {
				service.amount.Store(test.amount)
			}
			payer, _ := start(t, service, test.status)
			got := payer.Send(t.Context(), asked)
			if got.Outcome != test.outcome || got.Class != test.class || got.Requests < 1 {
				t.Errorf("%+v, want %s, class %q", got, test.outcome, test.class)
			}
		})
	}
}

func TestTwoTransactionsAreLearnedEvenWhenTheSecondComesLate(t *testing.T) {
	service := &regions{delay: map[string]time.Duration{payertest.East: 400 * time.Millisecond}}
	service.split.Store(true)
	payer, _ := start(t, service, 200)
	got := payer.Send(t.Context(), asked)
	if got.Outcome != receipt.Success || got.Region != payertest.West {
		t.Fatalf("answer %+v", got)
	}
	var late []load.Late
	for deadline := time.Now().Add(10 * time.Second); len(late) == 0; late = payer.Late() {
		if time.Now().After(deadline) {
			t.Fatal("the East's other transaction was not learned")
		}
		time.Sleep(10 * time.Millisecond) // the East's answer is on its way, over a real connection
	}
	if late[0].PaymentID != asked.ID || late[0].Answer.Outcome != receipt.Contradicted {
		t.Errorf("late answer %+v", late[0])
	}
	if again := payer.Late(); len(again) > 0 {
		t.Errorf("told twice: %+v", again)
	}
}

func TestAPayerNeedsAResolverAndEndpoints(t *testing.T) {
	if _, err := both.New(both.Options{}); err == nil {
		t.Error("made without a resolver")
	}
	if _, err := both.New(both.Options{Dialer: payertest.Start(t, (&regions{}).handler).Dialer()}); err == nil {
		t.Error("made without endpoints")
	}
}
