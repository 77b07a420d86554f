package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/paymentdr/paymentdr/internal/localcloud/cloudwatch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	topic    = "arn:aws:sns:us-east-1:123456789012:alerts"
	account  = "123456789012"
	alarmARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
)

// cloud is a service and what its alarms did.
type cloud struct {
	*cloudwatch.Service
	t testing.TB

	mutex sync.Mutex
	acts  []cloudwatch.Notification
	fail  error
}

func start(t testing.TB, options cloudwatch.Options) *cloud {
	t.Helper()
	c := &cloud{t: t}
	options.Region, options.Account, options.Logger = "us-east-1", account, slog.New(slog.DiscardHandler)
	options.Act = func(_ context.Context, action string, n cloudwatch.Notification) error {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if action != topic {
			return errors.New("no such topic: " + action)
		}
		c.acts = append(c.acts, n)
		return c.fail
	}
	service, err := cloudwatch.New(options)
	if err != nil {
		t.Fatal(err)
	}
	c.Service = service
	t.Cleanup(func() {
		if err := errors.Join(service.Close(), service.Close()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// acted is what the alarms' actions were told, as "name OLD->NEW".
func (c *cloud) acted() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var list []string
	for _, n := range c.acts {
		list = append(list, fmt.Sprintf("%s %s->%s", n.AlarmName, n.OldStateValue, n.NewStateValue))
	}
	return strings.Join(list, ", ")
}

func (c *cloud) put(alarms ...cloudwatch.Alarm) {
	c.t.Helper()
	for _, a := range alarms {
		if err := c.PutAlarm(a); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *cloud) status(name string) cloudwatch.AlarmStatus {
	c.t.Helper()
	for _, status := range c.Alarms() {
		if status.Name == name {
			return status
		}
	}
	c.t.Fatalf("no alarm %s", name)
	return cloudwatch.AlarmStatus{}
}

func (c *cloud) want(name string, state cloudwatch.State) {
	c.t.Helper()
	if got := c.status(name); got.State != state {
		c.t.Errorf("at %s alarm %s is %s (%s), want %s", time.Now().UTC().Format(time.TimeOnly), name, got.State, got.Reason, state)
	}
}

func number(value float64) *float64 { return &value }

// errorsAlarm is an alarm as the files have them: more than 0 in a minute, silence is good.
func errorsAlarm(name string) cloudwatch.Alarm {
	return cloudwatch.Alarm{
		Name: name, Description: "Something fails.", Namespace: "AWS/Lambda", MetricName: "Errors",
		Dimensions: map[string]string{"FunctionName": name}, Statistic: "Sum", ComparisonOperator: "GreaterThanThreshold",
		Threshold: number(0), Period: 60, EvaluationPeriods: 1, TreatMissingData: "notBreaching",
		AlarmActions: []string{topic}, OKActions: []string{topic},
	}
}

// fails records values of the metric of errorsAlarm.
func (c *cloud) fails(name string, values ...float64) {
	for _, value := range values {
		c.Record("AWS/Lambda", "Errors", "Count", map[string]string{"FunctionName": name}, value, time.Now())
	}
}
