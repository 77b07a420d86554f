package secretsmanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// lambda is a rotation function that does what the documented templates do, and can be told to fail.
type lambda struct {
	service *Service
	guard   sync.Mutex
	calls   []string // steps
	events  []event
	fail    func(step string, call int) error
	lazy    bool // succeeds and does nothing
}

func (l *lambda) rotate(ctx context.Context, arn string, content []byte) error {
	var got event
	if err := json.Unmarshal(content, &got); err != nil {
		return err
	}
	l.guard.Lock()
	l.calls, l.events = append(l.calls, got.Step), append(l.events, got)
	fail, call := l.fail, len(l.calls)
	l.guard.Unlock()
	if arn != function {
		return fmt.Errorf("function %s", arn)
	}
	if fail != nil {
		if err := fail(got.Step, call); err != nil {
			return err
		}
	}
	if l.lazy {
		return nil
	}
	var err error
	switch got.Step {
	case "createSecret":
		_, err = l.service.putSecretValue(ctx, &putInput{SecretId: got.SecretId, ClientRequestToken: got.ClientRequestToken,
			SecretString: text("made for " + got.ClientRequestToken), VersionStages: []string{versions.Pending}, RotationToken: got.RotationToken})
	case "testSecret":
		_, err = l.service.getValue(&getInput{SecretId: got.SecretId, VersionId: got.ClientRequestToken, VersionStage: versions.Pending})
	case "finishSecret":
		found, _ := l.service.find(got.SecretId)
		in := &stageInput{SecretId: got.SecretId, VersionStage: versions.Current, MoveToVersionId: got.ClientRequestToken}
		if current := found.Versions.At(versions.Current); current != nil {
			in.RemoveFromVersionId = current.ID
		}
		_, err = l.service.updateSecretVersionStage(ctx, in)
	}
	return err
}

func (l *lambda) steps() string {
	l.guard.Lock()
	defer l.guard.Unlock()
	return strings.Join(l.calls, " ")
}

// failing sets how the function fails; nil is not at all.
func (l *lambda) failing(fail func(step string, call int) error) {
	l.guard.Lock()
	defer l.guard.Unlock()
	l.fail = fail
}

func (l *lambda) forget() {
	l.guard.Lock()
	defer l.guard.Unlock()
	l.calls, l.events = nil, nil
}

const allSteps = "createSecret setSecret testSecret finishSecret"

// rotatingIn starts a service in a bubble of fake time with one secret; New's goroutines belong to the bubble.
func rotatingIn(t *testing.T) (*Service, *lambda) {
	t.Helper()
	l := &lambda{}
	s := start(t, Options{Rotate: l.rotate})
	l.service = s
	must[string](t)(s.Put(t.Context(), Secret{Name: "s"}))
	must[string](t)(s.PutValue(t.Context(), "s", Value{String: "zero"}))
	return s, l
}

func describe(t *testing.T, s *Service) (d description, stages string) {
	t.Helper()
	found := must[*record](t)(s.find("s"))
	var list []string
	for _, version := range found.Versions {
		name := "none"
		if version.Value.String != nil {
			name = strings.Split(*version.Value.String, " ")[0]
		}
		if len(version.Stages) > 0 {
			list = append(list, name+"="+strings.Join(version.Stages, "+"))
		}
	}
	return s.describe(found), strings.Join(list, " ")
}

