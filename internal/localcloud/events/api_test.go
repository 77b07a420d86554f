package events

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/paymentdr/paymentdr/internal/localcloud/sdktest"
)

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

func TestSDKRefusesRulesAndTargets(t *testing.T) {
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
	sdktest.Refused(t,
		sdktest.Refusal{Name: "no schedule", Call: rule(eventbridge.PutRuleInput{Name: text("x")}), Code: "ValidationException", Message: "Parameter(s) EventPattern or ScheduleExpression must be specified."},
		sdktest.Refusal{Name: "schedule", Call: rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 minutes)")}), Code: "ValidationException", Message: "Parameter ScheduleExpression is not valid."},
		sdktest.Refusal{Name: "pattern", Call: rule(eventbridge.PutRuleInput{Name: text("x"), EventPattern: text("{}")}), Code: "ValidationException", Message: "not modelled"},
		sdktest.Refusal{Name: "name", Call: rule(eventbridge.PutRuleInput{Name: text("a b"), ScheduleExpression: text("rate(1 day)")}), Code: "ValidationException", Message: "'name' failed to satisfy constraint"},
		sdktest.Refusal{Name: "long name", Call: rule(eventbridge.PutRuleInput{Name: text(strings.Repeat("x", 65)), ScheduleExpression: text("rate(1 day)")}), Code: "ValidationException", Message: "'name'"},
		sdktest.Refusal{Name: "state", Call: rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 day)"), State: "ON"}), Code: "ValidationException", Message: "'state'"},
		sdktest.Refusal{Name: "description", Call: rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 day)"), Description: text(strings.Repeat("x", 513))}), Code: "ValidationException", Message: "'description'"},
		sdktest.Refusal{Name: "bus", Call: rule(eventbridge.PutRuleInput{Name: text("x"), ScheduleExpression: text("rate(1 day)"), EventBusName: text("mine")}), Code: "ResourceNotFoundException", Message: "Event bus mine does not exist."},
		sdktest.Refusal{Name: "target's ARN", Call: target(types.Target{Id: text("x"), Arn: text("controller")}), Code: "ValidationException", Message: "Parameter controller is not valid. Reason: Provided Arn is not in correct format."},
		sdktest.Refusal{Name: "target's id", Call: target(types.Target{Id: text("a b"), Arn: text(lambdaARN)}), Code: "ValidationException", Message: "'targets.member.id'"},
		sdktest.Refusal{Name: "target's input", Call: target(types.Target{Id: text("x"), Arn: text(lambdaARN), Input: text("{")}), Code: "ValidationException", Message: "JSON syntax error in input for target x."},
		sdktest.Refusal{Name: "long input", Call: target(types.Target{Id: text("x"), Arn: text(lambdaARN), Input: text(`"` + strings.Repeat("x", 8192) + `"`)}), Code: "ValidationException", Message: "'targets.member.input'"},
		sdktest.Refusal{Name: "input path", Call: target(types.Target{Id: text("x"), Arn: text(lambdaARN), InputPath: text("$.time")}), Code: "ValidationException", Message: "InputPath is not modelled"},
		sdktest.Refusal{Name: "retries", Call: target(types.Target{Id: text("x"), Arn: text(lambdaARN), RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(186)}}), Code: "ValidationException", Message: "maximumRetryAttempts"},
		sdktest.Refusal{Name: "age", Call: target(types.Target{Id: text("x"), Arn: text(lambdaARN), RetryPolicy: &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(59)}}), Code: "ValidationException", Message: "maximumEventAgeInSeconds"},
		sdktest.Refusal{Name: "no targets", Call: target([]types.Target{}...), Code: "ValidationException", Message: "'targets'"},
		sdktest.Refusal{Name: "six targets", Call: target(six...), Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."},
		sdktest.Refusal{Name: "target of nobody", Call: func() error {
			_, err := api.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: text("none"), Targets: six[:1]})
			return err
		}, Code: "ResourceNotFoundException", Message: "Rule none does not exist on EventBus default."},
	)
	if rules, targets := w.Rules(), must[[]Target](t)(w.Targets("r")); len(rules) != 1 || len(targets) != 1 {
		t.Errorf("refused requests left %d rules and %d targets", len(rules), len(targets))
	}
}

func TestSDKRefusesTheRest(t *testing.T) {
	w := start(t, Options{})
	api, ctx := client(t, w), t.Context()
	w.put("r", "rate(1 day)")
	missing := "Rule none does not exist on EventBus default."
	sdktest.Refused(t,
		sdktest.Refusal{Name: "describe", Call: func() error {
			_, err := api.DescribeRule(ctx, &eventbridge.DescribeRuleInput{Name: text("none")})
			return err
		}, Code: "ResourceNotFoundException", Message: missing},
		sdktest.Refusal{Name: "enable", Call: func() error {
			_, err := api.EnableRule(ctx, &eventbridge.EnableRuleInput{Name: text("none")})
			return err
		}, Code: "ResourceNotFoundException", Message: missing},
		sdktest.Refusal{Name: "targets", Call: func() error {
			_, err := api.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: text("none")})
			return err
		}, Code: "ResourceNotFoundException", Message: missing},
		sdktest.Refusal{Name: "remove", Call: func() error {
			_, err := api.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: text("none"), Ids: []string{"x"}})
			return err
		}, Code: "ResourceNotFoundException", Message: missing},
		sdktest.Refusal{Name: "tags", Call: func() error {
			_, err := api.ListTagsForResource(ctx, &eventbridge.ListTagsForResourceInput{ResourceARN: text("arn:aws:events:us-west-2:123456789012:rule/r")})
			return err
		}, Code: "ResourceNotFoundException", Message: "does not exist"},
		sdktest.Refusal{Name: "page", Call: func() error {
			_, err := api.ListRules(ctx, &eventbridge.ListRulesInput{NextToken: text("x")})
			return err
		}, Code: "ValidationException", Message: "NextToken"},
		sdktest.Refusal{Name: "size", Call: func() error {
			_, err := api.ListRules(ctx, &eventbridge.ListRulesInput{Limit: aws.Int32(101)})
			return err
		}, Code: "ValidationException", Message: "'limit'"},
		sdktest.Refusal{Name: "not modelled", Call: func() error {
			_, err := api.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{Source: text("x")}}})
			return err
		}, Code: "UnknownOperationException", Message: "does not model PutEvents"},
	)
	if _, err := New(Options{Region: "us-east-1", Account: "1"}); err == nil {
		t.Error("no Invoke and no error")
	}
}
