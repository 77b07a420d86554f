package operatetest

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/paymentdr/paymentdr/internal/control"
	"github.com/paymentdr/paymentdr/internal/failover"
	"github.com/paymentdr/paymentdr/internal/failover/aurora"
	"github.com/paymentdr/paymentdr/internal/function/processor"
	"github.com/paymentdr/paymentdr/internal/journal"
	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
	"github.com/paymentdr/paymentdr/internal/telemetry"

	sdk "github.com/aws/aws-sdk-go-v2/service/rds"
)

// serve starts a Region's payment API: the real one, over the Region's own endpoints.
func (w *World) serve(region string) {
	w.T.Helper()
	config := w.config(region)
	client := journal.NewClient(config)
	store := journal.New(client, JournalTable, journal.Options{})
	lease := control.New(client, ControlTable, 0)
	pool, err := w.pool(false, clusterOf(region), clusterOf(peerOf(region)))
	w.must(err)
	w.T.Cleanup(pool.Close)
	api, err := processor.Wire(region, placeOf(region), processor.Parts{
		Journal: store, Prober: store, Ledger: ledger.New(pool), Observer: ignore{},
		Lease: control.NewCached(lease, processor.LeaseFresh, processor.LeaseStale, nil), HealthLease: lease,
	})
	w.must(err)
	front := w.fronts[region]
	front.api = httptest.NewServer(front.unlessDark(api.Handler()))
	w.T.Cleanup(func() { front.api.CloseClientConnections(); front.api.Close() })
	w.apis[region] = front.api.URL
	for i := range w.Access.Regions {
		if w.Access.Regions[i].Name == region {
			w.Access.Regions[i].API = front.api.URL
		}
	}
}

type ignore struct{}

func (ignore) Observe(context.Context, payment.Observation) {}

// run is one running controller.
type run struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// StartController starts a run of a Region's controller; StopController ends it, as a crash would between two ticks.
func (w *World) StartController(region string) {
	w.T.Helper()
	config := w.config(region)
	client := journal.NewClient(config)
	pool, err := w.pool(false, clusterOf(region))
	w.must(err)
	table := control.New(client, ControlTable, 0)
	cluster := &aurora.Cluster{API: sdk.NewFromConfig(config), Global: Global, Identifier: clusterOf(region)}
	w.number++
	controller, err := failover.New(failover.Options{
		Settings: failover.Settings{
			Region: region, Peer: peerOf(region), Place: placeOf(region), Run: fmt.Sprintf("run %d of %s", w.number, region), TTL: TTL, Tick: Tick,
		},
		Control: table, Intents: table, Journal: journal.New(client, JournalTable, journal.Options{}), Ledger: ledger.New(pool),
		Database: cluster, Switcher: cluster, Clock: failover.SystemClock(), Log: w.logger(region),
		Metrics: beat{w.Clouds[region]},
		Limits: failover.Limits{
			EmptyReach: time.Hour, PassPause: 100 * time.Millisecond, DrainFor: 1500 * time.Millisecond, PromoteEvery: 2 * time.Second,
			SweepEvery: time.Second, SweepAge: time.Second, SettleAfter: 5 * time.Second, DatabaseEvery: time.Second,
		},
	})
	w.must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.T.Context()))
	started := &run{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(started.done)
		defer pool.Close()
		controller.Run(ctx, time.Now().Add(time.Hour))
	}()
	w.runs[region] = started
	w.T.Cleanup(func() { w.StopController(region) })
}

// StopController ends the run of a Region, if there is one.
func (w *World) StopController(region string) {
	if running := w.runs[region]; running != nil {
		running.cancel()
		<-running.done
		delete(w.runs, region)
	}
}

// beat tells the Region's CloudWatch that the controller lives.
type beat struct{ cloud *Cloud }

func (b beat) Emit(at time.Time, metrics []telemetry.Metric, _ map[string]string, _ map[string]any) error {
	for _, metric := range metrics {
		b.cloud.put(metric.Name, at, metric.Value)
	}
	return nil
}
