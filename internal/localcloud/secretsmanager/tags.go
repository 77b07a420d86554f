package secretsmanager

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
)

const (
	maximumTags     = 50
	maximumTagKey   = 128
	maximumTagValue = 256
)

// tags are ordered by key.
func (r *record) tags() []tag {
	var list []tag
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		list = append(list, tag{key, r.Tags[key]})
	}
	return list
}

func addTags(r *record, tags []tag) error {
	for _, t := range tags {
		switch {
		case t.Key == "" || len(t.Key) > maximumTagKey:
			return awsjson.Constraint(t.Key, "tags.member.key", "Member must have length between 1 and 128")
		case len(t.Value) > maximumTagValue:
			return awsjson.Constraint(t.Value, "tags.member.value", "Member must have length less than or equal to 256")
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return invalid("Tag keys can't begin with aws:, which is reserved: %s", t.Key)
		}
		r.Tags[t.Key] = t.Value
	}
	if len(r.Tags) > maximumTags {
		return invalid("A secret can't have more than %d tags.", maximumTags)
	}
	return nil
}

type tagInput struct {
	SecretId string
	Tags     []tag
}

func (s *Service) tagResource(_ context.Context, in *tagInput) (any, error) {
	if in.Tags == nil {
		return nil, awsjson.Constraint(nil, "tags", "Member must not be null")
	}
	_, err := s.change(in.SecretId, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		return addTags(next, in.Tags)
	})
	return nil, err
}

type untagInput struct {
	SecretId string
	TagKeys  []string
}

func (s *Service) untagResource(_ context.Context, in *untagInput) (any, error) {
	if in.TagKeys == nil {
		return nil, awsjson.Constraint(nil, "tagKeys", "Member must not be null")
	}
	_, err := s.change(in.SecretId, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		for _, key := range in.TagKeys {
			delete(next.Tags, key)
		}
		return nil
	})
	return nil, err
}
