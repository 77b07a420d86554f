package events

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
	"github.com/paymentdr/paymentdr/internal/localcloud/paging"
)

// Handler is the EventBridge API of the Region. Signatures are accepted unread; every caller counts as an identity of the
// account that may do all of this.
func (s *Service) Handler() http.Handler {
	return &awsjson.Handler{Service: "EventBridge", Target: "AWSEvents.", Logger: s.options.Logger, Operations: map[string]awsjson.Operation{
		"DeleteRule":            awsjson.Typed(s.deleteRule),
		"DescribeRule":          awsjson.Typed(s.describeRule),
		"DisableRule":           awsjson.Typed(s.stateTo(Disabled)),
		"EnableRule":            awsjson.Typed(s.stateTo(Enabled)),
		"ListRuleNamesByTarget": awsjson.Typed(s.listRuleNamesByTarget),
		"ListRules":             awsjson.Typed(s.listRules),
		"ListTagsForResource":   awsjson.Typed(s.listTagsForResource),
		"ListTargetsByRule":     awsjson.Typed(s.listTargetsByRule),
		"PutRule":               awsjson.Typed(s.putRule),
		"PutTargets":            awsjson.Typed(s.putTargets),
		"RemoveTargets":         awsjson.Typed(s.removeTargets),
		"TagResource":           awsjson.Typed(s.tagResource),
		"UntagResource":         awsjson.Typed(s.untagResource),
	}}
}

type tag struct{ Key, Value string }

type ruleInput struct {
	Name, ScheduleExpression, EventPattern, State, Description, RoleArn, EventBusName string
	Tags                                                                              []tag
}

// checkBus refuses every event bus but the default one, which is the only one that runs schedules.
func (s *Service) checkBus(name string) error {
	arn := "arn:aws:events:" + s.options.Region + ":" + s.options.Account + ":event-bus/default"
	if name == "" || name == "default" || name == arn {
		return nil
	}
	return awserror.Refuse("ResourceNotFoundException", "Event bus %s does not exist.", name)
}

func (s *Service) putRule(_ context.Context, in *ruleInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	if in.EventPattern != "" {
		return nil, invalid("EventPattern is not modelled by the local EventBridge: it runs schedules.")
	}
	tags := map[string]string{}
	for _, one := range in.Tags {
		tags[one.Key] = one.Value
	}
	s.mutex.Lock()
	if existing := s.rules[in.Name]; existing != nil {
		tags = existing.Tags // those of an update are not used, as documented
	}
	s.mutex.Unlock()
	arn, err := s.PutRule(Rule{in.Name, in.ScheduleExpression, in.State, in.Description, in.RoleArn, tags})
	if err != nil {
		return nil, err
	}
	return map[string]string{"RuleArn": arn}, nil
}

type nameInput struct {
	Name, EventBusName string
	Force              bool
}

func (s *Service) deleteRule(_ context.Context, in *nameInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	return nil, s.DeleteRule(in.Name)
}

func (s *Service) stateTo(state string) func(context.Context, *nameInput) (any, error) {
	return func(_ context.Context, in *nameInput) (any, error) {
		if err := s.checkBus(in.EventBusName); err != nil {
			return nil, err
		}
		return nil, s.setState(in.Name, state)
	}
}

type ruleOutput struct {
	Name, Arn, State, EventBusName string
	ScheduleExpression             string `json:",omitempty"`
	Description                    string `json:",omitempty"`
	RoleArn                        string `json:",omitempty"`
	CreatedBy                      string `json:",omitempty"`
}

func (r *rule) output() ruleOutput {
	return ruleOutput{
		Name: r.Name, Arn: r.arn, State: r.State, EventBusName: "default", ScheduleExpression: r.ScheduleExpression,
		Description: r.Description, RoleArn: r.RoleARN,
	}
}

func (s *Service) describeRule(_ context.Context, in *nameInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(in.Name)
	if err != nil {
		return nil, err
	}
	out := found.output()
	out.CreatedBy = s.options.Account
	return out, nil
}

type listInput struct {
	NamePrefix, Rule, TargetArn, EventBusName, NextToken string
	Limit                                                *int
}

const maximumPage = 100

// page cuts a page off a list.
func page[T any](list []T, in *listInput) ([]T, string, error) {
	size := maximumPage
	if in.Limit != nil {
		if size = *in.Limit; size < 1 || size > maximumPage {
			return nil, "", awsjson.Constraint(size, "limit", "Member must have value between 1 and 100")
		}
	}
	part, next, ok := paging.Cut(list, size, in.NextToken)
	if !ok {
		return nil, "", invalid("Parameter NextToken is not valid.")
	}
	return part, next, nil
}

func (s *Service) listRules(_ context.Context, in *listInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	list := []ruleOutput{}
	for _, one := range s.sorted() {
		if strings.HasPrefix(one.Name, in.NamePrefix) {
			list = append(list, one.output())
		}
	}
	part, next, err := page(list, in)
	if err != nil {
		return nil, err
	}
	return struct {
		Rules     []ruleOutput
		NextToken string `json:",omitempty"`
	}{part, next}, nil
}

func (s *Service) listRuleNamesByTarget(_ context.Context, in *listInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	names := []string{}
	s.mutex.Lock()
	for _, name := range slices.Sorted(maps.Keys(s.rules)) {
		if slices.ContainsFunc(s.rules[name].sorted(), func(t Target) bool { return t.ARN == in.TargetArn }) {
			names = append(names, name)
		}
	}
	s.mutex.Unlock()
	part, next, err := page(names, in)
	if err != nil {
		return nil, err
	}
	return struct {
		RuleNames []string
		NextToken string `json:",omitempty"`
	}{part, next}, nil
}

// tagsOf finds a rule by its ARN and hands its tags to what.
func (s *Service) tagsOf(arn string, what func(*rule)) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	name, ours := strings.CutPrefix(arn, s.RuleARN(""))
	found := s.rules[name]
	if !ours || found == nil {
		return awserror.Refuse("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", name)
	}
	what(found)
	return nil
}

type tagInput struct {
	ResourceARN string
	Tags        []tag
	TagKeys     []string
}

func (s *Service) tagResource(_ context.Context, in *tagInput) (any, error) {
	return nil, s.tagsOf(in.ResourceARN, func(r *rule) {
		r.Tags = maps.Clone(r.Tags)
		if r.Tags == nil {
			r.Tags = map[string]string{}
		}
		for _, one := range in.Tags {
			r.Tags[one.Key] = one.Value
		}
	})
}

func (s *Service) untagResource(_ context.Context, in *tagInput) (any, error) {
	return nil, s.tagsOf(in.ResourceARN, func(r *rule) {
		r.Tags = maps.Clone(r.Tags)
		for _, key := range in.TagKeys {
			delete(r.Tags, key)
		}
	})
}

func (s *Service) listTagsForResource(_ context.Context, in *tagInput) (any, error) {
	tags := []tag{}
	err := s.tagsOf(in.ResourceARN, func(r *rule) {
		for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
			tags = append(tags, tag{key, r.Tags[key]})
		}
	})
	if err != nil {
		return nil, err
	}
	return map[string][]tag{"Tags": tags}, nil
}
