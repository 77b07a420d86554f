package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
)

func (r region) schedules() {
	r = r.at("schedules.tf", "What runs by the clock, in both Regions, whoever is active.")
	r.schedule("failover_controller", config.FailoverController, r.named("failover-controller"), "rate(1 minute)",
		"Every minute a new run, each longer than a minute: the lease is never unwatched. It also keeps the standby's network interfaces alive.", 60)
	r.schedule("backup_verification", config.BackupVerification, r.names.BackupSchedule(), "rate(6 hours)",
		"Four times a day, so that one missed run is not a day without an answer.", 3600)
}

// schedule starts a function by the clock. Missed starts are not made up for: the next one does the work.
func (r region) schedule(name, function, ruleName, expression, why string, maximumAge int) {
	target := r.made.functions[function]
	rule := r.resource("aws_cloudwatch_event_rule", name, why).
		Set("name", ruleName).
		Set("description", "Starts "+r.names.Function(function, r.role)).
		Set("schedule_expression", expression).
		Set("tags", nameTag(ruleName))
	r.resource("aws_cloudwatch_event_target", name, "").
		Set("rule", rule.Ref("name")).
		Set("arn", target.Ref("arn"))
	r.permission(name, function, "", "events.amazonaws.com", rule.Ref("arn"))
	r.resource("aws_lambda_function_event_invoke_config", name, "A failed run is not repeated, the next start is; its error raises the alarm.").
		Set("function_name", target.Ref("function_name")).
		Set("maximum_retry_attempts", 0).
		Set("maximum_event_age_in_seconds", maximumAge)
}
