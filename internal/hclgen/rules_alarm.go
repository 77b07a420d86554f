package hclgen

import (
	"fmt"
	"strings"
)

func alarmRules() []rule {
	metric := []string{"aws_cloudwatch_metric_alarm"}
	return []rule{
		{"alarm-metric", metric, "provider docs r/cloudwatch_metric_alarm: metric_name or metric_query", exactlyOne("metric_name", "metric_query", "evaluation_criteria")},
		{"alarm-complete", metric, "CloudWatch API PutMetricAlarm: required with a metric", alarmComplete},
		{"alarm-threshold", metric, "CloudWatch API PutMetricAlarm: Threshold, or ThresholdMetricId for anomaly detection", func(v view) {
			if !v.any("evaluation_criteria") {
				exactlyOne("threshold", "threshold_metric_id")(v)
			}
		}},
		{"alarm-returned-query", metric, "CloudWatch API MetricDataQuery: exactly one query returns data", returnedQuery},
		{"alarm-datapoints", metric, "CloudWatch API PutMetricAlarm: M out of N", func(v view) {
			m, hasM := v.number("datapoints_to_alarm")
			if n, ok := v.number("evaluation_periods"); ok && hasM && m > n {
				v.fault("datapoints_to_alarm", fmt.Sprintf("is %g of %g evaluation_periods", m, n), "use at most as many")
			}
		}},
		{"alarm-topic-region", []string{"aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"},
			"cds-snc/notification-terraform pull 128: Invalid region specified. Only the alarm's own is supported", topicRegion},
	}
}

func alarmComplete(v view) {
	if !v.any("evaluation_criteria") {
		needs("comparison_operator", "evaluation_periods")(v)
	}
	if v.has("metric_name") {
		needs("namespace", "period")(v)
		exactlyOne("statistic", "extended_statistic")(v)
	}
	for _, query := range v.nested("metric_query") {
		exactlyOne("metric", "expression")(query)
		for _, metric := range query.nested("metric") {
			needs("namespace")(metric)
		}
	}
}

func returnedQuery(v view) {
	queries := v.nested("metric_query")
	returned := 0
	for _, query := range queries {
		if query.is("return_data", "true") {
			returned++
		}
	}
	if len(queries) > 0 && returned != 1 && !v.anyDynamic() {
		v.fault("metric_query", fmt.Sprintf("%d queries have return_data = true, exactly 1 required", returned), "set it on the one that is compared")
	}
}

// topicRegion compares the alarm's Region with those of the topics it notifies.
func topicRegion(v view) {
	own := v.c.regionOf(v.top)
	for _, name := range []string{"alarm_actions", "ok_actions", "insufficient_data_actions"} {
		for _, action := range v.items(name) {
			other := ""
			if topic, _, ok := Referenced(action); ok && topic != nil && topic.Type() == "aws_sns_topic" {
				other = v.c.regionOf(topic)
			} else {
				other = arnRegion(action)
			}
			if own != "" && other != "" && own != other {
				v.fault(name, fmt.Sprintf("%s is in %s, the alarm in %s: CloudWatch refuses that", Text(action), other, own), "use a topic of the alarm's Region")
			}
		}
	}
}

// regionOf is the text of the Region a block lives in, "" if it cannot be known.
func (c *checker) regionOf(b *Block) string {
	if value, ok := b.Attribute("region"); ok {
		return Text(c.held(value))
	}
	name := "aws"
	if value, ok := b.Attribute("provider"); ok {
		name = Text(value)
	}
	provider := c.byReference[name]
	if provider == nil {
		return ""
	}
	if value, ok := provider.Attribute("region"); ok {
		return Text(c.held(value))
	}
	return ""
}

// arnRegion is the Region in an ARN written as text, quoted as Text would.
func arnRegion(value Expr) string {
	text, _ := Literal(value)
	if template, ok := value.(templateExpr); ok && len(template.parts) > 0 {
		text, _ = Literal(template.parts[0])
	}
	if parts := strings.Split(text, ":"); len(parts) > 4 && parts[0] == "arn" {
		return Text(String(parts[3]))
	}
	return ""
}
