package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/events/schedule"
)

// after lets time pass and everything that is due happen.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestRateCountsFromCreation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		after(7 * time.Second)
		w.put("r", "rate(1 minute)")
		after(59 * time.Second)
		if got := w.times(); got != "" {
			t.Errorf("it ran early: %s", got)
		}
		after(20 * time.Second)
		// The same rule again, as after a restart of the supervisor, keeps its times.
		w.put("r", "rate(1 minute)")
		after(2 * time.Minute)
		if got := w.times(); got != "1m7s 2m7s 3m7s" {
			t.Errorf("runs at %s", got)
		}
		if triggered, invoked, failed := w.metric("TriggeredRules r"), w.metric("Invocations r"), w.metric("FailedInvocations r"); triggered != 3 || invoked != 3 || failed != 0 {
			t.Errorf("metrics %v %v %v", triggered, invoked, failed)
		}
	})
}

func TestFollowing(t *testing.T) {
	begun := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		expression     string
		due, now, want time.Duration // since the beginning
	}{
		{"rate(1 minute)", 0, 3 * time.Millisecond, time.Minute},                  // the beat is kept
		{"rate(1 minute)", time.Minute, 90 * time.Second, 2 * time.Minute},        // a little late
		{"rate(1 minute)", time.Minute, 5*time.Minute + 1, 6 * time.Minute},       // frozen for four runs
		{"rate(1 minute)", time.Minute, 5 * time.Minute, 6 * time.Minute},         // to the minute
		{"rate(1 minute)", time.Minute, 0, 2 * time.Minute},                       // the clock was set back
		{"cron(0/15 * * * ? *)", 0, 3 * time.Millisecond, 15 * time.Minute},       //
		{"cron(0/15 * * * ? *)", 0, 40 * time.Minute, 45 * time.Minute},           // frozen for two runs
		{"cron(0/15 * * * ? *)", 15 * time.Minute, time.Second, 30 * time.Minute}, // the clock was set back
	} {
		parsed, err := schedule.Parse(test.expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := following(parsed, begun.Add(test.due), begun.Add(test.now)); !got.Equal(begun.Add(test.want)) {
			t.Errorf("%s due at %s, now %s: %s, want %s", test.expression, test.due, test.now, got.Sub(begun), test.want)
		}
	}
}

func TestFirstAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{FirstAfter: 2 * time.Second})
		for _, rule := range []string{"rate(1 minute)", "cron(0 6 ? * SUN *)"} {
			if _, err := w.PutRule(Rule{Name: rule[:4], ScheduleExpression: rule}); err != nil {
				t.Fatal(err)
			}
		}
		after(10 * time.Second) // without a target it would run for nobody
		for _, name := range []string{"rate", "cron"} {
			if err := w.PutTarget(Target{Rule: name, ID: "one", ARN: lambdaARN}); err != nil {
				t.Fatal(err)
			}
		}
		after(2 * time.Minute)
		if got := w.times(); got != "12s 1m12s" {
			t.Errorf("runs at %s", got)
		}
	})
}

func TestCronRunsAtTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{}) // midnight UTC of 2000-01-01, a Saturday
		after(30 * time.Second)
		w.put("r", "cron(0/30 6 ? * SUN *)")
		after(9 * 24 * time.Hour)
		if got := w.times(); got != "30h0m0s 30h30m0s 198h0m0s 198h30m0s" {
			t.Errorf("runs at %s", got)
		}
		var event struct {
			Version, ID, Source, Account, Time, Region string
			DetailType                                 string `json:"detail-type"`
			Resources                                  []string
			Detail                                     map[string]any
		}
		if err := json.Unmarshal([]byte(w.last().event), &event); err != nil {
			t.Fatal(err)
		}
		if event.Version != "0" || len(event.ID) != 36 || event.DetailType != "Scheduled Event" || event.Source != "aws.events" || event.Account != "123456789012" ||
			event.Time != "2000-01-09T06:30:00Z" || event.Region != "us-east-1" || fmt.Sprint(event.Resources) != "[arn:aws:events:us-east-1:123456789012:rule/r]" || event.Detail == nil || len(event.Detail) != 0 {
			t.Errorf("event %s", w.last().event)
		}
	})
}

func TestTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		w.put("r", "rate(5 minutes)")
		if err := w.PutTarget(Target{Rule: "r", ID: "two", ARN: lambdaARN, Input: `{"action":"verify"}`, RoleARN: "role"}); err != nil {
			t.Fatal(err)
		}
		after(5 * time.Minute)
		if got := w.times(); got != "5m0s 5m0s" {
			t.Fatalf("runs at %s", got)
		}
		inputs := 0
		for _, one := range w.invocations {
			if one.target.RuleARN != "arn:aws:events:us-east-1:123456789012:rule/r" {
				t.Errorf("target %+v", one.target)
			}
			if one.target.ID == "two" && one.event == `{"action":"verify"}` && one.target.RoleARN == "role" {
				inputs++
			}
		}
		if inputs != 1 {
			t.Errorf("%d times with the input", inputs)
		}
		if err := errors.Join(w.DeleteTarget("r", "one"), w.DeleteTarget("r", "two"), w.DeleteTarget("r", "two"), w.DeleteTarget("none", "x")); err != nil {
			t.Error(err)
		}
		after(5 * time.Minute)
		if got := w.times(); got != "5m0s 5m0s" || w.metric("TriggeredRules r") != 2 {
			t.Errorf("without targets: runs at %s, triggered %v", got, w.metric("TriggeredRules r"))
		}
		if err := errors.Join(w.DeleteRule("r"), w.DeleteRule("r")); err != nil {
			t.Error(err)
		}
		after(5 * time.Minute)
		if w.metric("TriggeredRules r") != 2 {
			t.Error("a deleted rule ran")
		}
	})
}

func TestDisabledRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		w.put("r", "rate(1 minute)")
		after(90 * time.Second)
		if _, err := w.PutRule(Rule{Name: "r", ScheduleExpression: "rate(1 minute)", State: Disabled}); err != nil {
			t.Fatal(err)
		}
		after(5 * time.Minute)
		w.put("r", "rate(1 minute)")
		after(time.Minute)
		if got := w.times(); got != "1m0s 7m30s" {
			t.Errorf("runs at %s", got)
		}
		w.put("r", "rate(2 minutes)") // another schedule counts anew
		after(2 * time.Minute)
		if got := w.times(); got != "1m0s 7m30s 9m30s" {
			t.Errorf("runs at %s", got)
		}
	})
}

func TestDelayedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		w.put("r", "rate(1 minute)")
		if err := w.Delay("r", 90*time.Second); err != nil {
			t.Fatal(err)
		}
		after(4 * time.Minute)
		// The first run is late, and later than the second; the others keep their times.
		if got := w.times(); got != "2m0s 2m30s 3m0s 4m0s" {
			t.Errorf("runs at %s", got)
		}
		var event struct{ Time time.Time }
		if err := json.Unmarshal([]byte(w.invocations[1].event), &event); err != nil || !event.Time.Equal(w.begun.Add(time.Minute)) {
			t.Errorf("the late run's event says %s, %v", event.Time, err)
		}
		refused(t, "delay of nobody", w.Delay("nobody", 1), "ResourceNotFoundException", "Rule nobody does not exist on EventBus default.")
		if err := w.Delay("r", time.Hour); err != nil {
			t.Fatal(err)
		}
		after(time.Minute)
		if _, err := w.PutRule(Rule{Name: "r", ScheduleExpression: "rate(1 minute)", State: Disabled}); err != nil {
			t.Fatal(err)
		}
		after(2 * time.Hour)
		if got := w.times(); got != "2m0s 2m30s 3m0s 4m0s" {
			t.Errorf("a late run of a disabled rule: %s", got)
		}
	})
}

// temporary is an error that says that a retry may help.
type temporary struct{ may bool }

func (temporary) Error() string     { return "throttled" }
func (e temporary) Retryable() bool { return e.may }

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		w.failing(func(call int) error {
			if call < 4 {
				return fmt.Errorf("invoke: %w", temporary{true})
			}
			return nil
		})
		w.put("r", "rate(1 hour)")
		after(90 * time.Minute)
		if got := w.times(); got != "1h0m0s 1h0m1s 1h0m3s 1h0m7s" {
			t.Errorf("attempts at %s", got)
		}
		if w.metric("Invocations r") != 1 || w.metric("FailedInvocations r") != 0 {
			t.Errorf("%v invocations, %v failed", w.metric("Invocations r"), w.metric("FailedInvocations r"))
		}
		for _, test := range []struct {
			err    error
			policy RetryPolicy
			calls  int
		}{
			{errors.New("no permission"), RetryPolicy{}, 1},
			{temporary{false}, RetryPolicy{}, 1},
			{temporary{true}, RetryPolicy{MaximumRetryAttempts: new(int)}, 1},
			{temporary{true}, RetryPolicy{MaximumEventAgeInSeconds: 60}, 6}, // at 0, 1, 3, 7, 15, 31 seconds
		} {
			before, failed := len(w.invocations), w.metric("FailedInvocations r")
			w.failing(func(int) error { return test.err })
			if err := w.PutTarget(Target{Rule: "r", ID: "one", ARN: lambdaARN, RetryPolicy: test.policy}); err != nil {
				t.Fatal(err)
			}
			after(time.Hour)
			if calls := len(w.invocations) - before; calls != test.calls || w.metric("FailedInvocations r") != failed+1 {
				t.Errorf("%v, %+v: %d attempts, want %d; %v failed", test.err, test.policy, calls, test.calls, w.metric("FailedInvocations r")-failed)
			}
		}
	})
}

// TestCloseEndsAttempts that wait, and late runs.
func TestCloseEndsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Options{})
		w.failing(func(int) error { return temporary{true} })
		w.put("r", "rate(1 minute)")
		w.put("s", "rate(1 minute)")
		if err := w.Delay("s", time.Hour); err != nil {
			t.Fatal(err)
		}
		after(90 * time.Second)
		if err := errors.Join(w.Close(), w.Close()); err != nil {
			t.Fatal(err)
		}
		before := len(w.invocations)
		after(time.Hour)
		if len(w.invocations) != before || before == 0 {
			t.Errorf("%d invocations, then %d", before, len(w.invocations))
		}
		if _, err := w.PutRule(Rule{Name: "late", ScheduleExpression: "rate(1 minute)"}); err != nil {
			t.Fatal(err)
		}
		after(2 * time.Minute)
		if len(w.invocations) != before {
			t.Error("a rule of a closed service ran")
		}
	})
}