func TestRotateImmediately(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		token := newID()
		out, err := s.rotateSecret(t.Context(), &rotateInput{SecretId: "s", ClientRequestToken: token, RotationLambdaARN: function, RotationRules: &Rules{AutomaticallyAfterDays: 30}})
		if err != nil || out.(secretOutput).VersionId != token {
			t.Fatalf("%+v, %v", out, err)
		}
		synctest.Wait()
		if l.steps() != allSteps {
			t.Errorf("steps %s", l.steps())
		}
		d, stages := describe(t, s)
		if stages != "zero=AWSPREVIOUS made=AWSCURRENT+AWSPENDING" || value(t, s, "s", "") != "made for "+token {
			t.Errorf("labels %s", stages)
		}
		if !*d.RotationEnabled || !time.Time(*d.LastRotatedDate).Equal(time.Now()) || d.RotationLambdaARN != function || d.RotationRules.AutomaticallyAfterDays != 30 {
			t.Errorf("%+v", d)
		}
		if next := time.Time(*d.NextRotationDate); !next.Equal(day(time.Now()).AddDate(0, 0, 31).Add(-time.Second)) {
			t.Errorf("next rotation %s", next)
		}
		for _, event := range l.events {
			if event.SecretId != d.ARN || event.ClientRequestToken != token || event.RotationToken == "" {
				t.Errorf("event %+v", event)
			}
		}
		// The same request again rotates no second time.
		must[any](t)(s.rotateSecret(t.Context(), &rotateInput{SecretId: "s", ClientRequestToken: token}))
		synctest.Wait()
		if l.steps() != allSteps {
			t.Errorf("again: steps %s", l.steps())
		}
	})
}

// TestSchedule: with RotateImmediately false a new configuration is only tested; then days pass.
func TestSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		configuration := Rotation{SecretID: "s", FunctionARN: function, Rules: Rules{AutomaticallyAfterDays: 30}}
		if err := s.PutRotation(t.Context(), configuration); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, stages := describe(t, s); l.steps() != "testSecret" || stages != "zero=AWSCURRENT" || len(must[*record](t)(s.find("s")).Versions) != 1 {
			t.Fatalf("the test: steps %s, labels %s", l.steps(), stages)
		}
		for range 3 {
			l.forget()
			if err := s.PutRotation(t.Context(), configuration); err != nil {
				t.Fatal(err)
			}
			d, _ := describe(t, s)
			due := time.Time(*d.NextRotationDate).Add(time.Second).AddDate(0, 0, -1)
			time.Sleep(time.Until(due) - time.Second)
			synctest.Wait()
			if l.steps() != "" {
				t.Fatalf("rotated early: %s", l.steps())
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if l.steps() != allSteps {
				t.Fatalf("steps %s on %s", l.steps(), time.Now())
			}
		}
		if d, stages := describe(t, s); stages != "made=AWSPREVIOUS made=AWSCURRENT+AWSPENDING" || !time.Time(*d.LastRotatedDate).Equal(time.Now()) {
			t.Errorf("labels %s, %+v", stages, d)
		}
		// A new value by hand counts as a rotation.
		time.Sleep(20 * 24 * time.Hour)
		must[string](t)(s.PutValue(t.Context(), "s", Value{String: "by hand"}))
		if d, _ := describe(t, s); time.Until(time.Time(*d.NextRotationDate)) < 29*24*time.Hour {
			t.Errorf("next rotation %s", time.Time(*d.NextRotationDate))
		}
	})
}

// TestFailedRotation is repeated as a whole until it succeeds, and blocks others meanwhile.
func TestFailedRotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		l.failing(func(step string, _ int) error {
			if step == "setSecret" {
				return errors.New("no database")
			}
			return nil
		})
		in := &rotateInput{SecretId: "s", ClientRequestToken: newID(), RotationLambdaARN: function, RotationRules: &Rules{AutomaticallyAfterDays: 30}}
		must[any](t)(s.rotateSecret(t.Context(), in))
		synctest.Wait()
		d, stages := describe(t, s)
		if l.steps() != "createSecret setSecret" || stages != "zero=AWSCURRENT made=AWSPENDING" || d.LastRotatedDate != nil {
			t.Fatalf("steps %s, labels %s, %+v", l.steps(), stages, d)
		}
		for failures := 1; failures < 9; failures++ {
			l.forget()
			time.Sleep(RotationRetryDelay(failures) - time.Nanosecond)
			synctest.Wait()
			early := l.steps()
			time.Sleep(time.Nanosecond)
			synctest.Wait()
			if early != "" || l.steps() != "createSecret setSecret" {
				t.Fatalf("after failure %d: steps %q, then %q", failures, early, l.steps())
			}
		}
		// Another rotation is refused, and hurries this one.
		l.forget()
		other := &rotateInput{SecretId: "s", ClientRequestToken: newID()}
		_, err := s.rotateSecret(t.Context(), other)
		refused(t, "another rotation", err, "InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted.")
		synctest.Wait()
		if l.steps() != "createSecret setSecret" {
			t.Errorf("it was not reattempted: %s", l.steps())
		}
		l.forget()
		l.failing(nil)
		time.Sleep(time.Hour)
		synctest.Wait()
		if d, stages = describe(t, s); l.steps() != allSteps || stages != "zero=AWSPREVIOUS made=AWSCURRENT+AWSPENDING" || d.LastRotatedDate == nil {
			t.Errorf("steps %s, labels %s", l.steps(), stages)
		}
		must[any](t)(s.rotateSecret(t.Context(), other))
		synctest.Wait()
		if got := value(t, s, "s", ""); got != "made for "+other.ClientRequestToken {
			t.Errorf("the next rotation made %q", got)
		}
	})
}

