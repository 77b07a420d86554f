package events

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
)

type targetMember struct {
	Id, Arn     string
	RoleArn     string       `json:",omitempty"`
	Input       string       `json:",omitempty"`
	RetryPolicy *RetryPolicy `json:",omitempty"`
}

// modelled are the members of a target that are understood; any other would change what the target gets, or how.
var modelled = []string{"Id", "Arn", "RoleArn", "Input", "RetryPolicy"}

type targetsInput struct {
	Rule, EventBusName string
	Targets            []json.RawMessage
	Ids                []string
	Force              bool
}

type failedEntry struct{ TargetId, ErrorCode, ErrorMessage string }

type failedOutput struct {
	FailedEntryCount int
	FailedEntries    []failedEntry
}

// readTargets decodes and checks all targets before one is put.
func readTargets(raw []json.RawMessage) ([]Target, error) {
	if len(raw) == 0 || len(raw) > maximumPage {
		return nil, awsjson.Constraint(len(raw), "targets", "Member must have length between 1 and 100")
	}
	var list []Target
	for _, content := range raw {
		var members map[string]json.RawMessage
		var one targetMember
		if err := json.Unmarshal(content, &members); err != nil {
			return nil, awserror.Refuse("SerializationException", "Unable to parse a target: %s", err)
		}
		if err := json.Unmarshal(content, &one); err != nil {
			return nil, awserror.Refuse("SerializationException", "Unable to parse a target: %s", err)
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if !slices.Contains(modelled, name) {
				return nil, invalid("Target %s: %s is not modelled by the local EventBridge.", one.Id, name)
			}
		}
		target := Target{ID: one.Id, ARN: one.Arn, RoleARN: one.RoleArn, Input: one.Input}
		if one.RetryPolicy != nil {
			target.RetryPolicy = *one.RetryPolicy
		}
		if err := target.check(); err != nil {
			return nil, err
		}
		list = append(list, target)
	}
	return list, nil
}

func (s *Service) putTargets(_ context.Context, in *targetsInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	targets, err := readTargets(in.Targets)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(in.Rule)
	if err != nil {
		return nil, err
	}
	together := maps.Clone(found.targets)
	for _, target := range targets {
		together[target.ID] = target
	}
	if len(together) > maximumTargets {
		return nil, tooMany()
	}
	for _, target := range targets {
		if err := s.putTargetLocked(found, target); err != nil {
			return nil, err
		}
	}
	return failedOutput{FailedEntries: []failedEntry{}}, nil
}

func (s *Service) removeTargets(_ context.Context, in *targetsInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	if len(in.Ids) == 0 || len(in.Ids) > maximumPage {
		return nil, awsjson.Constraint(len(in.Ids), "ids", "Member must have length between 1 and 100")
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(in.Rule)
	if err != nil {
		return nil, err
	}
	out := failedOutput{FailedEntries: []failedEntry{}}
	for _, id := range in.Ids {
		if _, known := found.targets[id]; !known {
			out.FailedEntries = append(out.FailedEntries, failedEntry{id, "ResourceNotFoundException", "Target " + id + " does not exist on rule " + in.Rule + "."})
		}
		delete(found.targets, id)
	}
	out.FailedEntryCount = len(out.FailedEntries)
	return out, nil
}

func (s *Service) listTargetsByRule(_ context.Context, in *listInput) (any, error) {
	if err := s.checkBus(in.EventBusName); err != nil {
		return nil, err
	}
	targets, err := s.Targets(in.Rule)
	if err != nil {
		return nil, err
	}
	list := []targetMember{}
	for _, one := range targets {
		member := targetMember{Id: one.ID, Arn: one.ARN, RoleArn: one.RoleARN, Input: one.Input}
		if one.RetryPolicy != (RetryPolicy{}) {
			member.RetryPolicy = &one.RetryPolicy
		}
		list = append(list, member)
	}
	part, next, err := page(list, in)
	if err != nil {
		return nil, err
	}
	return struct {
		Targets   []targetMember
		NextToken string `json:",omitempty"`
	}{part, next}, nil
}
