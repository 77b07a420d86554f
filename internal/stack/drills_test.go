package stack_test

import (
	"strings"
	"testing"

	"github.com/paymentdr/paymentdr/internal/config"
)

// Faults are injected only where that was asked for: neither templates nor roles that FIS may assume are there otherwise.
func TestNothingInjectsFaultsUnlessAskedTo(t *testing.T) {
	files := parse(t, build(t, nil))
	for name, content := range files.files {
		if strings.Contains(string(content), "fis.amazonaws.com") || strings.Contains(string(content), "aws_fis_") {
			t.Errorf("%s has to do with FIS", name)
		}
	}
}

func TestEveryExperimentCanBeStopped(t *testing.T) {
	files := parse(t, build(t, func(c *config.Config) { c.Drills.Faults = config.FaultsFIS }))
	for _, root := range []string{"us-east-1", "us-west-2"} {
		templates := files.ofType(root, "aws_fis_experiment_template")
		if len(templates) != 2 {
			t.Fatalf("%s: templates %v, want 2", root, templates)
		}
		for _, address := range templates {
			block := files.block(t, root, address)
			conditions := nested(block, "stop_condition")
			if len(conditions) != 1 || files.source(conditions[0], "value") != "aws_cloudwatch_metric_alarm.drill_heartbeat.arn" {
				t.Errorf("%s/%s: it has not the alarm of its own Region as its stop condition", root, address)
			}
			if len(nested(block, "log_configuration")) != 1 {
				t.Errorf("%s/%s: no log says what it did", root, address)
			}
			if options := nested(block, "experiment_options"); len(options) != 1 || files.source(options[0], "empty_target_resolution_mode") != `"fail"` {
				t.Errorf("%s/%s: it may run without a target", root, address)
			}
		}
		alarm := files.block(t, root, "aws_cloudwatch_metric_alarm.drill_heartbeat")
		if files.source(alarm, "treat_missing_data") != `"breaching"` {
			t.Errorf("%s: silence does not stop an experiment", root)
		}
		if _, told := alarm.Body.Attributes["alarm_actions"]; told {
			t.Errorf("%s: an alarm that is in alarm most of the time tells people", root)
		}
	}
}

// FIS may change only what has this environment's tag or its own, and is trusted for experiments of one Region each.
func TestExperimentRolesAreBound(t *testing.T) {
	files := parse(t, build(t, func(c *config.Config) { c.Drills.Faults = config.FaultsFIS }))
	checked := 0
	for _, address := range files.ofType("global", "aws_iam_role_policy") {
		if !strings.Contains(address, "drill_") {
			continue
		}
		region := map[bool]string{true: "us-east-1", false: "us-west-2"}[strings.HasSuffix(address, "primary")]
		trust := files.source(files.block(t, "global", strings.Replace(address, "aws_iam_role_policy", "aws_iam_role", 1)), "assume_role_policy")
		for _, part := range []string{`"fis.amazonaws.com"`, `"aws:SourceAccount"`, "arn:aws:fis:" + region + ":"} {
			if !strings.Contains(trust, part) {
				t.Errorf("%s: the trust policy lacks %s", address, part)
			}
		}
		for _, statement := range statements(t, files, files.block(t, "global", address)) {
			checked++
			if strings.Contains(statement["Resource"], ":ec2:") && !strings.Contains(statement["Resource"], "arn:aws:ec2:"+region+":") {
				t.Errorf("%s %s: resources of another Region: %s", address, statement["Sid"], statement["Resource"])
			}
			if strings.Contains(statement["Action"], "ec2:") && statement["Resource"] != `"*"` && statement["Condition"] == "" && !strings.Contains(statement["Sid"], "ReadPrefixLists") {
				t.Errorf("%s %s: %s without a condition", address, statement["Sid"], statement["Action"])
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d statements were checked", checked)
	}
}
