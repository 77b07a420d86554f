// Package embedded reads log lines in the CloudWatch embedded metric format.
//
// Format: "Specification: Embedded metric format", Amazon CloudWatch User Guide.
package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// The format's limits.
const (
	maximumMetrics    = 100 // of a directive
	maximumValues     = 100 // of a metric
	maximumDimensions = 30  // of a set
	maximumName       = 255
	maximumDimension  = 1024
)

type metadata struct {
	Timestamp         *int64
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct {
	Name              string
	Unit              string
	StorageResolution int
}

// Parse is the values of a line. A directive with a fault is left out as a whole; the error names every fault, and the
// values of the other directives are valid.
func Parse(line []byte) ([]metric.Value, error) {
	var root map[string]json.RawMessage
	if err := json.Unmarshal(line, &root); err != nil {
		return nil, fmt.Errorf("read line: %w", err)
	}
	var about metadata
	if err := json.Unmarshal(root["_aws"], &about); err != nil {
		return nil, fmt.Errorf("read _aws: %w", err)
	}
	if about.Timestamp == nil {
		return nil, errors.New("_aws.Timestamp is missing")
	}
	at := time.UnixMilli(*about.Timestamp).UTC()
	var values []metric.Value
	var faults []error
	for i, one := range about.CloudWatchMetrics {
		read, err := one.values(root, at)
		if err != nil {
			faults = append(faults, fmt.Errorf("directive %d: %w", i, err))
			continue
		}
		values = append(values, read...)
	}
	return values, errors.Join(faults...)
}

func (d directive) values(root map[string]json.RawMessage, at time.Time) ([]metric.Value, error) {
	switch {
	case d.Namespace == "" || len(d.Namespace) > maximumName:
		return nil, fmt.Errorf("the Namespace %q must have 1 to %d characters", d.Namespace, maximumName)
	case len(d.Dimensions) == 0:
		return nil, errors.New("the Dimensions must have at least one set, which may be empty")
	case len(d.Metrics) > maximumMetrics:
		return nil, fmt.Errorf("%d metrics, at most %d are allowed", len(d.Metrics), maximumMetrics)
	}
	var values []metric.Value
	for _, names := range d.Dimensions {
		dimensions, err := dimensionsOf(names, root)
		if err != nil {
			return nil, err
		}
		for _, m := range d.Metrics {
			set, err := m.set(root)
			if err != nil {
				return nil, err
			}
			values = append(values, metric.Value{
				ID:   metric.ID{Namespace: d.Namespace, Name: m.Name, Dimensions: dimensions},
				Unit: m.Unit, Set: set, At: at, HighResolution: m.StorageResolution == 1,
			})
		}
	}
	return values, nil
}

func dimensionsOf(names []string, root map[string]json.RawMessage) (map[string]string, error) {
	if len(names) > maximumDimensions {
		return nil, fmt.Errorf("%d dimensions, at most %d are allowed", len(names), maximumDimensions)
	}
	dimensions := map[string]string{}
	for _, name := range names {
		var value string
		if err := json.Unmarshal(root[name], &value); err != nil {
			return nil, fmt.Errorf("dimension %q: no string of that name in the line", name)
		}
		if name == "" || len(name) > maximumName || value == "" || len(value) > maximumDimension {
			return nil, fmt.Errorf("dimension %q: name and value %q must not be empty or too long", name, value)
		}
		dimensions[name] = value
	}
	return dimensions, nil
}

func (m definition) set(root map[string]json.RawMessage) (metric.Set, error) {
	switch {
	case m.Name == "" || len(m.Name) > maximumName:
		return metric.Set{}, fmt.Errorf("metric name %q must have 1 to %d characters", m.Name, maximumName)
	case m.Unit != "" && !slices.Contains(metric.Units, m.Unit):
		return metric.Set{}, fmt.Errorf("metric %q: unit %q does not exist", m.Name, m.Unit)
	case m.StorageResolution != 0 && m.StorageResolution != 1 && m.StorageResolution != 60:
		return metric.Set{}, fmt.Errorf("metric %q: StorageResolution %d is neither 1 nor 60", m.Name, m.StorageResolution)
	}
	var one *float64
	if err := json.Unmarshal(root[m.Name], &one); err == nil && one != nil {
		return metric.Single(*one, 1), nil
	}
	var many []*float64
	if err := json.Unmarshal(root[m.Name], &many); err != nil || len(many) == 0 || len(many) > maximumValues {
		return metric.Set{}, fmt.Errorf("metric %q: no number or list of 1 to %d numbers of that name in the line", m.Name, maximumValues)
	}
	var set metric.Set
	for _, value := range many {
		if value == nil {
			return metric.Set{}, fmt.Errorf("metric %q: null is no number", m.Name)
		}
		set.Add(metric.Single(*value, 1))
	}
	return set, nil
}
