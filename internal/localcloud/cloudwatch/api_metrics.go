package cloudwatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

type putMetricDataInput struct {
	Namespace        string
	MetricData       []metricDatum
	EntityMetricData []nothing
}

type metricDatum struct {
	MetricName        string
	Dimensions        []wireDimension
	Timestamp         *awswire.Time
	Value             *float64
	StatisticValues   *statisticSet
	Values            []float64
	Counts            []float64
	Unit              string
	StorageResolution int
}

type statisticSet struct{ SampleCount, Sum, Minimum, Maximum float64 }

// The limits of PutMetricData.
const (
	maximumData       = 1000
	maximumValues     = 150
	maximumDimensions = 30
)

// putMetricData records nothing if one datum is at fault.
func (s *Service) putMetricData(_ context.Context, in putMetricDataInput) (nothing, error) {
	switch {
	case in.Namespace == "":
		return nothing{}, missingParameter("Namespace")
	case strings.HasPrefix(in.Namespace, "AWS/"):
		return nothing{}, invalidValue("The value AWS/ for parameter Namespace is invalid.")
	case len(in.EntityMetricData) > 0:
		return nothing{}, invalidCombination("The local cloud does not model EntityMetricData")
	case len(in.MetricData) > maximumData:
		return nothing{}, invalidValue("The collection MetricData must not have a size greater than %d.", maximumData)
	}
	now := s.options.Now()
	var values []metric.Value
	for i, datum := range in.MetricData {
		read, err := datum.values(in.Namespace, i+1, now)
		if err != nil {
			return nothing{}, err
		}
		values = append(values, read...)
	}
	for _, value := range values {
		if err := s.metrics.Record(value, now); err != nil {
			return nothing{}, invalidValue("%v", err)
		}
	}
	return nothing{}, nil
}

func (d metricDatum) values(namespace string, place int, now time.Time) ([]metric.Value, error) {
	switch {
	case d.MetricName == "":
		return nil, missingParameter("MetricName")
	case len(d.Dimensions) > maximumDimensions:
		return nil, invalidValue("The collection MetricData.member.%d.Dimensions must not have a size greater than %d.", place, maximumDimensions)
	case d.Unit != "" && !slices.Contains(metric.Units, d.Unit):
		return nil, invalidValue("The parameter MetricData.member.%d.Unit must be a value in the set [ %s ].", place, strings.Join(metric.Units, ", "))
	case d.StorageResolution != 0 && d.StorageResolution != 1 && d.StorageResolution != 60:
		return nil, invalidValue("The parameter MetricData.member.%d.StorageResolution must be 1 or 60.", place)
	}
	for _, dimension := range d.Dimensions {
		if dimension.Name == "" || dimension.Value == "" {
			return nil, invalidValue("The parameter MetricData.member.%d.Dimensions needs names and values.", place)
		}
	}
	at := now
	if d.Timestamp != nil {
		at = d.Timestamp.Time
	}
	sets, err := d.sets(place)
	if err != nil {
		return nil, err
	}
	var values []metric.Value
	for _, set := range sets {
		values = append(values, metric.Value{
			ID:   metric.ID{Namespace: namespace, Name: d.MetricName, Dimensions: readDimensions(d.Dimensions)},
			Unit: d.Unit, Set: set, At: at, HighResolution: d.StorageResolution == 1,
		})
	}
	return values, nil
}

// sets reads a datum's Value, StatisticValues, or Values with Counts.
func (d metricDatum) sets(place int) ([]metric.Set, error) {
	given := 0
	for _, has := range []bool{d.Value != nil, d.StatisticValues != nil, len(d.Values) > 0} {
		if has {
			given++
		}
	}
	switch {
	case given == 0:
		return nil, missingParameter(fmt.Sprintf("MetricData.member.%d.Value", place))
	case given > 1:
		return nil, invalidCombination("The parameters MetricData.member.%d.Value, StatisticValues and Values are mutually exclusive and you have specified more than one.", place)
	case d.Value != nil:
		return []metric.Set{metric.Single(*d.Value, 1)}, nil
	case d.StatisticValues != nil:
		v := *d.StatisticValues
		set, err := metric.Summary(v.Sum, v.Minimum, v.Maximum, v.SampleCount)
		if err != nil {
			return nil, invalidValue("MetricData.member.%d.StatisticValues: %v", place, err)
		}
		return []metric.Set{set}, nil
	case len(d.Values) > maximumValues || len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return nil, invalidValue("The parameters MetricData.member.%d.Values and Counts must have the same size, at most %d.", place, maximumValues)
	}
	var sets []metric.Set
	for i, value := range d.Values {
		count := 1.0
		if len(d.Counts) > 0 {
			count = d.Counts[i]
		}
		if count <= 0 {
			return nil, invalidValue("The parameter MetricData.member.%d.Counts must be greater than 0.", place)
		}
		sets = append(sets, metric.Single(value, count))
	}
	return sets, nil
}

type listMetricsInput struct {
	Namespace, MetricName, NextToken, RecentlyActive string
	Dimensions                                       []wireDimension
}

type wireMetric struct {
	Namespace, MetricName string
	Dimensions            []wireDimension
}

type listMetricsOutput struct {
	Metrics   []wireMetric
	NextToken string `json:",omitempty"`
}

func (s *Service) listMetrics(_ context.Context, in listMetricsInput) (listMetricsOutput, error) {
	const pageSize = 500
	filter := metric.Filter{Namespace: in.Namespace, Name: in.MetricName, Dimensions: readDimensions(in.Dimensions)}
	if in.RecentlyActive != "" {
		if in.RecentlyActive != "PT3H" {
			return listMetricsOutput{}, invalidValue("RecentlyActive must be PT3H")
		}
		filter.After = s.options.Now().Add(-3 * time.Hour)
	}
	ids, token, err := page(s.metrics.List(filter), in.NextToken, pageSize, metric.ID.Key)
	out := listMetricsOutput{Metrics: []wireMetric{}, NextToken: token}
	for _, id := range ids {
		out.Metrics = append(out.Metrics, wireMetric{id.Namespace, id.Name, wireDimensions(id.Dimensions)})
	}
	return out, err
}
