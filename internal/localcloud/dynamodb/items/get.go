package items

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
)

// GetInput is the input of GetItem.
type GetInput struct {
	common
	legacy
	Key                  attribute.Item
	ConsistentRead       bool
	ProjectionExpression *string
}

type got struct {
	// Item is a pointer, so that no item and an item of which nothing is projected differ.
	Item             *attribute.Item `json:"Item,omitempty"`
	ConsumedCapacity *units          `json:"ConsumedCapacity,omitempty"`
}

// Get is GetItem.
func (s *Service) Get(ctx context.Context, input *GetInput) (any, error) {
	var c fault.Constraints
	input.constrain(&c)
	c.Present(input.Key != nil, "key")
	if err := firstError(c.Err(), input.legacy.check()); err != nil {
		return nil, err
	}
	parsed, err := input.parse(expressions{projection: input.ProjectionExpression})
	if err != nil {
		return nil, err
	}
	table, err := s.table(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	if err := checkKey(table, input.Key); err != nil {
		return nil, err
	}
	item, err := s.Store.Get(ctx, table, input.Key, input.ConsistentRead)
	if err != nil {
		return nil, err
	}
	answer := got{ConsumedCapacity: consumed(input.ReturnConsumedCapacity, table, readUnits(item.Size(), input.ConsistentRead), nil)}
	if item != nil {
		kept := parsed.projection.Of(item)
		answer.Item = &kept
	}
	return answer, nil
}
