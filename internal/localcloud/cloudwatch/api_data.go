package cloudwatch

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awswire"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// timeRange checks a request's times and period, and divides them into whole periods.
func timeRange(start, end awswire.Time, period int) (from time.Time, length time.Duration, count int, err error) {
	switch {
	case start.IsZero() || end.IsZero():
		return from, 0, 0, missingParameter("StartTime and EndTime")
	case !start.Before(end.Time):
		return from, 0, 0, invalidValue("The parameter StartTime must be less than the parameter EndTime.")
	case !slices.Contains([]int{1, 5, 10, 20, 30}, period) && (period < 60 || period%60 != 0):
		return from, 0, 0, invalidValue("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
	}
	length = time.Duration(period) * time.Second
	from = start.Truncate(length)
	count = int((end.Sub(from) + length - 1) / length)
	if count > maximumPeriods {
		return from, 0, 0, invalidCombination("You have requested up to %d datapoints, which exceeds the limit of %d.", count, maximumPeriods)
	}
	return from, length, count, nil
}

// maximumPeriods bounds what one query walks through.
const maximumPeriods = 100_800

type getMetricDataInput struct {
	MetricDataQueries  []metricDataQuery
	StartTime, EndTime awswire.Time
	NextToken, ScanBy  string
	MaxDatapoints      int
}

type metricDataQuery struct {
	Id, Expression, Label, AccountId string
	ReturnData                       *bool
	MetricStat                       *metricStat
}

type metricStat struct {
	Metric     wireMetric
	Period     int
	Stat, Unit string
}

type getMetricDataOutput struct {
	MetricDataResults []metricDataResult
	Messages          []nothing
	NextToken         string `json:",omitempty"`
}

type metricDataResult struct {
	Id, Label, StatusCode string
	Timestamps            []awswire.Time
	Values                []float64
}

func (s *Service) getMetricData(_ context.Context, in getMetricDataInput) (getMetricDataOutput, error) {
	out := getMetricDataOutput{MetricDataResults: []metricDataResult{}, Messages: []nothing{}}
	if len(in.MetricDataQueries) == 0 {
		return out, missingParameter("MetricDataQueries")
	}
	if len(in.MetricDataQueries) > 500 {
		return out, validation("The collection MetricDataQueries must not have a size greater than 500.")
	}
	for _, query := range in.MetricDataQueries {
		result, err := s.queryMetric(query, in)
		if err != nil {
			return out, err
		}
		if query.ReturnData == nil || *query.ReturnData {
			out.MetricDataResults = append(out.MetricDataResults, result)
		}
	}
	return out.page(in.NextToken, in.MaxDatapoints)
}

func (s *Service) queryMetric(query metricDataQuery, in getMetricDataInput) (metricDataResult, error) {
	result := metricDataResult{Id: query.Id, Label: query.Label, StatusCode: "Complete", Timestamps: []awswire.Time{}, Values: []float64{}}
	switch {
	case query.Id == "":
		return result, missingParameter("Id")
	case query.Expression != "":
		return result, validation("The local cloud does not model metric math: query %s has the expression %q; ask for its metrics with MetricStat", query.Id, query.Expression)
	case query.MetricStat == nil:
		return result, validation("The query %s needs a MetricStat", query.Id)
	case query.AccountId != "" && query.AccountId != s.options.Account:
		return result, validation("The local cloud has the account %s only", s.options.Account)
	}
	asked := query.MetricStat
	statistic, err := metric.ParseStatistic(asked.Stat)
	if err != nil {
		return result, validation("The query %s: %v", query.Id, err)
	}
	from, length, count, err := timeRange(in.StartTime, in.EndTime, asked.Period)
	if err != nil {
		return result, err
	}
	if result.Label == "" {
		result.Label = asked.Metric.MetricName
	}
	id := metric.ID{Namespace: asked.Metric.Namespace, Name: asked.Metric.MetricName, Dimensions: readDimensions(asked.Metric.Dimensions)}
	for _, period := range s.metrics.Periods(id, asked.Unit, from, length, count) {
		if value, known := statistic.Of(&period.Set); known {
			result.Timestamps = append(result.Timestamps, awswire.Time{Time: period.Start})
			result.Values = append(result.Values, value)
		}
	}
	if in.ScanBy != "TimestampAscending" {
		slices.Reverse(result.Timestamps)
		slices.Reverse(result.Values)
	}
	return result, nil
}

// page cuts the datapoints of all results, one after the other; the token is how many were returned before.
func (o getMetricDataOutput) page(token string, limit int) (getMetricDataOutput, error) {
	skip := 0
	if token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if err == nil {
			skip, err = strconv.Atoi(string(text))
		}
		if err != nil || skip < 0 {
			return o, &awswire.Fault{Name: "InvalidNextToken", Message: "The next token is not valid."}
		}
	}
	if limit <= 0 || limit > maximumPeriods {
		limit = maximumPeriods
	}
	end, seen, total := skip+limit, 0, 0
	for i := range o.MetricDataResults {
		result := &o.MetricDataResults[i]
		length := len(result.Values)
		from, to := min(max(skip-seen, 0), length), min(max(end-seen, 0), length)
		if to < length {
			result.StatusCode = "PartialData"
		}
		result.Timestamps, result.Values = result.Timestamps[from:to], result.Values[from:to]
		seen += length
		total += length
	}
	if end < total {
		o.NextToken = base64.RawURLEncoding.EncodeToString(fmt.Append(nil, end))
	}
	return o, nil
}

