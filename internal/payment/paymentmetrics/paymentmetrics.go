// Package paymentmetrics turns what the payment processor observes into metrics and one log line a request.
package paymentmetrics

import (
	"context"
	"log/slog"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Observer implements payment.Observer.
type Observer struct {
	Metrics *telemetry.Writer
	Log     *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

var _ payment.Observer = (*Observer)(nil)

// counts says which metric counts a kind of request; a resumed or found payment has none of its own.
var counts = map[payment.Kind]string{
	payment.KindAccepted:    telemetry.PaymentsAccepted,
	payment.KindReplayed:    telemetry.PaymentsReplayed,
	payment.KindRejected:    telemetry.PaymentsRejected,
	payment.KindUnavailable: telemetry.PaymentsUnavailable,
}

// Metrics are the metrics of one request.
func Metrics(seen payment.Observation) []telemetry.Metric {
	var metrics []telemetry.Metric
	if name, ok := counts[seen.Kind]; ok {
		metrics = append(metrics, telemetry.Value(name, 1))
	}
	if seen.Posted {
		metrics = append(metrics, telemetry.Value(telemetry.PaymentsPosted, 1))
	}
	if seen.Journal > 0 {
		metrics = append(metrics, telemetry.Duration(telemetry.JournalLatency, seen.Journal))
	}
	if seen.Ledger > 0 {
		metrics = append(metrics, telemetry.Duration(telemetry.LedgerLatency, seen.Ledger))
	}
	return metrics
}

// Observe writes one line in the embedded metric format, which is the request's log line too, and the cause of what
// went wrong as a line of its own: a warning where the payment is safe or the caller comes again, else an error.
func (o *Observer) Observe(ctx context.Context, seen payment.Observation) {
	now := time.Now
	if o.Now != nil {
		now = o.Now
	}
	properties := map[string]any{"event": "payment", "outcome": string(seen.Kind)}
	for name, value := range map[string]string{
		"paymentId": seen.PaymentID, "transactionId": seen.TransactionID, "problem": seen.Problem,
		"requestId": seen.RequestID,
	} {
		if value != "" {
			properties[name] = value
		}
	}
	if seen.JournalTries > 1 {
		properties["journalTries"] = seen.JournalTries
	}
	if err := o.Metrics.Emit(now(), Metrics(seen), nil, properties); err != nil {
		o.Log.ErrorContext(ctx, "metrics were not written", "error", err)
	}
	if seen.Cause == nil {
		return
	}
	level := slog.LevelWarn
	if seen.Kind == payment.KindFailed {
		level = slog.LevelError
	}
	o.Log.Log(ctx, level, "payment not settled", "outcome", string(seen.Kind), "requestId", seen.RequestID, "paymentId", seen.PaymentID,
		"transactionId", seen.TransactionID, "error", seen.Cause)
}
