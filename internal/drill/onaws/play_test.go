package onaws_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/drill/faults/faultstest"
	"github.com/paymentdr/paymentdr/internal/drill/onaws"
	"github.com/paymentdr/paymentdr/internal/drill/run"
)

// An experiment that does nothing is enough to see what becomes of it.
func TestPlay(t *testing.T) {
	w := start(t)
	t.Run("interrupted", func(t *testing.T) { interrupted(t, w) })
	t.Run("refused", func(t *testing.T) { notStarted(t, w) })
	t.Run("stopped", func(t *testing.T) { endedByItself(t, w, "stopped", "Experiment halted by stop condition.") })
	t.Run("unhealthy", func(t *testing.T) { neverQuiet(t, w) })
}

func (w *world) order(t *testing.T) onaws.Order {
	t.Helper()
	order, reasons, err := w.system(configuration()).Examine(t.Context(), want())
	if err != nil || len(reasons) > 0 {
		t.Fatalf("examine: %+v, %v", reasons, err)
	}
	order.Poll = 20 * time.Millisecond
	return order
}

func options(t *testing.T) run.Options {
	return run.Options{
		Receipts: filepath.Join(t.TempDir(), "receipts.jsonl"), Run: strings.ReplaceAll(strings.ToLower(t.Name()), "/", "-"), Seed: 1,
		ClientPayers: 2, ClientRate: 10, Before: 500 * time.Millisecond, Progress: t.Logf,
	}
}

// last is the newest experiment in the East.
func (w *world) last() faultstest.Experiment {
	all := w.servers[east].Experiments()
	if len(all) == 0 {
		return faultstest.Experiment{}
	}
	return all[len(all)-1]
}

// interrupted: Ctrl-C ends the experiment before the command returns, and there is no report.
func interrupted(t *testing.T, w *world) {
	ctx, cancel := context.WithCancel(t.Context())
	w.servers[east].Start = func() error { time.AfterFunc(200*time.Millisecond, cancel); return nil }
	defer func() { w.servers[east].Start = nil }()
	finished, err := w.order(t).Play(ctx, options(t))
	if !errors.Is(err, context.Canceled) || !finished.End.IsZero() {
		t.Errorf("play: ended %s, %v", finished.End, err)
	}
	if got := w.last(); got.Status != "stopped" || got.Reason != "Experiment stopped." || got.Tags[faults.DrillTag] == "" {
		t.Errorf("the experiment: %+v", got)
	}
	if beats := w.watches[east].count(); beats == 0 {
		t.Error("no heart beat")
	}
}

// notStarted: FIS says no.
func notStarted(t *testing.T, w *world) {
	before := len(w.servers[east].Experiments())
	w.servers[east].Intercept = func(call string, writer http.ResponseWriter) bool {
		if call == "POST /experiments" {
			faultstest.Refuse(writer, http.StatusBadRequest, "ServiceQuotaExceededException", "too many experiments")
			return true
		}
		return false
	}
	defer func() { w.servers[east].Intercept = nil }()
	finished, err := w.order(t).Play(t.Context(), options(t))
	if err == nil || !strings.Contains(err.Error(), "too many experiments") {
		t.Errorf("play: %v", err)
	}
	if finished.End.IsZero() || len(finished.Receipts.Receipts) == 0 {
		t.Errorf("the payments that were made are not judged: %d receipts", len(finished.Receipts.Receipts))
	}
	if after := len(w.servers[east].Experiments()); after != before {
		t.Errorf("%d experiments were started", after-before)
	}
}

// endedByItself: nobody waits for what a fault would cause that is no more, and the evidence is there.
func endedByItself(t *testing.T, w *world, status, reason string) {
	w.servers[east].Start = func() error {
		time.AfterFunc(300*time.Millisecond, func() { w.servers[east].End(status, reason) })
		return nil
	}
	defer func() { w.servers[east].Start = nil }()
	began := time.Now()
	finished, err := w.order(t).Play(t.Context(), options(t))
	var ended *faults.EndedError
	if !errors.As(err, &ended) || string(ended.Status) != status || ended.Reason != reason {
		t.Errorf("play: %v", err)
	}
	if finished.End.IsZero() || finished.OwnPrefix == "" || !strings.Contains(strings.Join(finished.Notes, "\n"), reason) {
		t.Errorf("evidence: ended %s, notes %v", finished.End, finished.Notes)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %s: it waited for a failover that could not come", took)
	}
}

// neverQuiet: the Region that would be left alone is dark, so the stop condition stays and nothing is started.
func neverQuiet(t *testing.T, w *world) {
	order, before := w.order(t), len(w.servers[east].Experiments())
	w.Dark(west)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	_, err := order.Play(ctx, options(t))
	if err == nil || !strings.Contains(err.Error(), "is quiet") || !strings.Contains(err.Error(), west+" does not answer /health") {
		t.Errorf("play: %v", err)
	}
	if after := len(w.servers[east].Experiments()); after != before {
		t.Errorf("%d experiments were started", after-before)
	}
}
