package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
)

// schedule is one thing that runs by the clock.
type schedule struct {
	name, rule, function, expression, why string
	// input is what the function is told; nil for the clock's own event.
	input hclgen.Expr
}

func (r region) schedules() {
	r = r.at("schedules.tf", "What runs by the clock, in both Regions, whoever is active.")
	action := func(name string, more ...hclgen.Field) hclgen.Expr {
		return hclgen.JSON(hclgen.Object(append([]hclgen.Field{hclgen.F("action", name)}, more...)...))
	}
	for _, s := range []schedule{
		{
			"failover_controller", r.named("failover-controller"), config.FailoverController, "rate(1 minute)",
			"Every minute a new run, each longer than a minute: the lease is never unwatched. It also keeps the standby's network interfaces alive.",
			nil,
		},
		{
			"backup_verification", r.names.BackupSchedule(), config.BackupVerification, "rate(6 hours)",
			"Four times a day, so that one missed run is not a day without an answer.",
			action("verify", hclgen.F("minRetentionDays", r.cfg.Database.BackupRetentionDays)),
		},
		{
			"restore_start", r.named("restore-start"), config.BackupVerification, "cron(0 6 ? * SUN *)",
			"Every week a backup is really restored, into a cluster of its own that is removed after the ledger's checks.",
			action("restore-start"),
		},
		{
			"restore_advance", r.named("restore-advance"), config.BackupVerification, "rate(5 minutes)",
			"Takes a restore under way one step further, and removes what a run that died left behind; else it only looks.",
			action("restore-advance"),
		},
	} {
		r.schedule(s)
	}
	r.noRetries("failover_controller", config.FailoverController, 60)
	r.noRetries("backup_verification", config.BackupVerification, 3600)
}

func (r region) schedule(s schedule) {
	target := r.made.functions[s.function]
	rule := r.resource("aws_cloudwatch_event_rule", s.name, s.why).
		Set("name", s.rule).
		Set("description", "Starts "+r.names.Function(s.function, r.role)).
		Set("schedule_expression", s.expression).
		Set("tags", nameTag(s.rule))
	call := r.resource("aws_cloudwatch_event_target", s.name, "").
		Set("rule", rule.Ref("name")).
		Set("arn", target.Ref("arn"))
	if s.input != nil {
		call.Set("input", s.input)
	}
	r.permission(s.name, s.function, "", "events.amazonaws.com", rule.Ref("arn"))
}

// noRetries: missed and failed starts are not made up for; maximumAge is in seconds.
func (r region) noRetries(name, function string, maximumAge int) {
	r.resource("aws_lambda_function_event_invoke_config", name, "A failed run is not repeated, the next start is; its error raises the alarm.").
		Set("function_name", r.made.functions[function].Ref("function_name")).
		Set("maximum_retry_attempts", 0).
		Set("maximum_event_age_in_seconds", maximumAge)
}
