package cost

import (
	"github.com/zclconf/go-cty/cty"
)

// healthRequests are a month's requests of Route 53's checkers to a root's API.
func (e *estimate) healthRequests(root string) float64 {
	requests := 0.0
	for _, r := range e.Resources {
		if r.Type == "aws_route53_health_check" && e.checkedRoot(r.Address) == root && r.number("request_interval") > 0 {
			requests += e.assume("health_checkers") * e.seconds() / r.number("request_interval")
		}
	}
	return requests
}

// paymentRequests are a month's requests of payers to a root's API.
func (e *estimate) paymentRequests(root string) float64 {
	if root != e.activeRoot() {
		return 0
	}
	return e.assume(PaymentsPerMonth) * e.assume("api_requests_per_payment")
}

func (e *estimate) api(r Resource) {
	if r.text("protocol_type") != "HTTP" {
		e.fault("%s/%s: protocol %q is not priced", r.Root, r.Address, r.text("protocol_type"))
	}
	if payments := e.paymentRequests(r.Root); payments > 0 {
		e.used(r, "requests of payers", "apigateway.http", payments/million)
	}
	e.used(r, "requests of health checks", "apigateway.http", e.healthRequests(r.Root)/million)
}

// stage pays for a set of metrics of each route where they are detailed.
func (e *estimate) stage(r Resource) {
	for _, settings := range r.blocks("default_route_settings") {
		if !settings.is("detailed_metrics_enabled") {
			continue
		}
		routes := 0.0
		for _, other := range e.Resources {
			if other.Root == r.Root && other.Type == "aws_apigatewayv2_route" {
				routes++
			}
		}
		e.used(r, "detailed metrics of the routes", "cloudwatch.metric", routes*e.assume("detailed_metrics_per_route"))
	}
}

// function counts runs for the API and by the clock. What watches the lease runs until its timeout, others do not.
func (e *estimate) function(r Resource) {
	architecture := "x86_64"
	if value := r.value("architectures"); value != cty.NilVal && value.LengthInt() == 1 {
		architecture = value.Index(cty.NumberIntVal(0)).AsString()
	}
	gigabytes := r.number("memory_size") / 1024
	run := func(what string, requests, seconds float64) {
		if requests == 0 {
			return
		}
		e.used(r, "runs "+what, "lambda.requests", requests/million)
		e.used(r, "time "+what, "lambda."+architecture, requests*seconds*gigabytes)
	}
	if e.servesAPI(r) {
		run("for payers", e.paymentRequests(r.Root), e.assume("payment_seconds_per_request"))
		run("for health checks", e.healthRequests(r.Root), e.assume("health_seconds_per_request"))
	}
	seconds := e.assume("scheduled_seconds_per_run")
	if e.duration(r, "LEASE_TICK") > 0 {
		seconds = r.number("timeout")
	}
	run("by the clock", e.scheduledRuns(r), seconds)
}

func (e *estimate) servesAPI(r Resource) bool {
	for _, other := range e.Resources {
		if other.Root == r.Root && other.Type == "aws_apigatewayv2_integration" && other.refers("integration_uri") == r.Address {
			return true
		}
	}
	return false
}

// scheduledRuns are a month's runs by the rules that target a function.
func (e *estimate) scheduledRuns(r Resource) float64 {
	runs := 0.0
	for _, target := range e.Resources {
		if target.Root != r.Root || target.Type != "aws_cloudwatch_event_target" || target.refers("arn") != r.Address {
			continue
		}
		for _, rule := range e.Resources {
			if rule.Root != r.Root || rule.Address != target.refers("rule") {
				continue
			}
			each, err := runsPerMonth(rule.text("schedule_expression"), e.seconds())
			if err != nil {
				e.fault("%s/%s: %w", rule.Root, rule.Address, err)
				continue
			}
			runs += each
		}
	}
	return runs
}
