package failovertest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// Options are those of a run in the world, with one worker, and metrics and a log that nobody reads. sleep is what
// happens in a pause; it moves the world's time.
func (w *World) Options(settings failover.Settings, sleep func(pause time.Duration) error) failover.Options {
	region, actor := settings.Region, settings.Run
	return failover.Options{
		Settings: settings,
		Control:  Control{World: w, Region: region, Actor: actor}, Journal: Journal{World: w, Region: region, Actor: actor},
		Ledger: Ledger{World: w, Region: region, Actor: actor}, Database: Database{World: w, Region: region, Actor: actor},
		Intents: Control{World: w, Region: region, Actor: actor}, Switcher: Database{World: w, Region: region, Actor: actor},
		Metrics: unread{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Limits: failover.Limits{Workers: 1},
		Clock: failover.Clock{
			Now: func() time.Time { return w.Now }, Wall: func() time.Time { return w.WallTime(region) },
			Sleep: func(_ context.Context, pause time.Duration) error { return sleep(pause) },
			WithTimeout: func(parent context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
				return context.WithCancel(parent)
			},
		},
	}
}

// Accept records another payment now, as a processor of the Region does that may not post it.
func (w *World) Accept(region string) {
	all, _ := w.Recorded()
	id := fmt.Sprintf("payment-%d", all)
	asked := payment.Payment{ID: id, Money: payment.Money{MinorUnits: 500, Currency: "USD"}}
	_ = w.begin(payment.Record{ // the id is new, so nothing speaks against it
		Payment: asked, TransactionID: "transaction of " + id, Fingerprint: asked.Fingerprint(), Status: payment.StatusProcessing,
		Region: region, CreatedAt: w.WallTime(region),
	})
}

type unread struct{}

// Emit implements failover.Metrics.
func (unread) Emit(time.Time, []telemetry.Metric, map[string]string, map[string]any) error {
	return nil
}
