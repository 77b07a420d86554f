package cloudwatch_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
)

// replicationSilent are the alarms of the files that follow the lease: this Region is standby, and its ledger reports no
// replication.
func replicationSilent(c *cloud) {
	c.t.Helper()
	missing, held := errorsAlarm("missing"), errorsAlarm("held")
	missing.Namespace, missing.MetricName, missing.Dimensions = "AWS/RDS", "AuroraGlobalDBReplicationLag", nil
	missing.Statistic, missing.ComparisonOperator, missing.Threshold = "SampleCount", "LessThanThreshold", number(1)
	missing.EvaluationPeriods, missing.TreatMissingData, missing.AlarmActions, missing.OKActions = 5, "breaching", nil, nil
	held.Namespace, held.MetricName, held.Dimensions = "PaymentSystem", "LeaseHeld", nil
	held.Statistic, held.ComparisonOperator, held.Threshold = "Maximum", "GreaterThanOrEqualToThreshold", number(1)
	held.EvaluationPeriods, held.DatapointsToAlarm, held.AlarmActions, held.OKActions = 3, 1, nil, nil
	c.put(missing, held)
	err := c.PutComposite(cloudwatch.Composite{
		Name: "silent", Description: "This Region is standby and its ledger reports no replication.",
		Rule: "ALARM(missing) AND NOT ALARM(held)", AlarmActions: []string{topic}, OKActions: []string{topic},
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestCompositeFollowsItsChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		time.Sleep(5 * time.Second) // after the evaluation of the full minute
		lag, lease := true, 0.0
		pass := func(minutes int) {
			for range minutes {
				if lag {
					c.Record("AWS/RDS", "AuroraGlobalDBReplicationLag", "Milliseconds", nil, 3, time.Now())
				}
				c.Record("PaymentSystem", "LeaseHeld", "Count", nil, lease, time.Now())
				minute()
			}
		}
		pass(1)
		replicationSilent(c)
		if got, want := c.status("silent").Reason, alarmARN+"silent was created and its alarm rule evaluates to OK"; got != want {
			t.Errorf("reason %q, want %q", got, want)
		}
		pass(2)
		c.want("silent", "OK") // standby with replication

		lag = false
		pass(6) // five periods, and the range has two more
		c.want("silent", "OK")
		pass(2)
		c.want("silent", "ALARM")
		got := c.status("silent")
		if want := alarmARN + "missing transitioned to ALARM at Saturday 01 January, 2000 00:10:02 UTC"; got.Reason != want {
			t.Errorf("reason %q, want %q", got.Reason, want)
		}
		if want := `{"triggeringAlarms":[{"arn":"` + alarmARN + `missing","state":{"value":"ALARM","timestamp":"2000-01-01T00:10:02.000+0000"}}]}`; got.ReasonData != want {
			t.Errorf("data %s, want %s", got.ReasonData, want)
		}

		lease = 1
		pass(1)
		c.want("silent", "OK") // active: there is nothing to replicate from
		if got, want := c.acted(), "silent INSUFFICIENT_DATA->OK, silent OK->ALARM, silent ALARM->OK"; got != want {
			t.Errorf("acted %s, want %s", got, want)
		}
	})
}

func TestCompositeNotification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		replicationSilent(c)
		minute() // nothing was ever measured: replication is missing, and no lease is held
		message, err := json.Marshal(c.acts[1])
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(message, &got); err != nil {
			t.Fatal(err)
		}
		want := []any{
			map[string]any{"Arn": alarmARN + "missing", "State": map[string]any{"Value": "ALARM", "Timestamp": "2000-01-01T00:00:02.000+0000"}},
			map[string]any{"Arn": alarmARN + "held", "State": map[string]any{"Value": "OK", "Timestamp": "2000-01-01T00:00:02.000+0000"}},
		}
		if difference := cmp.Diff(want, got["TriggeringChildren"]); difference != "" {
			t.Error(difference)
		}
		if _, has := got["Trigger"]; has || got["AlarmRule"] != "ALARM(missing) AND NOT ALARM(held)" || got["NewStateValue"] != "ALARM" {
			t.Errorf("message %s", message)
		}
	})
}

func TestCompositesOfComposites(t *testing.T) {
	c := start(t, cloudwatch.Options{})
	c.put(errorsAlarm("x"))
	for _, one := range []cloudwatch.Composite{
		{Name: "c", Rule: "ALARM(x)"}, {Name: "b", Rule: "ALARM(c) OR FALSE"}, {Name: "a", Rule: "NOT OK(b)"},
	} {
		if err := c.PutComposite(one); err != nil {
			t.Fatal(err)
		}
	}
	states := func() string {
		var all []string
		for _, status := range c.Alarms() {
			all = append(all, status.Name+" "+string(status.State))
		}
		return strings.Join(all, ", ")
	}
	set := func(name string, state cloudwatch.State) {
		if err := c.SetAlarmState(name, state, "by hand", "no JSON"); err != nil {
			t.Fatal(err)
		}
	}
	set("x", "ALARM")
	if got := states(); got != "a ALARM, b ALARM, c ALARM, x ALARM" {
		t.Errorf("up: %s", got)
	}
	set("c", "OK") // stays so until its child changes
	if got := states(); got != "a OK, b OK, c OK, x ALARM" {
		t.Errorf("set by hand: %s", got)
	}
	set("x", "OK")
	set("x", "ALARM")
	if got := states(); got != "a ALARM, b ALARM, c ALARM, x ALARM" {
		t.Errorf("up again: %s", got)
	}
	if err := c.PutComposite(cloudwatch.Composite{Name: "c", Rule: "ALARM(a)"}); err == nil || !strings.Contains(err.Error(), "depends on it") {
		t.Errorf("a cycle: %v", err)
	}
	if err := c.PutComposite(cloudwatch.Composite{Name: "c", Rule: "ALARM(x) AND FALSE"}); err != nil {
		t.Fatal(err)
	}
	if got := states(); got != "a OK, b OK, c OK, x ALARM" {
		t.Errorf("another rule: %s", got)
	}
}
