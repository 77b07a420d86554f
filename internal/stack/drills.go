package stack

import (
	"github.com/paymentdr/paymentdr/internal/config"
	"github.com/paymentdr/paymentdr/internal/hclgen"
	"github.com/paymentdr/paymentdr/internal/telemetry"
)

// The experiments of AWS FIS, named as drill --aws names its scenarios, and how AWS names their actions (FIS user guide:
// fis-actions-reference).
const (
	DrillTablePartition = "table-partition"
	DrillLinkCut        = "link-cut"

	ActionPauseReplication = "aws:dynamodb:global-table-pause-replication"
	ActionCutRoutes        = "aws:network:route-table-disrupt-cross-region-connectivity"
)

// DrillDuration ends an experiment that nobody has stopped: the pause of a table may take five minutes to begin, and an
// Aurora promotion takes minutes.
const DrillDuration = "PT20M"

// DrillTemplate is the Name tag of a template, by which drill --aws finds it.
func DrillTemplate(names config.Names, role config.Role, scenario string) string {
	return names.Named(role, "drill-"+scenario)
}

// DrillAlarm is the stop condition of every experiment of a Region.
func DrillAlarm(names config.Names, role config.Role) string {
	return names.Alarm(role, "drill-heartbeat")
}

// drills makes what drill --aws starts. Nothing here acts by itself, and no experiment starts while nobody watches: FIS
// refuses one whose stop condition is in alarm.
func (r region) drills() {
	r = r.at("drills.tf", "What paymentdr drill --aws starts. Nothing here runs by itself.")
	group := r.logGroup("drills", r.names.DrillLogGroup(r.role), "What FIS did, step by step.")
	r.deliverLogs(group)
	heartbeat := r.concern.alarm(alarm{
		name: "drill_heartbeat", silent: true,
		why: "In alarm unless a drill watches, so nothing can start without one, and what runs stops when the watching does. " +
			"Here and not in the other Region, because FIS takes alarms of its own Region only.",
		description: "No drill says that the other Region can take payments.",
		namespace:   telemetry.Namespace, metric: telemetry.DrillHeartbeat, dimensions: r.ownDimensions(), statistic: "Minimum",
		operator: below, threshold: 1, period: 10, periods: 3, missing: missingIsBad,
	}, DrillAlarm(r.names, r.role), r.made.topic)
	tables := r.template(DrillTablePartition, config.DrillTables, heartbeat, group,
		"This Region's replicas of the journal and of the lease get no writes from the others, and give them none.",
		experiment{
			action: ActionPauseReplication, targets: "Tables", kind: "aws:dynamodb:global-table",
			arns: hclgen.List(r.tableARN("dynamodb_table_name"), r.tableARN("control_table_name")),
		})
	network := r.template(DrillLinkCut, config.DrillNetwork, heartbeat, group,
		"The private subnets lose their routes to the other Region: the peering, and its public addresses.",
		experiment{
			action: ActionCutRoutes, targets: "Subnets", kind: "aws:ec2:subnet", arns: r.subnetARNs(),
			parameters: map[string]string{"region": r.cfg.Peer(r.role)},
		})
	r.output("drill_templates", "The experiment templates by scenario.", hclgen.Object(
		hclgen.F("table_partition", tables.Ref("id")), hclgen.F("link_cut", network.Ref("id"))))
}

// experiment is one action on one kind of target.
type experiment struct {
	action, targets, kind string
	arns                  hclgen.Expr
	parameters            map[string]string
}

func (r region) template(scenario, role string, stop, group *hclgen.Block, why string, e experiment) *hclgen.Block {
	name := DrillTemplate(r.names, r.role, scenario)
	template := r.resource("aws_fis_experiment_template", identifier(scenario), why).
		Set("description", "Payment drill "+scenario+" in "+r.here).
		Set("role_arn", r.roleARN(role))
	template.Block("target").
		Set("name", "all").
		Set("resource_type", e.kind).
		Set("resource_arns", e.arns).
		Set("selection_mode", "ALL")
	action := template.Block("action").Set("name", scenario).Set("action_id", e.action)
	action.Block("target").Set("key", e.targets).Set("value", "all")
	action.Block("parameter").Set("key", "duration").Set("value", DrillDuration)
	for _, key := range sortedNames(e.parameters) {
		action.Block("parameter").Set("key", key).Set("value", e.parameters[key])
	}
	template.Block("stop_condition").Set("source", "aws:cloudwatch:alarm").Set("value", stop.Ref("arn"))
	template.Block("experiment_options").
		Set("account_targeting", "single-account").
		Set("empty_target_resolution_mode", "fail")
	template.Block("log_configuration").Set("log_schema_version", 2).
		Block("cloudwatch_logs_configuration").Set("log_group_arn", hclgen.Template(group.Ref("arn"), ":*"))
	return template.Set("tags", nameTag(name))
}

// deliverLogs is written here so that no role of a drill needs to write resource policies (CloudWatch Logs user guide:
// AWS-logs-and-resource-policy).
func (r region) deliverLogs(group *hclgen.Block) {
	r.resource("aws_cloudwatch_log_resource_policy", "drills", "FIS delivers its log, nobody else's.").
		Set("policy_name", r.named("drill-logs")).
		Set("policy_document", policy(statement{
			sid:       "DeliverDrillLogs",
			actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			resources: []any{hclgen.Template(group.Ref("arn"), ":*")},
			principal: service("delivery.logs.amazonaws.com"),
			condition: when("StringEquals", "aws:SourceAccount", r.account),
		}))
}

func (r region) tableARN(output string) hclgen.Expr {
	return hclgen.Template("arn:aws:dynamodb:"+r.here+":", r.account, ":table/", r.fromGlobal(output))
}

// subnetARNs are those of the private subnets: three, and FIS allows six.
func (r region) subnetARNs() hclgen.Expr {
	var arns []any
	for _, subnet := range r.made.privateSubnets {
		arns = append(arns, subnet.Ref("arn"))
	}
	return hclgen.List(arns...)
}
