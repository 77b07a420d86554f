package paymentmetrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/payment/paymentmetrics"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

func TestEachOutcomeHasItsMetrics(t *testing.T) {
	for _, test := range []struct {
		name string
		seen payment.Observation
		want []string
	}{
		{"accepted and posted", payment.Observation{Kind: payment.KindAccepted, Posted: true, Journal: time.Millisecond, Ledger: time.Millisecond}, []string{"PaymentsAccepted", "PaymentsPosted", "JournalLatency", "LedgerLatency"}},
		{"accepted, ledger away", payment.Observation{Kind: payment.KindAccepted, Journal: time.Millisecond}, []string{"PaymentsAccepted", "JournalLatency"}},
		{"resumed and posted", payment.Observation{Kind: payment.KindResumed, Posted: true, Journal: 1, Ledger: 1}, []string{"PaymentsPosted", "JournalLatency", "LedgerLatency"}},
		{"replayed", payment.Observation{Kind: payment.KindReplayed, Journal: 1}, []string{"PaymentsReplayed", "JournalLatency"}},
		{"rejected unread", payment.Observation{Kind: payment.KindRejected}, []string{"PaymentsRejected"}},
		{"unavailable", payment.Observation{Kind: payment.KindUnavailable, Journal: 1}, []string{"PaymentsUnavailable", "JournalLatency"}},
		{"failed", payment.Observation{Kind: payment.KindFailed, Journal: 1}, []string{"JournalLatency"}},
		{"found", payment.Observation{Kind: payment.KindFound, Journal: 1}, []string{"JournalLatency"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var names []string
			for _, metric := range paymentmetrics.Metrics(test.seen) {
				names = append(names, metric.Name)
			}
			if !slices.Equal(names, test.want) {
				t.Errorf("metrics %v, want %v", names, test.want)
			}
		})
	}
}

func TestObserveWritesOneLineAndTheCause(t *testing.T) {
	var metrics, log bytes.Buffer
	observer := &paymentmetrics.Observer{
		Metrics: telemetry.NewWriter(&metrics, "dev"), Log: slog.New(slog.NewJSONHandler(&log, nil)),
		Now: func() time.Time { return time.UnixMilli(1) },
	}
	observer.Observe(t.Context(), payment.Observation{Kind: payment.KindReplayed, PaymentID: "pay-1", RequestID: "request-1"})
	if log.Len() > 0 {
		t.Errorf("a good request logged %s", log.String())
	}
	observer.Observe(t.Context(), payment.Observation{Kind: payment.KindUnavailable, JournalTries: 3, Cause: errors.New("no quorum")})
	observer.Observe(t.Context(), payment.Observation{Kind: payment.KindFailed, Cause: errors.New("corrupt")})
	lines := strings.Split(strings.TrimSpace(metrics.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d metric lines, want one a request: %s", len(lines), metrics.String())
	}
	var first map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || first["paymentId"] != "pay-1" || first["requestId"] != "request-1" || first["outcome"] != "replayed" {
		t.Errorf("line %s (%v)", lines[0], err)
	}
	for _, want := range []string{`"level":"WARN"`, `"error":"no quorum"`, `"level":"ERROR"`, `"error":"corrupt"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log lacks %s: %s", want, log.String())
		}
	}
}
