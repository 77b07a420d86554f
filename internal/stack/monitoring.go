package stack

import (
	"strings"

	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// monitoring writes the Region's alarms. Every one says what a missing sample means: when a Region dies its metrics
// stop, and an alarm that waits for data would stay quiet exactly then.
func (r region) monitoring() {
	r = r.at("monitoring.tf", "The alarms of this Region. Each names in treat_missing_data what silence means.")
	groups := [][]alarm{
		r.databaseAlarms(), r.functionAlarms(), r.journalAlarms(), r.paymentAlarms(), r.leaseAlarms(), r.backupAlarms(),
	}
	made := map[string]*hclgen.Block{}
	for _, group := range groups {
		for _, a := range group {
			block := r.concern.alarm(a, r.names.Alarm(r.role, strings.ReplaceAll(a.name, "_", "-")), r.made.topic)
			made[a.name] = block
			r.made.alarms = append(r.made.alarms, block)
		}
	}
	r.replicationSilent(made)
}

func (r region) databaseAlarms() []alarm {
	cluster := map[string]any{"DBClusterIdentifier": r.made.cluster.Ref("cluster_identifier")}
	return []alarm{
		{
			name: "db_cpu", why: "The original's limit.", description: "The ledger's CPU is above 80 % for 10 minutes.",
			namespace: "AWS/RDS", metric: "CPUUtilization", dimensions: cluster, statistic: "Average",
			operator: above, threshold: 80, period: 300, periods: 2, missing: missingIsGood,
		},
		{
			name: "db_replication_lag", why: "Milliseconds. Published only where the cluster is a secondary, so both Regions have the alarm and one is quiet.",
			description: "The ledger is more than 5 seconds behind the active Region: a failover would replay that much from the journal.",
			namespace:   "AWS/RDS", metric: "AuroraGlobalDBReplicationLag", dimensions: cluster, statistic: "Maximum",
			operator: above, threshold: 5000, period: 60, periods: 2, missing: missingIsGood,
		},
		{
			name: "db_rpo_lag", why: "Milliseconds of user transactions; the same metric that a data loss would be measured by.",
			description: "User transactions of the ledger are more than 5 seconds behind the active Region.",
			namespace:   "AWS/RDS", metric: "AuroraGlobalDBRPOLag", dimensions: cluster, statistic: "Maximum",
			operator: above, threshold: 5000, period: 60, periods: 2, missing: missingIsGood,
		},
		{
			name: "db_replication_missing", why: "Half of replication_silent below; in the active Region it is always in alarm and tells nobody.",
			description: "No replication metric for five minutes.", silent: true,
			namespace: "AWS/RDS", metric: "AuroraGlobalDBReplicationLag", dimensions: cluster, statistic: "SampleCount",
			operator: below, threshold: 1, period: 60, periods: 5, missing: missingIsBad,
		},
	}
}

func (r region) functionAlarms() []alarm {
	var alarms []alarm
	for _, name := range config.Functions() {
		dimensions := map[string]any{"FunctionName": r.made.functions[name].Ref("function_name")}
		label := identifier(name)
		limit, why := 0.0, ""
		if name == config.PaymentProcessor {
			limit, why = 10, "The original's limit; a refused payment is an answer and not an error."
		}
		alarms = append(alarms, alarm{
			name: label + "_errors", why: why, description: name + " failed more often than it may in a minute.",
			namespace: "AWS/Lambda", metric: "Errors", dimensions: dimensions, statistic: "Sum",
			operator: above, threshold: limit, period: 60, periods: 1, missing: missingIsGood,
		})
		if name == config.PaymentProcessor {
			alarms = append(alarms, alarm{
				name: label + "_throttles", why: "The Region's concurrency is used up: raise the quota in both Regions, before it is needed.",
				description: "Payments are turned away because no function may start.",
				namespace:   "AWS/Lambda", metric: "Throttles", dimensions: dimensions, statistic: "Sum",
				operator: above, threshold: 0, period: 60, periods: 1, missing: missingIsGood,
			})
		}
	}
	return alarms
}

func (r region) journalAlarms() []alarm {
	var alarms []alarm
	for _, metric := range []struct{ name, metric string }{{"read_throttle", "ReadThrottleEvents"}, {"write_throttle", "WriteThrottleEvents"}} {
		for _, table := range []struct{ prefix, output string }{{"dynamodb", "dynamodb_table_name"}, {"control", "control_table_name"}} {
			alarms = append(alarms, alarm{
				name: table.prefix + "_" + metric.name, description: "DynamoDB throttles this Region's " + table.prefix + " table.",
				namespace: "AWS/DynamoDB", metric: metric.metric,
				dimensions: map[string]any{"TableName": r.fromGlobal(table.output)}, statistic: "Sum",
				operator: above, threshold: 10, period: 300, periods: 2, missing: missingIsGood,
			})
		}
	}
	return append(alarms, alarm{
		name: "journal_errors", why: "A strongly consistent table publishes no replication metric; its own errors are what shows that this Region is cut off.",
		description: "The journal refuses writes in this Region: it may be cut off from the other Region and the witness.",
		namespace:   "AWS/DynamoDB", metric: "SystemErrors",
		dimensions: map[string]any{"TableName": r.fromGlobal("dynamodb_table_name"), "Operation": "PutItem"}, statistic: "Sum",
		operator: above, threshold: 5, period: 60, periods: 2, missing: missingIsGood,
	})
}

func (r region) paymentAlarms() []alarm {
	api := map[string]any{"ApiId": r.made.api.Ref("id"), "Stage": r.made.stage.Ref("name")}
	own := r.ownDimensions()
	return []alarm{
		{
			name: "api_5xx", description: "The payment API answers with 5xx.",
			namespace: "AWS/ApiGateway", metric: "5xx", dimensions: api, statistic: "Sum",
			operator: above, threshold: 10, period: 60, periods: 1, missing: missingIsGood,
		},
		{
			name: "api_latency", why: "Milliseconds; the 99th of a hundred payers.", description: "One payer in a hundred waits longer than 3 seconds.",
			namespace: "AWS/ApiGateway", metric: "Latency", dimensions: api, statistic: "p99",
			operator: above, threshold: 3000, period: 60, periods: 5, missing: missingIsGood,
		},
		{
			name: "payments_unavailable", description: "Payments are answered 503: no durable record could be made.",
			namespace: telemetry.Namespace, metric: telemetry.PaymentsUnavailable, dimensions: own, statistic: "Sum",
			operator: above, threshold: 0, period: 60, periods: 1, missing: missingIsGood,
		},
		{
			name: "journal_backlog", why: "Seconds. Acknowledged payments are safe in the journal; this is how long the ledger may lack them.",
			description: "Acknowledged payments wait for the ledger longer than a minute.",
			namespace:   telemetry.Namespace, metric: telemetry.JournalBacklogAge, dimensions: own, statistic: "Maximum",
			operator: above, threshold: 60, period: 60, periods: 3, missing: missingIsGood,
		},
	}
}

func (r region) leaseAlarms() []alarm {
	own := r.ownDimensions()
	return []alarm{
		{
			name: "lease_lost", description: "This Region stopped being active without having been asked to.",
			namespace: telemetry.Namespace, metric: telemetry.LeaseLost, dimensions: own, statistic: "Sum",
			operator: atLeast, threshold: 1, period: 60, periods: 1, missing: missingIsGood,
		},
		{
			name: "failover_started", description: "This Region is taking over.",
			namespace: telemetry.Namespace, metric: telemetry.FailoverStarted, dimensions: own, statistic: "Sum",
			operator: atLeast, threshold: 1, period: 60, periods: 1, missing: missingIsGood,
		},
		{
			name: "ledger_not_writable", why: "Told only by the active Region.", description: "The ledger takes no writes; payments are answered 202 and wait in the journal.",
			namespace: telemetry.Namespace, metric: telemetry.LedgerWritable, dimensions: own, statistic: "Minimum",
			operator: below, threshold: 1, period: 60, periods: 2, missing: missingIsGood,
		},
		{
			name: "controller_silent", why: "Silence is the failure: a standby that does not watch will not take over.",
			description: "This Region's failover controller has said nothing for three minutes.",
			namespace:   telemetry.Namespace, metric: telemetry.LeaseHeld, dimensions: own, statistic: "SampleCount",
			operator: below, threshold: 1, period: 60, periods: 3, missing: missingIsBad,
		},
		{
			name: "lease_held", why: "Not an alarm but a fact for replication_silent: in alarm while this Region is active.",
			description: "This Region holds the lease.", silent: true,
			namespace: telemetry.Namespace, metric: telemetry.LeaseHeld, dimensions: own, statistic: "Maximum",
			operator: atLeast, threshold: 1, period: 60, periods: 3, datapoints: 1, missing: missingIsGood,
		},
	}
}

func (r region) backupAlarms() []alarm {
	own := r.ownDimensions()
	own[telemetry.DimensionCluster] = r.made.cluster.Ref("cluster_identifier")
	return []alarm{
		{
			name: "backup_failed", description: "The ledger could not be restored from this Region's backups as it should.",
			namespace: telemetry.Namespace, metric: telemetry.BackupVerificationFailure, dimensions: own, statistic: "Sum",
			operator: atLeast, threshold: 1, period: 300, periods: 1, missing: missingIsGood,
		},
		{
			name: "backup_silent", why: "A day without a good verdict, whatever the reason.", description: "No verification of backups has succeeded for 24 hours.",
			namespace: telemetry.Namespace, metric: telemetry.BackupVerificationSuccess, dimensions: own, statistic: "Sum",
			operator: below, threshold: 1, period: 3600, periods: 24, missing: missingIsBad,
		},
	}
}

func (r region) ownDimensions() map[string]any {
	return map[string]any{telemetry.DimensionEnvironment: r.cfg.EnvironmentSuffix}
}

// replicationSilent is an alarm only where the cluster should follow: what the metric does while the source Region is
// dead is not documented, so silence counts, but not in the Region that is active.
func (r region) replicationSilent(made map[string]*hclgen.Block) {
	name := r.names.Alarm(r.role, "replication-silent")
	r.resource("aws_cloudwatch_composite_alarm", "replication_silent",
		"Follows the lease by itself: after a failover it is the other Region's alarm that counts.").
		Set("alarm_name", name).
		Set("alarm_description", "This Region is standby and its ledger reports no replication.").
		Set("alarm_rule", hclgen.Template(
			"ALARM(", made["db_replication_missing"].Ref("alarm_name"), ") AND NOT ALARM(", made["lease_held"].Ref("alarm_name"), ")")).
		Set("alarm_actions", hclgen.List(r.made.topic.Ref("arn"))).
		Set("ok_actions", hclgen.List(r.made.topic.Ref("arn"))).
		Set("tags", nameTag(name))
}
