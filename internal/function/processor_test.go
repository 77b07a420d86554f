package function_test

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/function/runtimetest"
	"github.com/paymentdr/paymentdr/internal/functionenv"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/ledger/ledgertest"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
	"github.com/paymentdr/paymentdr/internal/postgres/postgrestest"
	"github.com/paymentdr/paymentdr/internal/rotation/rotationtest"
)

// processorWorld is the payment processor's program over real stores, in an active term.
type processorWorld struct {
	function *runtimetest.Function
	journal  *journal.Store
	ledger   *ledger.Store
}

func newProcessorWorld(t *testing.T) processorWorld {
	t.Helper()
	database := postgrestest.Start(t)
	store := ledgertest.Open(t, database, 1)
	if err := store.Fence(t.Context(), 1, "us-east-1"); err != nil {
		t.Fatal(err)
	}
	sessions, leases := dynamotest.JournalTable(t), dynamotest.ControlTable(t)
	_, err := control.New(dynamotest.Client(t), leases, patience).Save(t.Context(), control.Lease{
		Region: "us-east-1", Epoch: 1, State: payment.LeaseActive, Holder: "test", UpdatedAt: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	secrets := &rotationtest.SecretsManager{}
	secrets.Put(appARN, credentials(t, database.AppUser, database.AppPassword, database.Name, database.Server.Port()))
	environment := ledgerEnvironment(database)
	maps.Copy(environment, map[string]string{
		functionenv.Place: "primary", functionenv.JournalTable: sessions, functionenv.ControlTable: leases,
		"AWS_ENDPOINT_URL_DYNAMODB": dynamotest.Shared(t).Endpoint, "AWS_ENDPOINT_URL_SECRETS_MANAGER": serveSecrets(t, secrets),
	})
	return processorWorld{
		function: runtimetest.Start(t, program(t, "payment-processor"), environment),
		journal:  journal.New(dynamotest.Client(t), sessions, journal.Options{AttemptTimeout: patience}),
		ledger:   store,
	}
}

// gatewayEvent is a recorded event of API Gateway with another request in it.
func gatewayEvent(t *testing.T, method, path, body string) string {
	t.Helper()
	recorded, err := os.ReadFile("../payment/httpapi/testdata/payload-2.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var event map[string]any
	if err := json.Unmarshal(recorded, &event); err != nil {
		t.Fatal(err)
	}
	event["rawPath"], event["body"] = path, body
	event["requestContext"].(map[string]any)["http"].(map[string]any)["method"] = method
	changed, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return string(changed)
}

// requireSettled wants the payment completed in the journal and in the ledger, under one transaction id.
func (w processorWorld) requireSettled(t *testing.T, id string, money payment.Money) string {
	t.Helper()
	record, err := w.journal.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := w.ledger.Payment(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if record.Status != payment.StatusCompleted || record.Money != money || record.Region != "us-east-1" || record.Epoch != 1 {
		t.Errorf("journal has %+v, want %v completed in us-east-1, epoch 1", record, money)
	}
	if entry.TransactionID != record.TransactionID || entry.Money != money {
		t.Errorf("ledger has %+v, journal %+v", entry, record)
	}
	return record.TransactionID
}

func TestPaymentProcessorPays(t *testing.T) {
	w := newProcessorWorld(t)
	pay := gatewayEvent(t, "POST", "/payments", `{"paymentId":"order-1","amount":"4.20","currency":"EUR"}`)
	var first, second, health events.APIGatewayV2HTTPResponse
	if err := invoke(t, w.function, pay, &first); err != nil {
		t.Fatalf("%v\n%s", err, w.function.Output())
	}
	transaction := w.requireSettled(t, "order-1", payment.Money{MinorUnits: 420, Currency: "EUR"})
	if first.StatusCode != 200 || !strings.Contains(first.Body, `"transactionId":"`+transaction+`"`) ||
		first.Headers["X-Region"] != "us-east-1" || first.Headers["X-Request-Id"] != "JKJaXmPLvHcESHA=" {
		t.Errorf("answered %+v", first)
	}
	if err := invoke(t, w.function, pay, &second); err != nil || second.StatusCode != 200 || second.Body != first.Body || second.Headers["Idempotent-Replayed"] != "true" {
		t.Errorf("duplicate: %+v, %v", second, err)
	}
	if err := invoke(t, w.function, gatewayEvent(t, "GET", "/health", ""), &health); err != nil || health.StatusCode != 200 || !strings.Contains(health.Body, `"lease":"held"`) {
		t.Errorf("health: %+v, %v", health, err)
	}
	totals, err := w.ledger.TrialBalance(t.Context())
	if err != nil || len(totals) != 1 || totals[0].Money.MinorUnits != 0 || totals[0].Payments != 1 || totals[0].Entries != 2 {
		t.Errorf("trial balance %+v, %v; want one payment of two entries that sum to zero", totals, err)
	}
	for _, want := range []string{`"Namespace":"PaymentSystem"`, `"PaymentsAccepted":1`, `"PaymentsPosted":1`, `"PaymentsReplayed":1`} {
		if !strings.Contains(w.function.Output(), want) {
			t.Errorf("its output has no %s:\n%s", want, w.function.Output())
		}
	}
}

func TestPaymentProcessorAnswersTheBareEvent(t *testing.T) {
	w := newProcessorWorld(t)
	var answer httpapi.BareResponse
	if err := invoke(t, w.function, `{"paymentId":"bare-1","amount":12.5}`, &answer); err != nil {
		t.Fatalf("%v\n%s", err, w.function.Output())
	}
	transaction := w.requireSettled(t, "bare-1", payment.Money{MinorUnits: 1250, Currency: "USD"})
	want := `{"paymentId":"bare-1","amount":12.5,"currency":"USD","status":"success","region":"us-east-1","transactionId":"` + transaction + `"}`
	if answer.StatusCode != 200 || answer.Body != want {
		t.Errorf("answered %+v, want %s", answer, want)
	}
}