type getMetricStatisticsInput struct {
	Namespace, MetricName, Unit    string
	Dimensions                     []wireDimension
	StartTime, EndTime             awswire.Time
	Period                         int
	Statistics, ExtendedStatistics []string
}

type getMetricStatisticsOutput struct {
	Label      string
	Datapoints []datapoint
}

type datapoint struct {
	Timestamp                                   awswire.Time
	SampleCount, Average, Sum, Minimum, Maximum *float64           `json:",omitempty"`
	ExtendedStatistics                          map[string]float64 `json:",omitempty"`
	Unit                                        string
}

func (s *Service) getMetricStatistics(_ context.Context, in getMetricStatisticsInput) (getMetricStatisticsOutput, error) {
	const most = 1440
	out := getMetricStatisticsOutput{Label: in.MetricName, Datapoints: []datapoint{}}
	switch {
	case in.Namespace == "" || in.MetricName == "":
		return out, missingParameter("Namespace and MetricName")
	case len(in.Statistics)+len(in.ExtendedStatistics) == 0:
		return out, missingParameter("Statistics or ExtendedStatistics")
	}
	from, length, count, err := timeRange(in.StartTime, in.EndTime, in.Period)
	if err != nil {
		return out, err
	}
	if count > most {
		return out, invalidCombination("You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", count, most)
	}
	var statistics []metric.Statistic
	for _, name := range slices.Concat(in.Statistics, in.ExtendedStatistics) {
		statistic, err := metric.ParseStatistic(name)
		if err != nil {
			return out, invalidValue("%v", err)
		}
		statistics = append(statistics, statistic)
	}
	id := metric.ID{Namespace: in.Namespace, Name: in.MetricName, Dimensions: readDimensions(in.Dimensions)}
	for _, period := range s.metrics.Periods(id, in.Unit, from, length, count) {
		if period.Set.Count > 0 {
			out.Datapoints = append(out.Datapoints, describePeriod(period, statistics))
		}
	}
	return out, nil
}

func describePeriod(period metric.Period, statistics []metric.Statistic) datapoint {
	point := datapoint{Timestamp: awswire.Time{Time: period.Start}, Unit: period.Unit}
	for _, statistic := range statistics {
		value, known := statistic.Of(&period.Set)
		switch {
		case !known:
		case statistic.IsPercentile:
			if point.ExtendedStatistics == nil {
				point.ExtendedStatistics = map[string]float64{}
			}
			point.ExtendedStatistics[statistic.Name] = value
		default:
			*map[string]**float64{
				metric.SampleCount: &point.SampleCount, metric.Average: &point.Average, metric.Sum: &point.Sum,
				metric.Minimum: &point.Minimum, metric.Maximum: &point.Maximum,
			}[statistic.Name] = &value
		}
	}
	return point
}
