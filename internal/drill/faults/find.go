package faults

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/fis"
	"github.com/aws/aws-sdk-go-v2/service/fis/types"
)

// API is the part of FIS that a drill calls.
type API interface {
	ListExperimentTemplates(context.Context, *fis.ListExperimentTemplatesInput, ...func(*fis.Options)) (*fis.ListExperimentTemplatesOutput, error)
	GetExperimentTemplate(context.Context, *fis.GetExperimentTemplateInput, ...func(*fis.Options)) (*fis.GetExperimentTemplateOutput, error)
	ListExperiments(context.Context, *fis.ListExperimentsInput, ...func(*fis.Options)) (*fis.ListExperimentsOutput, error)
	StartExperiment(context.Context, *fis.StartExperimentInput, ...func(*fis.Options)) (*fis.StartExperimentOutput, error)
	GetExperiment(context.Context, *fis.GetExperimentInput, ...func(*fis.Options)) (*fis.GetExperimentOutput, error)
	StopExperiment(context.Context, *fis.StopExperimentInput, ...func(*fis.Options)) (*fis.StopExperimentOutput, error)
}

// ErrNoTemplate is a template that is not there.
var ErrNoTemplate = errors.New("no such experiment template")

// Template finds the template whose tag Name is the name.
func Template(ctx context.Context, api API, name string) (types.ExperimentTemplate, error) {
	var found []string
	for input := new(fis.ListExperimentTemplatesInput); ; {
		page, err := api.ListExperimentTemplates(ctx, input)
		if err != nil {
			return types.ExperimentTemplate{}, fmt.Errorf("list experiment templates: %w", err)
		}
		for _, each := range page.ExperimentTemplates {
			if each.Tags["Name"] == name {
				found = append(found, aws.ToString(each.Id))
			}
		}
		if input.NextToken = page.NextToken; input.NextToken == nil {
			break
		}
	}
	switch len(found) {
	case 0:
		return types.ExperimentTemplate{}, fmt.Errorf("%w: none has the tag Name = %s", ErrNoTemplate, name)
	case 1:
	default:
		return types.ExperimentTemplate{}, fmt.Errorf("find experiment template %s: %d have that name (%v), want one", name, len(found), found)
	}
	output, err := api.GetExperimentTemplate(ctx, &fis.GetExperimentTemplateInput{Id: &found[0]})
	if err != nil {
		return types.ExperimentTemplate{}, fmt.Errorf("read experiment template %s: %w", found[0], err)
	}
	return *output.ExperimentTemplate, nil
}

// Running lists the experiments of the account and Region that have not ended.
func Running(ctx context.Context, api API) ([]types.ExperimentSummary, error) {
	var found []types.ExperimentSummary
	for input := new(fis.ListExperimentsInput); ; {
		page, err := api.ListExperiments(ctx, input)
		if err != nil {
			return nil, fmt.Errorf("list experiments: %w", err)
		}
		for _, each := range page.Experiments {
			if each.State != nil && !over(each.State.Status) {
				found = append(found, each)
			}
		}
		if input.NextToken = page.NextToken; input.NextToken == nil {
			return found, nil
		}
	}
}

// over: nothing is done any more, and nothing is undone.
func over(status types.ExperimentStatus) bool {
	switch status {
	case types.ExperimentStatusCompleted, types.ExperimentStatusStopped, types.ExperimentStatusFailed, types.ExperimentStatusCancelled:
		return true
	}
	return false
}
