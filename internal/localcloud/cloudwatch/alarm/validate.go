package alarm

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch/metric"
)

// comparisons of static thresholds, with their words in reasons.
var comparisons = map[string]struct {
	words  string
	breach func(value, threshold float64) bool
}{
	"GreaterThanOrEqualToThreshold": {"greater than or equal to", func(v, t float64) bool { return v >= t }},
	"GreaterThanThreshold":          {"greater than", func(v, t float64) bool { return v > t }},
	"LessThanThreshold":             {"less than", func(v, t float64) bool { return v < t }},
	"LessThanOrEqualToThreshold":    {"less than or equal to", func(v, t float64) bool { return v <= t }},
}

// Validate names every fault of an alarm.
func (a Alarm) Validate() error {
	var faults []error
	fault := func(condition bool, format string, values ...any) {
		if condition {
			faults = append(faults, fmt.Errorf(format, values...))
		}
	}
	fault(a.Name == "" || len(a.Name) > 255, "alarm_name must have 1 to 255 characters")
	fault(len(a.MetricQuery) > 0, "metric_query (metric math) is not modelled")
	fault(a.ThresholdMetricID != "", "threshold_metric_id (anomaly detection) is not modelled")
	fault(len(a.EvaluationCriteria) > 0 || a.EvaluationInterval != 0, "evaluation_criteria and evaluation_interval (PromQL) are not modelled")
	fault(len(a.WarmUpConfiguration) > 0, "warm_up_configuration is not modelled")
	fault(a.Namespace == "" || a.MetricName == "", "namespace and metric_name are needed")
	fault(a.Unit != "" && !slices.Contains(metric.Units, a.Unit), "unit %q does not exist", a.Unit)
	fault(a.Threshold == nil, "threshold is needed")
	_, known := comparisons[a.ComparisonOperator]
	fault(!known, "comparison_operator %q: the four comparisons with a static threshold are modelled", a.ComparisonOperator)
	fault(a.Period != 10 && a.Period != 20 && a.Period != 30 && (a.Period < 60 || a.Period%60 != 0),
		"period %d must be 10, 20, 30 or a multiple of 60", a.Period)
	fault(a.EvaluationPeriods < 1, "evaluation_periods %d must be at least 1", a.EvaluationPeriods)
	fault(a.DatapointsToAlarm < 0 || a.DatapointsToAlarm > a.EvaluationPeriods,
		"datapoints_to_alarm %d must be between 1 and evaluation_periods, %d", a.DatapointsToAlarm, a.EvaluationPeriods)
	longest := day
	if a.Period >= 3600 {
		longest = 7 * day
	}
	fault(a.PeriodLength()*time.Duration(a.EvaluationPeriods) > longest,
		"period %d times evaluation_periods %d must be at most %s", a.Period, a.EvaluationPeriods, longest)
	fault(!slices.Contains([]string{"", TreatMissing, TreatIgnore, TreatBreaching, TreatNotBreaching}, a.TreatMissingData),
		"treat_missing_data %q must be missing, ignore, breaching or notBreaching", a.TreatMissingData)
	fault(!slices.Contains([]string{"", "evaluate", "ignore"}, a.EvaluateLowSampleCountPercentiles),
		"evaluate_low_sample_count_percentiles %q must be evaluate or ignore", a.EvaluateLowSampleCountPercentiles)
	faults = append(faults, a.validateStatistic())
	for _, actions := range [][]string{a.AlarmActions, a.OKActions, a.InsufficientDataActions} {
		fault(len(actions) > 5, "%d actions for one state, at most 5 are allowed", len(actions))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("alarm %s: %w", a.Name, err)
	}
	return nil
}

func (a Alarm) validateStatistic() error {
	if (a.Statistic == "") == (a.ExtendedStatistic == "") {
		return errors.New("one of statistic and extended_statistic is needed")
	}
	parsed, err := metric.ParseStatistic(a.StatisticName())
	if err != nil {
		return err
	}
	if parsed.IsPercentile != (a.ExtendedStatistic != "") {
		return fmt.Errorf("percentiles are an extended_statistic, others a statistic: %s", a.StatisticName())
	}
	return nil
}