// TestLazyFunction: a function that succeeds and leaves AWSCURRENT where it was has not rotated.
func TestLazyFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		l.lazy = true
		var log strings.Builder
		s.options.Logger = slog.New(slog.NewTextHandler(&log, nil))
		must[any](t)(s.rotateSecret(t.Context(), &rotateInput{SecretId: "s", ClientRequestToken: newID(), RotationLambdaARN: function}))
		synctest.Wait()
		d, stages := describe(t, s)
		if l.steps() != allSteps || stages != "zero=AWSCURRENT none=AWSPENDING" || d.LastRotatedDate != nil || d.NextRotationDate != nil {
			t.Fatalf("steps %s, labels %s, %+v", l.steps(), stages, d)
		}
		if !strings.Contains(log.String(), "did not move AWSCURRENT") || strings.Contains(log.String(), "zero") {
			t.Errorf("log %s", log.String())
		}
		// A value by hand clears it, as it does on AWS.
		must[string](t)(s.PutValue(t.Context(), "s", Value{String: "hand"}))
		if _, stages := describe(t, s); stages != "zero=AWSPREVIOUS hand=AWSCURRENT" {
			t.Errorf("labels %s", stages)
		}
		l.forget()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if l.steps() != "" {
			t.Errorf("the run that is over called %s", l.steps())
		}
	})
}

// TestFinishThatDies: the label moved, and then the function failed. The rotation has succeeded.
func TestFinishThatDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		s.options.Rotate = func(ctx context.Context, arn string, content []byte) error {
			err := l.rotate(ctx, arn, content)
			if strings.Contains(string(content), "finishSecret") {
				return errors.Join(err, errors.New("Runtime.ExitError"))
			}
			return err
		}
		must[any](t)(s.rotateSecret(t.Context(), &rotateInput{SecretId: "s", ClientRequestToken: newID(), RotationLambdaARN: function}))
		synctest.Wait()
		if d, stages := describe(t, s); stages != "zero=AWSPREVIOUS made=AWSCURRENT+AWSPENDING" || d.LastRotatedDate == nil {
			t.Errorf("labels %s", stages)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		hold := make(chan struct{})
		l.failing(func(step string, _ int) error {
			if step == "setSecret" {
				<-hold
			}
			return nil
		})
		in := &rotateInput{SecretId: "s", ClientRequestToken: newID(), RotationLambdaARN: function, RotationRules: &Rules{AutomaticallyAfterDays: 1}}
		must[any](t)(s.rotateSecret(t.Context(), in))
		synctest.Wait()
		out := must[any](t)(s.cancelRotateSecret(t.Context(), &idInput{"s"}))
		if out.(secretOutput).VersionId != in.ClientRequestToken {
			t.Errorf("%+v", out)
		}
		close(hold)
		synctest.Wait()
		d, stages := describe(t, s)
		if *d.RotationEnabled || d.NextRotationDate != nil || l.steps() != "createSecret setSecret" || stages != "zero=AWSCURRENT made=AWSPENDING" {
			t.Errorf("steps %s, labels %s, %+v", l.steps(), stages, d)
		}
		// As documented: AWSPENDING stays, and has to be removed before the next rotation.
		next := &rotateInput{SecretId: "s", ClientRequestToken: newID()}
		_, err := s.rotateSecret(t.Context(), next)
		refused(t, "rotate", err, "InvalidRequestException", "A previous rotation isn't complete.")
		must[any](t)(s.updateSecretVersionStage(t.Context(), &stageInput{SecretId: "s", VersionStage: versions.Pending, RemoveFromVersionId: in.ClientRequestToken}))
		l.failing(nil)
		must[any](t)(s.rotateSecret(t.Context(), next))
		synctest.Wait()
		if d, _ := describe(t, s); !*d.RotationEnabled || value(t, s, "s", "") != "made for "+next.ClientRequestToken {
			t.Errorf("%+v", d)
		}
		time.Sleep(49 * time.Hour)
		synctest.Wait()
		if steps := l.steps(); strings.Count(steps, "finishSecret") != 3 {
			t.Errorf("two days later: %s", steps)
		}
		if err := s.DeleteRotation(t.Context(), "s"); err != nil {
			t.Error(err)
		}
		if err := errors.Join(s.DeleteRotation(t.Context(), "s"), s.DeleteRotation(t.Context(), "nobody")); err != nil {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

// TestLabelTakenAway: whoever removes AWSPENDING from the version ends its rotation.
func TestLabelTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		l.failing(func(string, int) error { return errors.New("no") })
		in := &rotateInput{SecretId: "s", ClientRequestToken: newID(), RotationLambdaARN: function}
		must[any](t)(s.rotateSecret(t.Context(), in))
		synctest.Wait()
		must[any](t)(s.updateSecretVersionStage(t.Context(), &stageInput{SecretId: "s", VersionStage: versions.Pending, RemoveFromVersionId: in.ClientRequestToken}))
		l.forget()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if found := must[*record](t)(s.find("s")); l.steps() != "" || found.Rotation.Token != "" || len(found.Versions) != 1 {
			t.Errorf("steps %s, %+v", l.steps(), found)
		}
	})
}

