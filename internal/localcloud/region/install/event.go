package install

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/events"
)

// rules knows the targets of each rule, because a rule goes after its targets only. The installer's lock guards it.
type rules struct {
	service Rules
	known   map[string]map[string]bool // target ids by rule
}

func newRules(service Rules) *rules {
	return &rules{service: service, known: map[string]map[string]bool{}}
}

func (r *rules) register(into map[string]func(raw []byte) (resource, error)) {
	into["aws_cloudwatch_event_rule"] = r.decodeRule
	into["aws_cloudwatch_event_target"] = r.decodeTarget
}

type ruleResource struct {
	of   *rules
	rule events.Rule
}

func (r *rules) decodeRule(raw []byte) (resource, error) {
	if err := refuse(raw, "event_pattern"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Name        string
		Bus         string `json:"event_bus_name"`
		Description string
		Schedule    string `json:"schedule_expression"`
		State       string
		Enabled     *bool             `json:"is_enabled"` // the provider's older word for state
		Role        string            `json:"role_arn"`
		Tags        map[string]string `json:"tags_all"`
	}](raw)
	if err != nil {
		return nil, err
	}
	if err := defaultBus(written.Bus); err != nil {
		return nil, err
	}
	if written.State == "" && written.Enabled != nil && !*written.Enabled {
		written.State = events.Disabled
	}
	return ruleResource{r, events.Rule{Name: written.Name, Description: written.Description, ScheduleExpression: written.Schedule, State: written.State,
		RoleARN: written.Role, Tags: written.Tags}}, nil
}

func defaultBus(name string) error {
	if name != "" && name != "default" {
		return fmt.Errorf("event_bus_name %q is not modelled here, only the default bus is", name)
	}
	return nil
}

func (r ruleResource) id() string { return r.rule.Name }

func (r ruleResource) install(context.Context) error {
	if _, err := r.of.service.PutRule(r.rule); err != nil {
		return err
	}
	if r.of.known[r.rule.Name] == nil {
		r.of.known[r.rule.Name] = map[string]bool{}
	}
	return nil
}

// remove takes the targets, too: they wait for a rule of the name from then on.
func (r ruleResource) remove(context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(r.of.known[r.rule.Name])) {
		if err := r.of.service.DeleteTarget(r.rule.Name, id); err != nil {
			return err
		}
	}
	if err := r.of.service.DeleteRule(r.rule.Name); err != nil {
		return err
	}
	delete(r.of.known, r.rule.Name)
	return nil
}

type targetResource struct {
	of     *rules
	target events.Target
}

func (r *rules) decodeTarget(raw []byte) (resource, error) {
	if err := refuse(raw, "input_path", "input_transformer", "dead_letter_config", "appsync_target", "batch_target", "ecs_target", "http_target",
		"kinesis_target", "redshift_target", "run_command_targets", "sagemaker_pipeline_target", "sqs_target"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Rule  string
		Bus   string `json:"event_bus_name"`
		ID    string `json:"target_id"`
		ARN   string
		Input string
		Role  string `json:"role_arn"`
		Retry []struct {
			Attempts *int `json:"maximum_retry_attempts"`
			Age      int  `json:"maximum_event_age_in_seconds"`
		} `json:"retry_policy"`
	}](raw)
	if err != nil {
		return nil, err
	}
	if err := defaultBus(written.Bus); err != nil {
		return nil, err
	}
	if written.ID == "" {
		return nil, errors.New("target_id is needed")
	}
	retry := first(written.Retry)
	return targetResource{r, events.Target{Rule: written.Rule, ID: written.ID, ARN: written.ARN, Input: written.Input, RoleARN: written.Role,
		RetryPolicy: events.RetryPolicy{MaximumRetryAttempts: retry.Attempts, MaximumEventAgeInSeconds: retry.Age}}}, nil
}

func (r targetResource) id() string { return r.target.Rule + "/" + r.target.ID }

func (r targetResource) lost() error {
	if r.of.known[r.target.Rule] == nil {
		return needs("rule %s", r.target.Rule)
	}
	return nil
}

func (r targetResource) install(context.Context) error {
	if err := r.lost(); err != nil {
		return err
	}
	if err := r.of.service.PutTarget(r.target); err != nil {
		return err
	}
	r.of.known[r.target.Rule][r.target.ID] = true
	return nil
}

func (r targetResource) remove(context.Context) error {
	if r.lost() != nil {
		return nil
	}
	delete(r.of.known[r.target.Rule], r.target.ID)
	return r.of.service.DeleteTarget(r.target.Rule, r.target.ID)
}
