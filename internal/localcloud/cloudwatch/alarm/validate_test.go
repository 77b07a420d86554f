package alarm

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestGoodAlarms(t *testing.T) {
	percentile := above5(5, 0, TreatNotBreaching)
	percentile.Statistic, percentile.ExtendedStatistic = "", "p99"
	daily := above5(24, 0, TreatBreaching)
	daily.Period = 3600
	for _, a := range []Alarm{above5(1, 0, ""), above5(3, 2, TreatIgnore), percentile, daily} {
		if err := a.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryFaultIsNamed(t *testing.T) {
	for fault, change := range map[string]func(*Alarm){
		"alarm_name":                            func(a *Alarm) { a.Name = "" },
		"metric_query":                          func(a *Alarm) { a.MetricQuery = []json.RawMessage{[]byte("{}")} },
		"threshold_metric_id":                   func(a *Alarm) { a.ThresholdMetricID = "m1" },
		"evaluation_criteria":                   func(a *Alarm) { a.EvaluationInterval = 60 },
		"warm_up_configuration":                 func(a *Alarm) { a.WarmUpConfiguration = []json.RawMessage{[]byte("{}")} },
		"namespace":                             func(a *Alarm) { a.Namespace = "" },
		"unit":                                  func(a *Alarm) { a.Unit = "Payments" },
		"threshold is needed":                   func(a *Alarm) { a.Threshold = nil },
		"comparison_operator":                   func(a *Alarm) { a.ComparisonOperator = "GreaterThanUpperThreshold" },
		"period 45":                             func(a *Alarm) { a.Period = 45 },
		"evaluation_periods 0":                  func(a *Alarm) { a.EvaluationPeriods = 0 },
		"datapoints_to_alarm 4":                 func(a *Alarm) { a.DatapointsToAlarm = 4 },
		"at most 24h":                           func(a *Alarm) { a.Period, a.EvaluationPeriods = 1800, 49 },
		"at most 168h":                          func(a *Alarm) { a.Period, a.EvaluationPeriods = 86400, 8 },
		"treat_missing_data":                    func(a *Alarm) { a.TreatMissingData = "notbreaching" },
		"evaluate_low_sample_count_percentiles": func(a *Alarm) { a.EvaluateLowSampleCountPercentiles = "no" },
		"one of statistic":                      func(a *Alarm) { a.ExtendedStatistic = "p99" },
		"statistic \"Mean\"":                    func(a *Alarm) { a.Statistic = "Mean" },
		"percentiles are":                       func(a *Alarm) { a.Statistic = "p99" },
		"6 actions":                             func(a *Alarm) { a.OKActions = make([]string, 6) },
	} {
		a := above5(3, 2, "")
		change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("error %v, want one about %s", err, fault)
		}
	}
}
