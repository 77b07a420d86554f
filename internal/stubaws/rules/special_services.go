package rules

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// proxyTarget: API Gateway guide, http-api-develop-integrations.
func proxyTarget(r resource) string {
	kind := r.text("integration_type")
	proxy := (kind == "AWS_PROXY" || kind == "HTTP_PROXY") && !r.present("integration_subtype")
	if proxy && !r.present("integration_uri") {
		return fmt.Sprintf("BadRequestException: an %s integration needs integration_uri", kind)
	}
	return ""
}

func routeAuthorizer(r resource) string {
	kind := r.text("authorization_type")
	if (kind == "JWT" || kind == "CUSTOM") && !r.present("authorizer_id") {
		return fmt.Sprintf("BadRequestException: AuthorizerId is required when AuthorizationType is %s", kind)
	}
	if (!r.present("authorization_type") || kind == "NONE" || kind == "AWS_IAM") && r.set("authorizer_id") {
		return "BadRequestException: AuthorizerId is only for AuthorizationType CUSTOM and JWT"
	}
	return ""
}

// alarmThreshold, alarmDatapoints, returnedQuery: CloudWatch API, PutMetricAlarm.
func alarmThreshold(r resource) string {
	if r.present("evaluation_criteria") {
		return ""
	}
	if !r.present("threshold") && !r.present("threshold_metric_id") {
		return "ValidationError: Either Threshold or ThresholdMetricId must be specified"
	}
	if r.set("threshold") && r.set("threshold_metric_id") {
		return "ValidationError: Threshold and ThresholdMetricId are mutually exclusive"
	}
	return ""
}

func alarmDatapoints(r resource) string {
	datapoints, periods := number(r.get("datapoints_to_alarm")), number(r.get("evaluation_periods"))
	if datapoints != nil && periods != nil && datapoints.Cmp(periods) > 0 {
		return fmt.Sprintf("ValidationError: DatapointsToAlarm %s is greater than EvaluationPeriods %s", datapoints.Text('f', -1), periods.Text('f', -1))
	}
	return ""
}

func returnedQuery(r resource) string {
	if !r.set("metric_query") {
		return ""
	}
	returned := 0
	for _, query := range r.blocks("metric_query") {
		if query.unknown("return_data") {
			return ""
		}
		if query.yes("return_data") {
			returned++
		}
	}
	if returned != 1 {
		return fmt.Sprintf("ValidationError: Exactly one element of the metrics list should return data, got %d", returned)
	}
	return ""
}

func natAddress(r resource) string {
	private := r.text("connectivity_type") == "private" || r.unknown("connectivity_type")
	zonal := !r.present("availability_mode") || r.text("availability_mode") == "zonal"
	if !private && zonal && !r.present("allocation_id") {
		return "InvalidParameter: `allocation_id` is required when connectivity_type is public"
	}
	return ""
}

// instanceMonitoring: RDS API, CreateDBInstance.
func instanceMonitoring(r resource) string {
	interval := number(r.get("monitoring_interval"))
	if interval != nil && interval.Sign() > 0 && !r.present("monitoring_role_arn") {
		return "InvalidParameterCombination: A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0."
	}
	return ""
}

// scheduleWindow: EventBridge Scheduler API, FlexibleTimeWindow.
func scheduleWindow(r resource) string {
	for _, window := range r.blocks("flexible_time_window") {
		if window.unknown("mode") {
			continue
		}
		if flexible := window.text("mode") == "FLEXIBLE"; flexible != window.present("maximum_window_in_minutes") {
			return "ValidationException: maximum_window_in_minutes is for mode FLEXIBLE, and required there"
		}
	}
	return ""
}

// rulePorts: EC2 API, IpPermission.
func rulePorts(r resource) string {
	protocol := r.text("ip_protocol")
	ports := r.set("from_port") || r.set("to_port")
	switch {
	case protocol == "-1" && ports:
		return "InvalidParameterValue: from_port and to_port are not for ip_protocol -1"
	case (protocol == "tcp" || protocol == "udp") && (!r.present("from_port") || !r.present("to_port")):
		return fmt.Sprintf("InvalidParameterValue: from_port and to_port are required for ip_protocol %s", protocol)
	}
	from, to := number(r.get("from_port")), number(r.get("to_port"))
	if from != nil && to != nil && from.Cmp(to) > 0 && !strings.HasPrefix(protocol, "icmp") {
		return fmt.Sprintf("InvalidParameterValue: Invalid TCP/UDP port range (%s:%s)", from.Text('f', -1), to.Text('f', -1))
	}
	return ""
}

// number is the known number in a value, nil when there is none.
func number(value cty.Value) *big.Float {
	if value.IsNull() || !value.IsKnown() || value.Type() != cty.Number {
		return nil
	}
	return value.AsBigFloat()
}
