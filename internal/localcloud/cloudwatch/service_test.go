package cloudwatch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/paymentdr/paymentdr/internal/localcloud/apigateway"
	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
	"github.com/paymentdr/paymentdr/internal/localcloud/lambda"
)

var (
	_ lambda.Metrics     = (*cloudwatch.Service)(nil)
	_ apigateway.Metrics = (*cloudwatch.Service)(nil)
)

// minute lets a minute pass and the actions end. Bubbles start at midnight.
func minute() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

func TestAlarmGoesAndComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		c.put(errorsAlarm("payer"))
		c.want("payer", "INSUFFICIENT_DATA")
		time.Sleep(20 * time.Second)
		c.want("payer", "OK") // nothing came, and silence is good
		c.fails("payer", 0, 0, 1)
		time.Sleep(39 * time.Second)
		c.want("payer", "OK") // the minute has not ended
		time.Sleep(4 * time.Second)
		c.want("payer", "ALARM")
		if got, want := c.status("payer").Reason, "Threshold Crossed: 1 datapoint [1.0 (01/01/00 00:00:00)] was greater than the threshold (0.0)."; got != want {
			t.Errorf("reason %q, want %q", got, want)
		}
		// What is missing now is filled by older values, until those are out of the range.
		for range 5 {
			minute()
			c.want("payer", "ALARM")
		}
		minute()
		c.want("payer", "OK")
		if got, want := c.acted(), "payer INSUFFICIENT_DATA->OK, payer OK->ALARM, payer ALARM->OK"; got != want {
			t.Errorf("acted %s, want %s", got, want)
		}
		c.fails("payer", 1)
		minute()
		c.want("payer", "ALARM")
		c.fails("payer", 0)
		minute()
		c.want("payer", "OK") // a good value ends it at once
	})
}

func TestWindowsMoveByTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		a := errorsAlarm("slow")
		a.Period, a.Threshold = 300, number(4)
		c.put(a)
		for i := range 5 { // one failure a minute: the fifth makes it five in five minutes
			c.want("slow", map[bool]cloudwatch.State{true: "INSUFFICIENT_DATA", false: "OK"}[i == 0])
			c.fails("slow", 1)
			minute()
		}
		time.Sleep(5 * time.Second)
		c.want("slow", "ALARM")
		minute() // the window has four of them
		c.want("slow", "OK")
	})
}

func TestHighResolutionAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		a := errorsAlarm("fast")
		a.Namespace, a.MetricName, a.Period, a.Dimensions = "Pay", "m", 10, nil
		c.put(a)
		time.Sleep(33 * time.Second)
		c.want("fast", "OK")
		c.RecordEmbedded(fmt.Appendf(nil, `{"_aws":{"Timestamp":%d,"CloudWatchMetrics":[{"Namespace":"Pay","Dimensions":[[]],"Metrics":[{"Name":"m","StorageResolution":1}]}]},"m":3}`,
			time.Now().UnixMilli()), time.Now())
		time.Sleep(10 * time.Second)
		c.want("fast", "ALARM")
		time.Sleep(30 * time.Second) // one period and two more of the range
		c.want("fast", "OK")
	})
}

func TestValuesStayAsLongAsAnAlarmLooksBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{Retention: time.Hour})
		a := errorsAlarm("daily")
		a.Period, a.EvaluationPeriods, a.TreatMissingData, a.ComparisonOperator, a.Threshold = 3600, 24, "breaching", "LessThanThreshold", number(1)
		c.put(a)
		time.Sleep(20 * time.Second)
		c.want("daily", "ALARM") // silence is bad, and nothing was ever said
		c.fails("daily", 1)
		minute()
		c.want("daily", "OK")
		time.Sleep(25 * time.Hour)
		c.want("daily", "OK") // 24 hours, and the range has two more
		time.Sleep(time.Hour)
		c.want("daily", "ALARM")
	})
}

func TestActionsCanBeOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		time.Sleep(5 * time.Second) // after the evaluation of the full minute
		off, quiet := false, errorsAlarm("quiet")
		quiet.ActionsEnabled = &off
		c.put(quiet, errorsAlarm("loud"))
		c.EnableActions(false, "loud", "nobody")
		minute()
		if c.want("loud", "OK"); c.acted() != "" {
			t.Errorf("acted %s", c.acted())
		}
		c.EnableActions(true, "loud", "quiet")
		c.fails("loud", 1)
		c.fails("quiet", 1)
		minute()
		if got, want := c.acted(), "loud OK->ALARM, quiet OK->ALARM"; got != want {
			t.Errorf("acted %s, want %s", got, want)
		}
	})
}

func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		a := errorsAlarm("payer")
		a.OKActions = []string{topic, "arn:aws:sns:us-east-1:123456789012:gone"}
		c.put(a, a)
		minute()
		a.Threshold = number(5)
		c.put(a)
		if err := c.DeleteAlarm("payer"); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range c.History("payer") {
			if !json.Valid([]byte(item.Data)) {
				t.Errorf("data %s", item.Data)
			}
			got = append(got, item.Kind+": "+item.Summary)
		}
		want := []string{
			`ConfigurationUpdate: Alarm "payer" created`,
			"StateUpdate: Alarm updated from INSUFFICIENT_DATA to OK",
			"Action: Successfully executed action " + topic,
			`Action: Failed to execute action arn:aws:sns:us-east-1:123456789012:gone. Received error: "no such topic: arn:aws:sns:us-east-1:123456789012:gone"`,
			`ConfigurationUpdate: Alarm "payer" updated`,
			`ConfigurationUpdate: Alarm "payer" deleted`,
		}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Error(difference)
		}
	})
}

func TestPutIsIdempotentAndKeepsTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		c.put(errorsAlarm("payer"))
		minute()
		before := c.status("payer")
		minute()
		c.put(errorsAlarm("payer"))
		if difference := cmp.Diff(before, c.status("payer")); difference != "" {
			t.Errorf("the same again: %s", difference)
		}
		changed := errorsAlarm("payer")
		changed.EvaluationPeriods = 2
		c.put(changed)
		if after := c.status("payer"); after.State != "OK" || !after.Configured.After(before.Configured) || after.Alarm.EvaluationPeriods != 2 {
			t.Errorf("after a change: %+v", after)
		}
	})
}

