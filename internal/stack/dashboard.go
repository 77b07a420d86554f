package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// line is one metric of a graph: namespace, name and dimensions in pairs.
type line struct {
	namespace, metric string
	dimensions        []any
	statistic         string
}

// dashboard is what the person on call opens first: payments on top, then the lease, the ledger and the journal.
func (r region) dashboard() {
	r = r.at("dashboard.tf", "One page for the person on call.")
	environment := []any{telemetry.DimensionEnvironment, r.cfg.EnvironmentSuffix}
	cluster := []any{"DBClusterIdentifier", r.made.cluster.Ref("cluster_identifier")}
	api := []any{"ApiId", r.made.api.Ref("id"), "Stage", r.made.stage.Ref("name")}
	own := func(statistic string, metrics ...string) []line {
		var lines []line
		for _, metric := range metrics {
			lines = append(lines, line{telemetry.Namespace, metric, environment, statistic})
		}
		return lines
	}
	sessions := []any{"TableName", r.fromGlobal("dynamodb_table_name")}
	backup := append([]any{}, environment...)
	backup = append(backup, telemetry.DimensionCluster, r.made.cluster.Ref("cluster_identifier"))
	graphs := []struct {
		title string
		lines []line
	}{
		{"Payments", own("Sum", telemetry.PaymentsAccepted, telemetry.PaymentsPosted, telemetry.PaymentsReplayed,
			telemetry.PaymentsRejected, telemetry.PaymentsUnavailable)},
		{"API latency (ms)", []line{
			{"AWS/ApiGateway", "Latency", api, "p50"}, {"AWS/ApiGateway", "Latency", api, "p99"},
		}},
		{"API answers", []line{
			{"AWS/ApiGateway", "Count", api, "Sum"}, {"AWS/ApiGateway", "4xx", api, "Sum"}, {"AWS/ApiGateway", "5xx", api, "Sum"},
		}},
		{"Lease and takeover", own("Maximum", telemetry.LeaseHeld, telemetry.LeaseLost, telemetry.FailoverStarted, telemetry.LedgerWritable)},
		{"Journal backlog", own("Maximum", telemetry.JournalBacklog, telemetry.JournalBacklogAge)},
		{"Ledger replication (ms)", []line{
			{"AWS/RDS", "AuroraGlobalDBReplicationLag", cluster, "Maximum"}, {"AWS/RDS", "AuroraGlobalDBRPOLag", cluster, "Maximum"},
		}},
		{"Ledger", []line{
			{"AWS/RDS", "CPUUtilization", cluster, "Average"}, {"AWS/RDS", "DatabaseConnections", cluster, "Maximum"},
		}},
		{"Journal", []line{
			{"AWS/DynamoDB", "ReadThrottleEvents", sessions, "Sum"}, {"AWS/DynamoDB", "WriteThrottleEvents", sessions, "Sum"},
		}},
		{"Latency of the stores (ms)", own("p99", telemetry.JournalLatency, telemetry.LedgerLatency)},
		{"Function errors", r.errorLines()},
		{"Backups: seconds since", []line{
			{telemetry.Namespace, telemetry.BackupSnapshotAge, backup, "Maximum"},
			{telemetry.Namespace, telemetry.BackupRestorableAge, backup, "Maximum"},
		}},
	}
	widgets := []any{r.alarmWidget()}
	for i, graph := range graphs {
		widgets = append(widgets, r.graph(graph.title, graph.lines, i))
	}
	r.resource("aws_cloudwatch_dashboard", "payment", "").
		Set("dashboard_name", r.named("dashboard")).
		Set("dashboard_body", hclgen.JSON(hclgen.Object(hclgen.F("widgets", hclgen.List(widgets...)))))
}

func (r region) errorLines() []line {
	var lines []line
	for _, name := range config.Functions() {
		lines = append(lines, line{"AWS/Lambda", "Errors", []any{"FunctionName", r.made.functions[name].Ref("function_name")}, "Sum"})
	}
	return lines
}

// Sizes on CloudWatch's grid of 24 columns.
const (
	graphWidth, graphHeight = 8, 6
	alarmHeight             = 3
	graphsInRow             = 24 / graphWidth
)

func (r region) alarmWidget() hclgen.Expr {
	var arns []any
	for _, alarm := range r.made.alarms {
		arns = append(arns, alarm.Ref("arn"))
	}
	return hclgen.Object(
		hclgen.F("type", "alarm"), hclgen.F("x", 0), hclgen.F("y", 0), hclgen.F("width", 24), hclgen.F("height", alarmHeight),
		hclgen.F("properties", hclgen.Object(hclgen.F("title", "Alarms"), hclgen.F("alarms", hclgen.List(arns...)))),
	)
}

func (r region) graph(title string, lines []line, index int) hclgen.Expr {
	var metrics []any
	for _, l := range lines {
		metric := append([]any{l.namespace, l.metric}, l.dimensions...)
		metric = append(metric, hclgen.Object(hclgen.F("stat", l.statistic)))
		metrics = append(metrics, hclgen.List(metric...))
	}
	return hclgen.Object(
		hclgen.F("type", "metric"),
		hclgen.F("x", index%graphsInRow*graphWidth),
		hclgen.F("y", alarmHeight+index/graphsInRow*graphHeight),
		hclgen.F("width", graphWidth),
		hclgen.F("height", graphHeight),
		hclgen.F("properties", hclgen.Object(
			hclgen.F("title", title),
			hclgen.F("region", r.here),
			hclgen.F("period", 60),
			hclgen.F("metrics", hclgen.List(metrics...)),
		)),
	)
}
