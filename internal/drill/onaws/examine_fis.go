package onaws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/fis/types"

	"github.com/paymentdr/paymentdr/internal/drill/faults"
	"github.com/paymentdr/paymentdr/internal/stack"
)

// checkExperiment: the template is the one that this configuration writes, in the right account, and nothing else runs.
func (s System) checkExperiment(ctx context.Context, order *Order, want Want) reasons {
	var found reasons
	for _, region := range []string{order.Region, order.Other} {
		running, err := faults.Running(ctx, s.FIS[region])
		if err != nil {
			found.add(FISOutOfReach, "%s: %v: check credentials and network", region, err)
			continue
		}
		for _, each := range running {
			found.add(ExperimentRunning, "experiment %s of template %s is %s in %s: wait for it, or aws fis stop-experiment --region %s --id %s",
				aws.ToString(each.Id), aws.ToString(each.ExperimentTemplateId), each.State.Status, region, region, aws.ToString(each.Id))
		}
	}
	name := stack.DrillTemplate(s.Config.Names(), s.role(order.Region), order.kind.name)
	template, err := faults.Template(ctx, s.FIS[order.Region], name)
	switch {
	case errors.Is(err, faults.ErrNoTemplate):
		found.add(NoTemplate, "%s has no experiment template %s: deploy with drills.faults fis, or check the account (%v)", order.Region, name, err)
		return found
	case err != nil:
		found.add(FISOutOfReach, "%s: %v: check credentials and network", order.Region, err)
		return found
	}
	order.Template = aws.ToString(template.Id)
	found = append(found, s.checkTemplate(template, order, want)...)
	return append(found, s.checkStopCondition(ctx, template, *order)...)
}

func (s System) checkTemplate(template types.ExperimentTemplate, order *Order, want Want) reasons {
	var found reasons
	parsed, err := arn.Parse(aws.ToString(template.Arn))
	if err != nil {
		found.add(OtherTemplate, "template %s has the ARN %q: %v", order.Template, aws.ToString(template.Arn), err)
		return found
	}
	switch order.Account = parsed.AccountID; {
	case want.Account == "":
		found.add(NoAccount, "the credentials are of account %s: if that is the one to be drilled, say --account %s", parsed.AccountID, parsed.AccountID)
	case want.Account != parsed.AccountID:
		found.add(OtherAccount, "the credentials are of account %s, not %s: log in to the other, or correct --account", parsed.AccountID, want.Account)
	}
	if len(template.Actions) != 1 {
		found.add(OtherTemplate, "template %s has %d actions, want one, %s: deploy again", order.Template, len(template.Actions), order.kind.action)
	}
	for _, action := range template.Actions {
		if id := aws.ToString(action.ActionId); id != order.kind.action {
			found.add(OtherTemplate, "template %s does %s, want %s: deploy again", order.Template, id, order.kind.action)
		}
	}
	var targets []string
	for _, target := range template.Targets {
		targets = append(targets, target.ResourceArns...)
	}
	if why := s.otherTargets(targets, *order); why != "" {
		found.add(OtherTemplate, "template %s has the targets %v: %s; deploy again", order.Template, targets, why)
	}
	return found
}

// otherTargets says why targets are not those that the files have.
func (s System) otherTargets(targets []string, order Order) string {
	prefix := "arn:aws:ec2:" + order.Region + ":" + order.Account + ":subnet/"
	if order.kind.name == stack.DrillTablePartition {
		prefix = "arn:aws:dynamodb:" + order.Region + ":" + order.Account + ":table/"
		wanted := []string{prefix + s.Observer.Access.JournalTable, prefix + s.Observer.Access.ControlTable}
		slices.Sort(wanted)
		if !slices.Equal(slices.Sorted(slices.Values(targets)), wanted) {
			return fmt.Sprintf("want %v", wanted)
		}
		return ""
	}
	if len(targets) != len(s.Config.PrivateSubnets(s.role(order.Region))) {
		return fmt.Sprintf("want the %d private subnets", len(s.Config.PrivateSubnets(s.role(order.Region))))
	}
	for _, target := range targets {
		if !strings.HasPrefix(target, prefix) {
			return "want subnets of " + order.Region
		}
	}
	return ""
}

// checkStopCondition: FIS takes an alarm of another Region when a template is made, and refuses it at the start.
func (s System) checkStopCondition(ctx context.Context, template types.ExperimentTemplate, order Order) reasons {
	var found reasons
	name := stack.DrillAlarm(s.Config.Names(), s.role(order.Region))
	wanted := "arn:aws:cloudwatch:" + order.Region + ":" + order.Account + ":alarm:" + name
	if !slices.ContainsFunc(template.StopConditions, func(each types.ExperimentTemplateStopCondition) bool {
		return aws.ToString(each.Source) == "aws:cloudwatch:alarm" && aws.ToString(each.Value) == wanted
	}) {
		found.add(NoStopCondition, "template %s is not stopped by %s: nothing would end it with this drill; deploy again", order.Template, wanted)
	}
	output, err := s.CloudWatch[order.Region].DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	switch {
	case err != nil:
		found.add(NoStopCondition, "alarm %s could not be looked at in %s (%v)", name, order.Region, err)
	case len(output.MetricAlarms) != 1:
		found.add(NoStopCondition, "%s has no alarm %s, which stops experiments: deploy again", order.Region, name)
	}
	return found
}
