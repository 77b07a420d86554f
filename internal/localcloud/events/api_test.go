package events

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// client is an unmodified AWS SDK at the service's API.
func client(t *testing.T, w *world) *eventbridge.Client {
	t.Helper()
	server := httptest.NewServer(w.Handler())
	t.Cleanup(server.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return eventbridge.New(eventbridge.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("ASIA", "secret", ""),
		HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
	})
}

func text(value string) *string { return &value }

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestSDKManagesRules(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	made := must[*eventbridge.PutRuleOutput](t)(api.PutRule(ctx, &eventbridge.PutRuleInput{
		Name: text("r"), ScheduleExpression: text("rate(1 minute)"), Description: text("d"), Tags: []types.Tag{{Key: text("a"), Value: text("1")}},
	}))
	if *made.RuleArn != "arn:aws:events:us-east-1:123456789012:rule/r" {
		t.Errorf("ARN %s", *made.RuleArn)
	}
	described := must[*eventbridge.DescribeRuleOutput](t)(api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: text("r"), EventBusName: text("default")}))
	if *described.Arn != *made.RuleArn || *described.ScheduleExpression != "rate(1 minute)" || described.State != types.RuleStateEnabled || *described.Description != "d" || *described.EventBusName != "default" {
		t.Errorf("%+v", described)
	}
	must[*eventbridge.DisableRuleOutput](t)(api.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: text("r")}))
	if got := w.Rules()[0].State; got != Disabled {
		t.Errorf("state %s", got)
	}
	must[*eventbridge.EnableRuleOutput](t)(api.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: text("r")}))
	put := must[*eventbridge.PutTargetsOutput](t)(api.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: text("r"), Targets: []types.Target{
		{Id: text("b"), Arn: text(lambdaARN), Input: text(`{}`), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(3), MaximumEventAgeInSeconds: aws.Int32(60)}},
		{Id: text("a"), Arn: text(lambdaARN), RoleArn: text("role")},
	}}))
	if put.FailedEntryCount != 0 {
		t.Errorf("%+v", put.FailedEntries)
	}
	targets := must[*eventbridge.ListTargetsByRuleOutput](t)(api.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: text("r")})).Targets
	if len(targets) != 2 || *targets[0].Id != "a" || *targets[0].RoleArn != "role" || targets[0].RetryPolicy != nil || *targets[1].Input != "{}" || *targets[1].RetryPolicy.MaximumRetryAttempts != 3 {
		t.Errorf("%+v", targets)
	}
	names := must[*eventbridge.ListRuleNamesByTargetOutput](t)(api.ListRuleNamesByTarget(ctx, &eventbridge.ListRuleNamesByTargetInput{TargetArn: text(lambdaARN)}))
	if !slices.Equal(names.RuleNames, []string{"r"}) {
		t.Errorf("%v", names.RuleNames)
	}
	_, err := api.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: text("r")})
	refused(t, "delete with targets", err, "ValidationException", "Rule can't be deleted since it has targets.")
	removed := must[*eventbridge.RemoveTargetsOutput](t)(api.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: text("r"), Ids: []string{"a", "b", "c"}}))
	if removed.FailedEntryCount != 1 || *removed.FailedEntries[0].TargetId != "c" || *removed.FailedEntries[0].ErrorCode != "ResourceNotFoundException" {
		t.Errorf("%+v", removed)
	}
	must[*eventbridge.DeleteRuleOutput](t)(api.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: text("r")}))
	must[*eventbridge.DeleteRuleOutput](t)(api.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: text("r")}))
	if len(w.Rules()) != 0 {
		t.Error("the rule is still there")
	}
}

func TestSDKListsAndTags(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	for _, name := range []string{"b1", "a", "b2", "b3"} {
		w.put(name, "cron(0 6 ? * SUN *)")
	}
	var names []string
	in := &eventbridge.ListRulesInput{NamePrefix: text("b"), Limit: aws.Int32(2)}
	for {
		out := must[*eventbridge.ListRulesOutput](t)(api.ListRules(ctx, in))
		for _, one := range out.Rules {
			names = append(names, *one.Name)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(names, []string{"b1", "b2", "b3"}) {
		t.Errorf("names %v", names)
	}
	arn := text(w.RuleARN("a"))
	must[*eventbridge.TagResourceOutput](t)(api.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: arn, Tags: []types.Tag{{Key: text("k"), Value: text("1")}, {Key: text("j"), Value: text("2")}}}))
	must[*eventbridge.UntagResourceOutput](t)(api.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"k"}}))
	// An update keeps the tags that are there.
	must[*eventbridge.PutRuleOutput](t)(api.PutRule(ctx, &eventbridge.PutRuleInput{Name: text("a"), ScheduleExpression: text("rate(1 day)"), Tags: []types.Tag{{Key: text("x"), Value: text("y")}}}))
	tags := must[*eventbridge.ListTagsForResourceOutput](t)(api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: arn})).Tags
	if len(tags) != 1 || *tags[0].Key != "j" || *tags[0].Value != "2" {
		t.Errorf("tags %+v", tags)
	}
}