func TestRefusedPuts(t *testing.T) {
	c := start(t, cloudwatch.Options{})
	c.put(errorsAlarm("a"))
	if err := c.PutComposite(cloudwatch.Composite{Name: "both", Rule: "ALARM(a)"}); err != nil {
		t.Fatal(err)
	}
	metric := func(change func(*cloudwatch.Alarm)) error {
		a := errorsAlarm("x")
		change(&a)
		return c.PutAlarm(a)
	}
	for fault, err := range map[string]error{
		"period 61":                      metric(func(a *cloudwatch.Alarm) { a.Period = 61 }),
		"Invalid region us-west-2":       metric(func(a *cloudwatch.Alarm) { a.OKActions = []string{"arn:aws:sns:us-west-2:123456789012:x"} }),
		"is not an ARN":                  metric(func(a *cloudwatch.Alarm) { a.AlarmActions = []string{"mail me"} }),
		"a composite alarm has this":     metric(func(a *cloudwatch.Alarm) { a.Name = "both" }),
		"a metric alarm has this":        c.PutComposite(cloudwatch.Composite{Name: "a", Rule: "TRUE"}),
		"alarms that do not exist: b, c": c.PutComposite(cloudwatch.Composite{Name: "more", Rule: "ALARM(a) AND ALARM(b) AND OK(c)"}),
		"at character 9":                 c.PutComposite(cloudwatch.Composite{Name: "more", Rule: "ALARM(a)x"}),
		"actions_suppressor":             c.PutComposite(cloudwatch.Composite{Name: "more", Rule: "TRUE", ActionsSuppressor: []json.RawMessage{[]byte("{}")}}),
		"the rule's alarm both depends":  c.PutComposite(cloudwatch.Composite{Name: "both", Rule: "ALARM(both)"}),
		"alarms both depend on it":       c.DeleteAlarm("a"),
		"delete alarm x: it does not":    c.DeleteAlarm("x"),
	} {
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("error %v, want one with %q", err, fault)
		}
	}
	if !errors.Is(c.DeleteAlarm("x"), cloudwatch.ErrNotFound) {
		t.Error("the error is not ErrNotFound")
	}
	if err := errors.Join(c.DeleteAlarm("both"), c.DeleteAlarm("a")); err != nil {
		t.Error(err)
	}
	if left := c.Alarms(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestMalformedMetricsAreCounted(t *testing.T) {
	c := start(t, cloudwatch.Options{})
	c.RecordEmbedded([]byte(`{"_aws":{}}`), time.Now())
	c.RecordEmbedded([]byte(`{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[[]],"Metrics":[{"Name":"m"}]}]},"m":1}`), time.Now()) // of 1970
	c.Record("N", "", "Count", nil, 1, time.Now())
	if got := c.Malformed(); got != 3 {
		t.Errorf("%d, want 3", got)
	}
}

// TestNotification reads the message with AWS's own type, and compares it with one that CloudWatch sent.
func TestNotification(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		time.Sleep(5 * time.Second) // after the evaluation of the full minute
		c.put(errorsAlarm("payer"))
		c.fails("payer", 2)
		minute()
		last := c.acts[len(c.acts)-1]
		got, err := json.MarshalIndent(last, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("testdata/notification.json")
		if err != nil {
			t.Fatal(err)
		}
		if difference := cmp.Diff(strings.TrimSpace(string(want)), string(got)); difference != "" {
			t.Error(difference)
		}
		var payload events.CloudWatchAlarmSNSPayload
		if err := json.Unmarshal(got, &payload); err != nil {
			t.Fatal(err)
		}
		if payload.AlarmARN != alarmARN+"payer" || payload.NewStateValue != "ALARM" || payload.Trigger.Dimensions[0].Value != "payer" || payload.Trigger.Period != 60 {
			t.Errorf("payload %+v", payload)
		}
		if got := last.Subject(); got != `ALARM: "payer" in US East (N. Virginia)` {
			t.Errorf("subject %s", got)
		}
	})
}

func TestLongSubjectsFitSNS(t *testing.T) {
	n := cloudwatch.Notification{AlarmName: strings.Repeat("n", 255), NewStateValue: "INSUFFICIENT_DATA", Region: "Asia Pacific (Sydney)"}
	if got := n.Subject(); len(got) != 100 || !strings.HasSuffix(got, `n..." in Asia Pacific (Sydney)`) {
		t.Errorf("subject %s", got)
	}
}

// TestAlarmOfTheFiles decodes a resource as the supervisor sends it.
func TestAlarmOfTheFiles(t *testing.T) {
	var a cloudwatch.Alarm
	err := json.Unmarshal([]byte(`{"actions_enabled":null,"alarm_actions":["`+topic+`"],"alarm_description":"One payer in a hundred waits longer than 3 seconds.",
		"alarm_name":"payment-primary-api-latency-dev-test","arn":"x","comparison_operator":"GreaterThanThreshold","datapoints_to_alarm":null,
		"dimensions":{"ApiId":"a","Stage":"$default"},"evaluate_low_sample_count_percentiles":null,"evaluation_criteria":[],"evaluation_interval":null,
		"evaluation_periods":5,"extended_statistic":"p99","id":"x","insufficient_data_actions":null,"metric_name":"Latency","metric_query":[],
		"namespace":"AWS/ApiGateway","ok_actions":["`+topic+`"],"period":60,"region":"us-east-1","statistic":null,"tags":{"Name":"n"},"tags_all":{},
		"threshold":3000,"threshold_metric_id":null,"treat_missing_data":"notBreaching","unit":null,"warm_up_configuration":[]}`), &a)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c := start(t, cloudwatch.Options{})
		c.put(a)
		for range 8 {
			for i := range 1000 {
				latency := 20.0
				if i%50 == 0 { // two in a hundred
					latency = 4000
				}
				c.Record("AWS/ApiGateway", "Latency", "Milliseconds", a.Dimensions, latency, time.Now())
			}
			minute()
		}
		c.want(a.Name, "ALARM")
	})
}
