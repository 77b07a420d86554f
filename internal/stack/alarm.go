package stack

import "github.com/paymentdr/paymentdr/internal/hclgen"

// Values of an alarm's treat_missing_data: what a missing sample means is part of what the alarm is for.
const (
	missingIsGood = "notBreaching"
	missingIsBad  = "breaching"
)

// alarm is one metric alarm. Its action is always the topic of its own Region.
type alarm struct {
	// name is both the resource's name and, with the Region's role and the suffix, the alarm's.
	name, why, description string
	namespace, metric      string
	dimensions             map[string]any
	statistic              string // or a percentile as "p99"
	operator               string
	threshold              float64
	// period in seconds, the number of periods looked at and, if not all, how many of them must be bad.
	period, periods, datapoints int
	missing                     string
	silent                      bool // feeds a composite alarm and tells nobody itself
}

// Comparison operators of CloudWatch.
const (
	above   = "GreaterThanThreshold"
	atLeast = "GreaterThanOrEqualToThreshold"
	below   = "LessThanThreshold"
)

func (c concern) alarm(a alarm, alarmName string, topic *hclgen.Block) *hclgen.Block {
	block := c.resource("aws_cloudwatch_metric_alarm", a.name, a.why).
		Set("alarm_name", alarmName).
		Set("alarm_description", a.description).
		Set("namespace", a.namespace).
		Set("metric_name", a.metric).
		Set("dimensions", hclgen.Map(a.dimensions))
	if a.statistic[0] == 'p' {
		block.Set("extended_statistic", a.statistic)
	} else {
		block.Set("statistic", a.statistic)
	}
	block.Set("comparison_operator", a.operator).
		Set("threshold", a.threshold).
		Set("period", a.period).
		Set("evaluation_periods", a.periods)
	if a.datapoints != 0 {
		block.Set("datapoints_to_alarm", a.datapoints)
	}
	block.Set("treat_missing_data", a.missing)
	if !a.silent {
		block.Set("alarm_actions", hclgen.List(topic.Ref("arn"))).
			Set("ok_actions", hclgen.List(topic.Ref("arn")))
	}
	return block.Set("tags", nameTag(alarmName))
}
