package lambda

import "time"

// Logs takes log lines, in the order of each stream. It is called from many goroutines and should not block for long: the
// function waits.
type Logs interface {
	Write(group, stream string, at time.Time, line string)
}

// Metrics takes values as CloudWatch does; unit is a CloudWatch unit.
type Metrics interface {
	Record(namespace, name, unit string, dimensions map[string]string, value float64, at time.Time)
	// RecordEmbedded takes a log line in the embedded metric format.
	RecordEmbedded(line []byte, at time.Time)
}

type noLogs struct{}

func (noLogs) Write(string, string, time.Time, string) {}

type noMetrics struct{}

func (noMetrics) Record(string, string, string, map[string]string, float64, time.Time) {}
func (noMetrics) RecordEmbedded([]byte, time.Time)                                     {}

const namespace = "AWS/Lambda"

func (s *Service) count(function, name string, value float64, at time.Time) {
	s.options.Metrics.Record(namespace, name, "Count", map[string]string{"FunctionName": function}, value, at)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
