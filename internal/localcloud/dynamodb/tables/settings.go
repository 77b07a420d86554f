package tables

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// TagInput is the input of TagResource, UntagResource and ListTagsOfResource.
type TagInput struct {
	ResourceArn *string
	Tags        []tag
	TagKeys     []string
}

// resource is the table name of the input's ARN.
func (i *TagInput) resource() (*string, error) {
	var c fault.Constraints
	c.Present(i.ResourceArn != nil, "resourceArn")
	if err := c.Err(); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(*i.ResourceArn, "arn:") {
		return nil, fault.Validation("Invalid TableArn: Invalid ResourceArn provided as input %s", *i.ResourceArn)
	}
	return i.ResourceArn, nil
}

// Tag is TagResource.
func (s *Service) Tag(ctx context.Context, input *TagInput) (any, error) {
	return s.retag(ctx, input, func(tags map[string]string) {
		for _, one := range input.Tags {
			tags[one.Key] = one.Value
		}
	})
}

// Untag is UntagResource.
func (s *Service) Untag(ctx context.Context, input *TagInput) (any, error) {
	return s.retag(ctx, input, func(tags map[string]string) {
		for _, key := range input.TagKeys {
			delete(tags, key)
		}
	})
}

func (s *Service) retag(ctx context.Context, input *TagInput, change func(map[string]string)) (any, error) {
	name, err := input.resource()
	if err != nil {
		return nil, err
	}
	_, err = s.setRegional(ctx, name, func(own *schema.Regional) error {
		if own.Tags == nil {
			own.Tags = map[string]string{}
		}
		change(own.Tags)
		return nil
	})
	return struct{}{}, err
}

// Tags is ListTagsOfResource.
func (s *Service) Tags(ctx context.Context, input *TagInput) (any, error) {
	name, err := input.resource()
	if err != nil {
		return nil, err
	}
	table, err := s.find(ctx, name)
	if err != nil {
		return nil, err
	}
	tags := table.Settings[s.Store.Region()].Tags
	list := []tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, tag{key, tags[key]})
	}
	return map[string]any{"Tags": list}, nil
}

// BackupsInput is the input of UpdateContinuousBackups.
type BackupsInput struct {
	named
	PointInTimeRecoverySpecification *struct {
		PointInTimeRecoveryEnabled bool
		RecoveryPeriodInDays       *int64
	}
}

// UpdateBackups is UpdateContinuousBackups; the setting is kept and shown, nothing can be restored.
func (s *Service) UpdateBackups(ctx context.Context, input *BackupsInput) (any, error) {
	var c fault.Constraints
	c.Present(input.PointInTimeRecoverySpecification != nil, "pointInTimeRecoverySpecification")
	if err := c.Err(); err != nil {
		return nil, err
	}
	given := input.PointInTimeRecoverySpecification
	table, err := s.setRegional(ctx, input.TableName, func(own *schema.Regional) error {
		if given.PointInTimeRecoveryEnabled && !own.PointInTime {
			own.PointInTimeSince = time.Now().UTC()
		}
		own.PointInTime, own.RecoveryDays = given.PointInTimeRecoveryEnabled, 35
		if given.RecoveryPeriodInDays != nil {
			own.RecoveryDays = *given.RecoveryPeriodInDays
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.backups(table), nil
}

// DescribeBackups is DescribeContinuousBackups.
func (s *Service) DescribeBackups(ctx context.Context, input *named) (any, error) {
	table, err := s.find(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	return s.backups(table), nil
}

func (s *Service) backups(table *schema.Table) any {
	own := table.Settings[s.Store.Region()]
	recovery := map[string]any{"PointInTimeRecoveryStatus": "DISABLED"}
	if own.PointInTime {
		now := time.Now()
		earliest := own.PointInTimeSince
		if oldest := now.AddDate(0, 0, -int(own.RecoveryDays)); earliest.Before(oldest) {
			earliest = oldest
		}
		recovery = map[string]any{
			"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": own.RecoveryDays,
			"EarliestRestorableDateTime": earliest.Unix(), "LatestRestorableDateTime": now.Unix(),
		}
	}
	return map[string]any{"ContinuousBackupsDescription": map[string]any{
		"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
	}}
}

// TimeToLiveInput is the input of UpdateTimeToLive.
type TimeToLiveInput struct {
	named
	TimeToLiveSpecification *struct {
		Enabled       bool
		AttributeName string
	}
}

// UpdateTimeToLive is UpdateTimeToLive: refused on strong tables; elsewhere kept and shown, nothing expires.
func (s *Service) UpdateTimeToLive(ctx context.Context, input *TimeToLiveInput) (any, error) {
	var c fault.Constraints
	c.Present(input.TimeToLiveSpecification != nil, "timeToLiveSpecification")
	if err := c.Err(); err != nil {
		return nil, err
	}
	given := input.TimeToLiveSpecification
	_, err := s.change(ctx, input.TableName, func(table *schema.Table) error {
		own := table.Settings[s.Store.Region()]
		switch {
		case table.Strong:
			return fault.Validation("Time to live is not supported on a global table with multi-Region strong consistency")
		case given.Enabled && own.TimeToLive != "":
			return fault.Validation("TimeToLive is already enabled")
		case !given.Enabled && own.TimeToLive == "":
			return fault.Validation("TimeToLive is already disabled")
		}
		if own.TimeToLive = ""; given.Enabled {
			own.TimeToLive = given.AttributeName
		}
		table.Settings[s.Store.Region()] = own
		return nil
	})
	return map[string]any{"TimeToLiveSpecification": given}, err
}

// DescribeTimeToLive is DescribeTimeToLive.
func (s *Service) DescribeTimeToLive(ctx context.Context, input *named) (any, error) {
	table, err := s.find(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	shown := map[string]string{"TimeToLiveStatus": "DISABLED"}
	if name := table.Settings[s.Store.Region()].TimeToLive; name != "" {
		shown = map[string]string{"TimeToLiveStatus": "ENABLED", "AttributeName": name}
	}
	return map[string]any{"TimeToLiveDescription": shown}, nil
}
