package cost

import (
	"slices"

	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// alarm costs more where it looks more often than once a minute.
func (e *estimate) alarm(r Resource) {
	if period := r.number("period"); period > 0 && period < 60 {
		e.fixed(r, "high-resolution alarm", "cloudwatch.alarm.fast", 1)
		return
	}
	e.fixed(r, "alarm", "cloudwatch.alarm", 1)
}

func (e *estimate) compositeAlarm(r Resource) {
	e.fixed(r, "composite alarm", "cloudwatch.composite", 1)
}

func (e *estimate) dashboard(r Resource) { e.fixed(r, "dashboard", "cloudwatch.dashboard", 1) }

// ownMetrics counts the metrics of our namespace that a root's alarms and dashboard name; CloudWatch charges for each.
func (e *estimate) ownMetrics() {
	for _, root := range e.Roots {
		var metrics []string
		var at Resource
		for _, r := range e.Resources {
			if r.Root != root {
				continue
			}
			found := r.leading(telemetry.Namespace)
			if r.Type == "aws_cloudwatch_metric_alarm" && r.text("namespace") == telemetry.Namespace {
				found = append(found, r.text("metric_name"))
			}
			for _, metric := range found {
				if at.Root == "" {
					at = Resource{Root: root, File: r.File, Region: r.Region, Address: "metrics of our own"}
				}
				if !slices.Contains(metrics, metric) {
					metrics = append(metrics, metric)
				}
			}
		}
		if len(metrics) > 0 {
			e.fixed(at, "metrics in namespace "+telemetry.Namespace, "cloudwatch.metric", float64(len(metrics)))
		}
	}
}

// logGroup pays for what is written into it, and for keeping it as long as it says.
func (e *estimate) logGroup(r Resource) {
	gigabytes := e.written(r)
	if gigabytes == 0 {
		e.report.Free["aws_cloudwatch_log_group (seldom written)"] = "logs of functions that run at deploy or rotation only"
		return
	}
	e.used(r, "ingestion", "logs.ingest", gigabytes)
	days := r.number("retention_in_days")
	if days == 0 {
		e.fault("%s/%s: keeps its events for ever, which has no monthly cost", r.Root, r.Address)
	}
	e.used(r, "storage", "logs.storage", gigabytes*days*24/e.assume("hours_per_month"))
}

// written is the gigabytes that a month writes into a log group, by what refers to it.
func (e *estimate) written(r Resource) float64 {
	kilobytes := 0.0
	for _, other := range e.Resources {
		if other.Root != r.Root {
			continue
		}
		switch other.Type {
		case "aws_flow_log":
			if other.refers("log_destination") == r.Address {
				return e.assume("flow_log_gigabytes")
			}
		case "aws_apigatewayv2_stage":
			for _, settings := range other.blocks("access_log_settings") {
				if settings.refers("destination_arn") == r.Address {
					kilobytes += (e.paymentRequests(r.Root) + e.healthRequests(r.Root)) * e.assume("log_kilobytes_per_access")
				}
			}
		case "aws_lambda_function":
			for _, settings := range other.blocks("logging_config") {
				if settings.refers("log_group") == r.Address {
					kilobytes += e.functionLog(other)
				}
			}
		}
	}
	return kilobytes / gigabyte
}

func (e *estimate) functionLog(function Resource) float64 {
	kilobytes := e.scheduledRuns(function) * e.assume("log_kilobytes_per_scheduled_run")
	if e.servesAPI(function) {
		kilobytes += e.paymentRequests(function.Root) * e.assume("log_kilobytes_per_payment_request")
		kilobytes += e.healthRequests(function.Root) * e.assume("log_kilobytes_per_health_request")
	}
	return kilobytes
}
