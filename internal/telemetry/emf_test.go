package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paymentdr/paymentdr/internal/telemetry"
)

var at = time.UnixMilli(1_795_435_200_123)

func TestLineIsEmbeddedMetricFormat(t *testing.T) {
	var out bytes.Buffer
	writer := telemetry.NewWriter(&out, "dev")
	err := writer.Emit(at, []telemetry.Metric{
		telemetry.Value(telemetry.PaymentsAccepted, 1), telemetry.Duration(telemetry.JournalLatency, 1500*time.Microsecond),
	}, map[string]string{telemetry.DimensionCluster: "cluster-1"}, map[string]any{"paymentId": "pay-1"})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Cluster":"cluster-1","Environment":"dev","JournalLatency":1.5,"PaymentsAccepted":1,` +
		`"_aws":{"Timestamp":1795435200123,"CloudWatchMetrics":[{"Namespace":"PaymentSystem","Dimensions":[["Environment","Cluster"]],` +
		`"Metrics":[{"Name":"PaymentsAccepted","Unit":"Count"},{"Name":"JournalLatency","Unit":"Milliseconds"}]}]},"paymentId":"pay-1"}` + "\n"
	if out.String() != want {
		t.Errorf("wrote\n%s\nwant\n%s", out.String(), want)
	}
}

func TestLineWithoutMetricsIsPlain(t *testing.T) {
	var out bytes.Buffer
	if err := telemetry.NewWriter(&out, "dev").Emit(at, nil, nil, map[string]any{"event": "x"}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != `{"Environment":"dev","event":"x"}`+"\n" {
		t.Errorf("wrote %s", got)
	}
}

func TestWhatCloudWatchWouldDropIsAnError(t *testing.T) {
	metric := telemetry.Value
	many := make([]telemetry.Metric, 101)
	for i := range many {
		many[i] = metric(strings.Repeat("m", i+1), 1)
	}
	for name, emit := range map[string]func(*telemetry.Writer) error{
		"not a number": func(w *telemetry.Writer) error {
			return w.Emit(at, []telemetry.Metric{metric("M", math.NaN())}, nil, nil)
		},
		"infinite": func(w *telemetry.Writer) error {
			return w.Emit(at, []telemetry.Metric{metric("M", math.Inf(1))}, nil, nil)
		},
		"twice": func(w *telemetry.Writer) error {
			return w.Emit(at, []telemetry.Metric{metric("M", 1), metric("M", 2)}, nil, nil)
		},
		"property hides a metric": func(w *telemetry.Writer) error {
			return w.Emit(at, []telemetry.Metric{metric("M", 1)}, nil, map[string]any{"M": "x"})
		},
		"property hides the dimension": func(w *telemetry.Writer) error {
			return w.Emit(at, nil, nil, map[string]any{"Environment": "prod"})
		},
		"no name":  func(w *telemetry.Writer) error { return w.Emit(at, []telemetry.Metric{metric("", 1)}, nil, nil) },
		"too many": func(w *telemetry.Writer) error { return w.Emit(at, many, nil, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := emit(telemetry.NewWriter(&out, "dev")); err == nil || out.Len() > 0 {
				t.Errorf("wrote %q, error %v", out.String(), err)
			}
		})
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorIsReturned(t *testing.T) {
	if err := telemetry.NewWriter(brokenPipe{}, "dev").Emit(at, nil, nil, nil); err == nil {
		t.Error("no error")
	}
}

func TestConcurrentLinesAreWhole(t *testing.T) {
	var out bytes.Buffer
	writer := telemetry.NewWriter(&out, "dev")
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if err := writer.Emit(at, []telemetry.Metric{telemetry.Value("M", 1)}, nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 50 {
		t.Errorf("%d lines, want 50", len(lines))
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("line %q is not JSON", line)
		}
	}
}