// TestDeletedForGood after the recovery window, whatever rotation would do meanwhile.
func TestDeletedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := rotatingIn(t)
		if err := s.PutRotation(t.Context(), Rotation{SecretID: "s", FunctionARN: function, Rules: Rules{ScheduleExpression: "rate(4 hours)"}, Immediately: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		l.forget()
		seven := 7
		must[any](t)(s.deleteSecret(t.Context(), &deleteInput{SecretId: "s", RecoveryWindowInDays: &seven}))
		time.Sleep(7*24*time.Hour - time.Second)
		synctest.Wait()
		must[*record](t)(s.find("s"))
		time.Sleep(time.Second)
		synctest.Wait()
		_, err := s.find("s")
		refused(t, "find", err, "ResourceNotFoundException", "")
		if l.steps() != "" {
			t.Errorf("a deleted secret was rotated: %s", l.steps())
		}
	})
}

// TestClockThatJumps is noticed.
func TestClockThatJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, c := &lambda{}, &clock{}
		s := start(t, Options{Rotate: l.rotate, Now: c.now})
		l.service = s
		must[string](t)(s.Put(t.Context(), Secret{Name: "s"}))
		if err := s.PutRotation(t.Context(), Rotation{SecretID: "s", FunctionARN: function, Rules: Rules{AutomaticallyAfterDays: 30}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		l.forget()
		c.jump(31 * 24 * time.Hour)
		time.Sleep(attention)
		synctest.Wait()
		if l.steps() != allSteps {
			t.Errorf("steps %s", l.steps())
		}
	})
}

// TestRotateOverTheSDK: Secrets Manager, function and SDK together.
func TestRotateOverTheSDK(t *testing.T) {
	l := &lambda{}
	s := start(t, Options{Rotate: l.rotate})
	l.service = s
	api := client(t, s)
	arn := create(t, api, "s", "zero")
	out := must[*sdk.RotateSecretOutput](t)(api.RotateSecret(t.Context(), &sdk.RotateSecretInput{SecretId: &arn, RotationLambdaARN: text(function)}))
	eventually(t, "it has rotated", func() bool {
		described := must[*sdk.DescribeSecretOutput](t)(api.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: &arn}))
		return described.LastRotatedDate != nil && slices.Contains(described.VersionIdsToStages[*out.VersionId], "AWSCURRENT")
	})
}