func TestSDKRefusals(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	w.put("r", "rate(1 day)")
	rule := func(in eventbridge.PutRuleInput) func() error {
		return func() error { _, err := api.PutRule(ctx, &in); return err }
	}
	target := func(targets ...types.Target) func() error {
		return func() error {
			_, err := api.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: text("r"), Targets: targets})
			return err
		}
	}
	var six []types.Target
	for i := range 6 {
		six = append(six, types.Target{Id: text(fmt.Sprint(i)), Arn: text(lambdaARN)})
	}
	missing := "Rule none does not exist on EventBus default."
	for _, test := range []struct {
		name          string
		call          func() error
		code, message string
	}{
		{"no schedule", rule(eventbridge.PutRuleInput{Name: text("x")}), "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."},
		{"schedule", rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 minutes)")}), "ValidationException", "Parameter ScheduleExpression is not valid."},
		{"pattern", rule(eventbridge.PutRuleInput{Name: text("x"), EventPattern: text("{}")}), "ValidationException", "not modelled"},
		{"name", rule(eventbridge.PutRuleInput{Name: text("a b"), ScheduleExpression: text("rate(1 day)")}), "ValidationException", "'name' failed to satisfy constraint"},
		{"long name", rule(eventbridge.PutRuleInput{Name: text(strings.Repeat("x", 65)), ScheduleExpression: text("rate(1 day)")}), "ValidationException", "'name'"},
		{"state", rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 day)"), State: "ON"}), "ValidationException", "'state'"},
		{"description", rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 day)"), Description: text(strings.Repeat("x", 513))}), "ValidationException", "'description'"},
		{"bus", rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 day)"), EventBusName: text("mine")}), "ResourceNotFoundException", "Event bus mine does not exist."},
		{"target's ARN", target(types.Target{Id: text("x"), Arn: text("controller")}), "ValidationException", "Parameter controller is not valid. Reason: Provided Arn is not in correct format."},
		{"target's id", target(types.Target{Id: text("a b"), Arn: text(lambdaARN)}), "ValidationException", "'targets.member.id'"},
		{"target's input", target(types.Target{Id: text("x"), Arn: text(lambdaARN), Input: text("{")}), "ValidationException", "JSON syntax error in input for target x."},
		{"long input", target(types.Target{Id: text("x"), Arn: text(lambdaARN), Input: text(`"` + strings.Repeat("x", 8192) + `"`)}), "ValidationException", "'targets.member.input'"},
		{"input path", target(types.Target{Id: text("x"), Arn: text(lambdaARN), InputPath: text("$.time")}), "ValidationException", "InputPath is not modelled"},
		{"retries", target(types.Target{Id: text("x"), Arn: text(lambdaARN), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(186)}}), "ValidationException", "maximumRetryAttempts"},
		{"age", target(types.Target{Id: text("x"), Arn: text(lambdaARN), RetryPolicy: &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(59)}}), "ValidationException", "maximumEventAgeInSeconds"},
		{"no targets", target([]types.Target{}...), "ValidationException", "'targets'"},
		{"six targets", target(six...), "LimitExceededException", "The requested resource exceeds the maximum number allowed."},
		{"target of nobody", func() error {
			_, err := api.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: text("none"), Targets: six[:1]})
			return err
		}, "ResourceNotFoundException", missing},
		{"describe", func() error {
			_, err := api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: text("none")})
			return err
		}, "ResourceNotFoundException", missing},
		{"enable", func() error {
			_, err := api.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: text("none")})
			return err
		}, "ResourceNotFoundException", missing},
		{"targets", func() error {
			_, err := api.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: text("none")})
			return err
		}, "ResourceNotFoundException", missing},
		{"remove", func() error {
			_, err := api.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: text("none"), Ids: []string{"x"}})
			return err
		}, "ResourceNotFoundException", missing},
		{"tags", func() error {
			_, err := api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: text("arn:aws:events:us-west-2:123456789012:rule/r")})
			return err
		}, "ResourceNotFoundException", "does not exist"},
		{"page", func() error {
			_, err := api.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: text("x")})
			return err
		}, "ValidationException", "NextToken"},
		{"size", func() error {
			_, err := api.ListRules(ctx, &eventbridge.ListRulesInput{Limit: aws.Int32(101)})
			return err
		}, "ValidationException", "'limit'"},
		{"not modelled", func() error {
			_, err := api.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{Source: text("x")}}})
			return err
		}, "UnknownOperationException", "does not model PutEvents"},
	} {
		refused(t, test.name, test.call(), test.code, test.message)
	}
	if rules, targets := w.Rules(), must[[]Target](t)(w.Targets("r")); len(rules) != 1 || len(targets) != 1 {
		t.Errorf("refused requests left %d rules and %d targets", len(rules), len(targets))
	}
	if _, err := New(Options{Region: "us-east-1", Account: "1"}); err == nil {
		t.Error("no Invoke and no error")
	}
}
