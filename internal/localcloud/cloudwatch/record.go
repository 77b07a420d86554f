package cloudwatch

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/embedded"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// Record adds a value. What CloudWatch would refuse is counted and logged.
func (s *Service) Record(namespace, name, unit string, dimensions map[string]string, value float64, at time.Time) {
	id := metric.ID{Namespace: namespace, Name: name, Dimensions: dimensions}
	s.record(metric.Value{ID: id, Unit: unit, Set: metric.Single(value, 1), At: at})
}

// RecordEmbedded adds the values of a log line in the embedded metric format. Malformed lines are counted and logged.
func (s *Service) RecordEmbedded(line []byte, _ time.Time) {
	values, err := embedded.Parse(line)
	if err != nil {
		s.faults.note(s.options.Logger, "embedded metrics are malformed", "error", err, "line", string(line[:min(len(line), 500)]))
	}
	for _, value := range values {
		s.record(value)
	}
}

func (s *Service) record(value metric.Value) {
	if err := s.metrics.Record(value, s.options.Now()); err != nil {
		s.faults.note(s.options.Logger, "metric is not recorded", "error", err)
	}
}

// Malformed is the number of values and log lines that were not recorded.
func (s *Service) Malformed() int { return int(s.faults.count.Load()) }

// faults counts what is wrong and logs it, but not every time: functions repeat their faults in every line.
type faults struct{ count atomic.Int64 }

func (f *faults) note(logger *slog.Logger, message string, details ...any) {
	count := f.count.Add(1)
	if count <= 10 || count&(count-1) == 0 {
		logger.Warn(message, append(details, "count", count)...)
	}
}
