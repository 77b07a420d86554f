package telemetry

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"sync"
	"time"
)

// Unit is a CloudWatch unit.
type Unit string

// The units in use.
const (
	Count        Unit = "Count"
	Milliseconds Unit = "Milliseconds"
	Seconds      Unit = "Seconds"
)

// Metric is one value of one metric.
type Metric struct {
	Name  string
	Unit  Unit
	Value float64
}

// Value is a metric that counts.
func Value(name string, value float64) Metric { return Metric{Name: name, Unit: Count, Value: value} }

// Duration is a metric of time in milliseconds.
func Duration(name string, duration time.Duration) Metric {
	return Metric{Name: name, Unit: Milliseconds, Value: float64(duration) / float64(time.Millisecond)}
}

// Writer writes metrics in the CloudWatch embedded metric format, one JSON object a line. Lambda ships its standard
// output to CloudWatch Logs, which makes metrics of such lines; no call is made and nothing is awaited. It is safe for
// concurrent use.
//
// Format: "Specification: Embedded metric format", Amazon CloudWatch User Guide.
type Writer struct {
	environment string

	mutex sync.Mutex
	out   io.Writer
}

// NewWriter writes to out, with the dimension Environment on every metric.
func NewWriter(out io.Writer, environment string) *Writer {
	return &Writer{environment: environment, out: out}
}

// directive is the "_aws" member of a line.
type directive struct {
	Timestamp         int64       `json:"Timestamp"`
	CloudWatchMetrics []metricSet `json:"CloudWatchMetrics"`
}

type metricSet struct {
	Namespace  string       `json:"Namespace"`
	Dimensions [][]string   `json:"Dimensions"`
	Metrics    []definition `json:"Metrics"`
}

type definition struct {
	Name string `json:"Name"`
	Unit Unit   `json:"Unit"`
}

// maxMetrics is the format's limit for one directive.
const maxMetrics = 100

// Emit writes metrics of one moment. extra are dimensions besides Environment (usually nil); properties are searchable
// in the log and are no metrics. A name may stand only once among all of them. Emitting no metric writes the line as a
// plain log line.
func (w *Writer) Emit(at time.Time, metrics []Metric, extra map[string]string, properties map[string]any) error {
	if len(metrics) > maxMetrics {
		return fmt.Errorf("write metrics: %d in one line, at most %d are allowed", len(metrics), maxMetrics)
	}
	line := make(map[string]any, len(metrics)+len(extra)+len(properties)+2)
	put := func(name string, value any) error {
		if _, twice := line[name]; twice || name == "" {
			return fmt.Errorf("write metrics: the name %q stands twice or is empty", name)
		}
		line[name] = value
		return nil
	}
	dimensions := []string{DimensionEnvironment}
	line[DimensionEnvironment] = w.environment
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		dimensions = append(dimensions, name)
		if err := put(name, extra[name]); err != nil {
			return err
		}
	}
	definitions := make([]definition, len(metrics))
	for i, metric := range metrics {
		if math.IsNaN(metric.Value) || math.IsInf(metric.Value, 0) {
			return fmt.Errorf("write metric %s: value %v is not finite", metric.Name, metric.Value)
		}
		definitions[i] = definition{Name: metric.Name, Unit: metric.Unit}
		if err := put(metric.Name, metric.Value); err != nil {
			return err
		}
	}
	for name, value := range properties {
		if err := put(name, value); err != nil {
			return err
		}
	}
	if len(metrics) > 0 {
		line["_aws"] = directive{Timestamp: at.UnixMilli(), CloudWatchMetrics: []metricSet{
			{Namespace: Namespace, Dimensions: [][]string{dimensions}, Metrics: definitions},
		}}
	}
	return w.write(line)
}

// write puts a whole line out in one call, so that lines of other writers cannot stand in the middle of it.
func (w *Writer) write(line map[string]any) error {
	encoded, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("encode metrics: %w", err)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if _, err := w.out.Write(append(encoded, '\n')); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}
