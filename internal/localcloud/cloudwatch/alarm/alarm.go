package alarm

import (
	"encoding/json"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// State is an alarm's state.
type State string

// The states.
const (
	OK               State = "OK"
	Alarming         State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// Alarm is a metric alarm. Its JSON is a resource aws_cloudwatch_metric_alarm as the provider's schema names it.
type Alarm struct {
	Name        string `json:"alarm_name"`
	Description string `json:"alarm_description"`
	// ActionsEnabled is true unless it says otherwise.
	ActionsEnabled          *bool    `json:"actions_enabled"`
	AlarmActions            []string `json:"alarm_actions"`
	OKActions               []string `json:"ok_actions"`
	InsufficientDataActions []string `json:"insufficient_data_actions"`

	Namespace  string            `json:"namespace"`
	MetricName string            `json:"metric_name"`
	Dimensions map[string]string `json:"dimensions"`
	// Statistic or ExtendedStatistic, a percentile.
	Statistic         string `json:"statistic"`
	ExtendedStatistic string `json:"extended_statistic"`
	// Unit "" takes values of every unit.
	Unit string `json:"unit"`

	Period            int `json:"period"` // seconds
	EvaluationPeriods int `json:"evaluation_periods"`
	// DatapointsToAlarm 0 is EvaluationPeriods.
	DatapointsToAlarm  int      `json:"datapoints_to_alarm"`
	ComparisonOperator string   `json:"comparison_operator"`
	Threshold          *float64 `json:"threshold"`
	// TreatMissingData "" is missing, or ignore in the namespace AWS/DynamoDB.
	TreatMissingData string `json:"treat_missing_data"`
	// EvaluateLowSampleCountPercentiles "" is evaluate.
	EvaluateLowSampleCountPercentiles string            `json:"evaluate_low_sample_count_percentiles"`
	Tags                              map[string]string `json:"tags"`

	// What is refused, and not ignored.
	MetricQuery         []json.RawMessage `json:"metric_query"`
	ThresholdMetricID   string            `json:"threshold_metric_id"`
	EvaluationInterval  int               `json:"evaluation_interval"`
	EvaluationCriteria  []json.RawMessage `json:"evaluation_criteria"`
	WarmUpConfiguration []json.RawMessage `json:"warm_up_configuration"`
}

// How missing data is treated.
const (
	TreatMissing      = "missing"
	TreatIgnore       = "ignore"
	TreatBreaching    = "breaching"
	TreatNotBreaching = "notBreaching"
)

// Metric is what the alarm watches.
func (a Alarm) Metric() metric.ID {
	return metric.ID{Namespace: a.Namespace, Name: a.MetricName, Dimensions: a.Dimensions}
}

// StatisticName is the statistic of either kind.
func (a Alarm) StatisticName() string {
	if a.ExtendedStatistic != "" {
		return a.ExtendedStatistic
	}
	return a.Statistic
}

// Treatment is how the alarm treats missing data ("Configuring how CloudWatch alarms treat missing data", Amazon
// CloudWatch User Guide).
func (a Alarm) Treatment() string {
	switch {
	case a.TreatMissingData != "":
		return a.TreatMissingData
	case a.Namespace == "AWS/DynamoDB":
		return TreatIgnore
	}
	return TreatMissing
}

func (a Alarm) datapointsToAlarm() int {
	if a.DatapointsToAlarm == 0 {
		return a.EvaluationPeriods
	}
	return a.DatapointsToAlarm
}

// PeriodLength is the period as a duration.
func (a Alarm) PeriodLength() time.Duration { return time.Duration(a.Period) * time.Second }

const day = 24 * time.Hour

func (a Alarm) multiDay() bool { return a.PeriodLength()*time.Duration(a.EvaluationPeriods) > day }

// Interval is how often the alarm is evaluated, and what the end of its window is a multiple of ("Alarm evaluation",
// Amazon CloudWatch User Guide).
func (a Alarm) Interval() time.Duration {
	switch {
	case a.Period < 60:
		return 10 * time.Second
	case a.multiDay():
		return time.Hour
	}
	return time.Minute
}

// Range is the number of periods whose datapoints are looked at. AWS does not publish it: its documentation shows 5 for 3
// evaluation periods of five minutes; with periods of a minute, values were seen to count until they are six minutes old,
// for 1 and for 2 evaluation periods.
func (a Alarm) Range() int {
	periods := a.EvaluationPeriods + 2
	if a.Period == 60 {
		return max(periods, 6)
	}
	return periods
}
