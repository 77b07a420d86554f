package journal_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/dynamotest"
	"github.com/paymentdr/paymentdr/internal/dynamotest/fault"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/journal/journaltest"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// options give a shared machine time and listings several pages.
var options = journal.Options{AttemptTimeout: 10 * time.Second, PageSize: 3}

func TestContract(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) []*journal.Store {
		table := dynamotest.JournalTable(t)
		return []*journal.Store{
			journal.New(dynamotest.Client(t), table, options),
			journal.New(dynamotest.Client(t), table, options),
		}
	})
}

// faulty is a journal whose transport fails as planned, and one beside it that works.
func faulty(t *testing.T, plan fault.Plan) (failing, working *journal.Store) {
	t.Helper()
	table := dynamotest.JournalTable(t)
	short := journal.Options{AttemptTimeout: 300 * time.Millisecond}
	if _, hang := plan.(fault.Always); !hang {
		short = options
	}
	return journal.New(dynamotest.Client(t, fault.Wrap(plan)), table, short), journal.New(dynamotest.Client(t), table, options)
}

func TestEachFaultIsNamedByWhatItMeans(t *testing.T) {
	for kind, want := range map[fault.Kind]error{
		fault.TimeoutBefore:       payment.ErrJournalAmbiguous,
		fault.TimeoutAfter:        payment.ErrJournalAmbiguous,
		fault.ResetBefore:         payment.ErrJournalAmbiguous,
		fault.ResetAfter:          payment.ErrJournalAmbiguous,
		fault.ServerErrorBefore:   payment.ErrJournalAmbiguous,
		fault.ServerErrorAfter:    payment.ErrJournalAmbiguous,
		fault.Unavailable:         payment.ErrJournalAmbiguous,
		fault.Hang:                payment.ErrJournalAmbiguous,
		fault.Throttle:            payment.ErrJournalBusy,
		fault.ProvisionedThrottle: payment.ErrJournalBusy,
		fault.Conflict:            payment.ErrJournalBusy,
		fault.Denied:              nil,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			record := journaltest.Record(0)
			failing, working := faulty(t, fault.Always{Operation: "PutItem", Kind: kind})
			err := failing.Begin(t.Context(), record)
			check(t, "begin", err, want)
			_, err = working.Get(t.Context(), record.ID)
			if there := err == nil; there != kind.CarriedOut() {
				t.Errorf("record is there: %v (%v), want %v", there, err, kind.CarriedOut())
			}
			for operation, call := range map[string]func(*journal.Store) error{
				"GetItem": func(s *journal.Store) error { _, err := s.Get(t.Context(), record.ID); return err },
				"UpdateItem": func(s *journal.Store) error {
					return s.Complete(t.Context(), payment.Completion{PaymentID: record.ID, TransactionID: record.TransactionID})
				},
			} {
				failing, _ := faulty(t, fault.Always{Operation: operation, Kind: kind})
				check(t, operation, call(failing), want)
			}
		})
	}
}

// check wants one of the two transient errors, or, for nil, an error that is neither.
func check(t *testing.T, call string, err, want error) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s worked", call)
	case want != nil && !errors.Is(err, want):
		t.Errorf("%s = %v, want %v", call, err, want)
	case want == nil && (errors.Is(err, payment.ErrJournalAmbiguous) || errors.Is(err, payment.ErrJournalBusy)):
		t.Errorf("%s = %v, want a permanent error", call, err)
	}
}

func TestUnreachableServerIsBusyBecauseNothingWasSent(t *testing.T) {
	config := dynamotest.Shared(t).Config()
	config.BaseEndpoint = aws.String("http://127.0.0.1:1")
	store := journal.New(journal.NewClient(config), "any", options)
	if err := store.Begin(t.Context(), journaltest.Record(0)); !errors.Is(err, payment.ErrJournalBusy) {
		t.Fatalf("begin without a server = %v, want %v", err, payment.ErrJournalBusy)
	}
}

func TestClientTriesOnceAndListingsTryAgain(t *testing.T) {
	table := dynamotest.JournalTable(t)
	puts := &fault.Transport{Base: http.DefaultTransport, Plan: fault.Always{Operation: "PutItem", Kind: fault.Throttle}}
	queries := &fault.Transport{Base: http.DefaultTransport, Plan: fault.NewScript("Query", fault.ServerErrorBefore, fault.Throttle, fault.ResetBefore)}
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	store := func(transport *fault.Transport) *journal.Store {
		config := dynamotest.Shared(t).Config()
		config.Retryer = nil
		config.HTTPClient = &http.Client{Transport: transport}
		return journal.New(journal.NewClient(config), table, options)
	}
	if err := store(puts).Begin(t.Context(), journaltest.Record(0)); !errors.Is(err, payment.ErrJournalBusy) {
		t.Errorf("throttled begin = %v", err)
	}
	if tries := len(puts.History()); tries != 1 {
		t.Errorf("begin was sent %d times, want once", tries)
	}
	if _, err := store(queries).ListPending(t.Context(), 0, nil); err != nil {
		t.Errorf("listing through three faults: %v", err)
	}
	if tries := len(queries.History()); tries != 4 {
		t.Errorf("listing was sent %d times, want 4", tries)
	}
}

func TestCorruptRecordsAreSaidToBe(t *testing.T) {
	table := dynamotest.JournalTable(t)
	client := dynamotest.Client(t)
	store := journal.New(client, table, options)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for n, change := range []struct {
		name  string
		value types.AttributeValue
	}{
		{"status", text("paid")},
		{"minorUnits", &types.AttributeValueMemberN{Value: "2.5"}},
		{"minorUnits", &types.AttributeValueMemberN{Value: "99"}},
		{"amount", text("99.00")},
		{"currency", text("XXX")},
		{"fingerprint", text("0")},
		{"createdAt", text("yesterday")},
		{"transactionId", &types.AttributeValueMemberN{Value: "1"}},
		{"status", text("completed")},
	} {
		t.Run(change.name, func(t *testing.T) {
			record := journaltest.Record(n)
			if err := store.Begin(t.Context(), record); err != nil {
				t.Fatal(err)
			}
			_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: aws.String(table), Key: map[string]types.AttributeValue{"sessionId": text(record.ID)},
				UpdateExpression: aws.String("SET #name = :value"), ExpressionAttributeNames: map[string]string{"#name": change.name},
				ExpressionAttributeValues: map[string]types.AttributeValue{":value": change.value},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := store.Get(t.Context(), record.ID); !errors.Is(err, payment.ErrRecordCorrupt) {
				t.Fatalf("get = %+v, %v; want %v", got, err, payment.ErrRecordCorrupt)
			}
		})
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
