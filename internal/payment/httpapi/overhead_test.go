package httpapi_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/httpapi"
	"github.com/paymentdr/paymentdr/internal/payment/paymentmetrics"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// instant is every store, answering at once: what is left is our own code.
type instant struct{}

func (instant) Begin(context.Context, payment.Record) error { return nil }
func (instant) Get(context.Context, string) (payment.Record, error) {
	return payment.Record{}, payment.ErrRecordNotFound
}
func (instant) Complete(context.Context, payment.Completion) error { return nil }
func (instant) Post(context.Context, payment.Posting) (payment.PostResult, error) {
	return payment.PostResult{Posted: true}, nil
}
func (instant) Current(context.Context) (payment.Term, error) {
	return payment.Term{Region: "us-east-1", Epoch: 1, State: payment.LeaseActive}, nil
}
func (instant) Health(context.Context) payment.HealthReport { return payment.HealthReport{} }

func overheadAPI(t testing.TB) *httpapi.API {
	t.Helper()
	processor, err := payment.NewProcessor(payment.Options{
		Journal: instant{}, Ledger: instant{}, Lease: instant{}, Region: "us-east-1",
		Observer: &paymentmetrics.Observer{Metrics: telemetry.NewWriter(io.Discard, "dev"), Log: slog.New(slog.DiscardHandler)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &httpapi.API{Payments: processor, Health: instant{}, Region: "us-east-1"}
}

func overheadEvent(t testing.TB) json.RawMessage {
	return recordedEvent(t, exchange{method: "POST", path: "/payments", body: good, header: with("Idempotency-Key", "pay-1")}, false)
}

// once is a whole request as Lambda sees it: event in, metrics out, answer encoded.
func once(t testing.TB, ctx context.Context, api *httpapi.API, event json.RawMessage) {
	answer, err := api.Lambda(ctx, event)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(answer); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkRequestWithoutStores(b *testing.B) {
	api, event := overheadAPI(b), overheadEvent(b)
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		once(b, ctx, api, event)
	}
}

// TestRequestAllocationsStayBounded pins the part of the overhead that no busy machine changes.
func TestRequestAllocationsStayBounded(t *testing.T) {
	api, event := overheadAPI(t), overheadEvent(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if got := testing.AllocsPerRun(100, func() { once(t, ctx, api, event) }); got >= 200 {
		t.Errorf("%v allocations a request, want below 200", got)
	}
}
