package items

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/expression"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// writing is what the three writes of one item share.
type writing struct {
	common
	legacy
	ConditionExpression                 *string
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
	ReturnItemCollectionMetrics         string
}

func (w writing) constrain(c *fault.Constraints) {
	w.common.constrain(c)
	c.OneOf(w.ReturnValues, "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	c.OneOf(w.ReturnValuesOnConditionCheckFailure, "returnValuesOnConditionCheckFailure", "ALL_OLD", "NONE")
	c.OneOf(w.ReturnItemCollectionMetrics, "returnItemCollectionMetrics", "SIZE", "NONE")
}

// guarded is decide behind the condition.
func (w writing) guarded(condition *expression.Condition, decide store.Decide) store.Decide {
	return func(old attribute.Item) (attribute.Item, error) {
		if condition.Holds(old) {
			return decide(old)
		}
		if w.ReturnValuesOnConditionCheckFailure == "ALL_OLD" {
			return nil, fault.ConditionFailed(old)
		}
		return nil, fault.ConditionFailed(nil)
	}
}

// written is the answer of a write.
type written struct {
	Attributes       attribute.Item `json:"Attributes,omitempty"`
	ConsumedCapacity *units         `json:"ConsumedCapacity,omitempty"`
}

// PutInput is the input of PutItem.
type PutInput struct {
	writing
	Item attribute.Item
}

// Put is PutItem.
func (s *Service) Put(ctx context.Context, input *PutInput) (any, error) {
	var c fault.Constraints
	input.constrain(&c)
	c.Present(input.Item != nil, "item")
	if err := firstError(c.Err(), input.legacy.check(), onlyOld(input.ReturnValues)); err != nil {
		return nil, err
	}
	parsed, err := input.parse(expressions{condition: input.ConditionExpression, takesValues: ": ConditionExpression is null"})
	if err != nil {
		return nil, err
	}
	if input.Item.Size() > attribute.MaxItemSize {
		return nil, fault.Validation("Item size has exceeded the maximum allowed size")
	}
	table, err := s.table(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	if err := checkItem(table, input.Item); err != nil {
		return nil, err
	}
	done, err := s.write(ctx, table, input.Item, input.guarded(parsed.condition, func(attribute.Item) (attribute.Item, error) {
		return input.Item, nil
	}))
	if err != nil {
		return nil, err
	}
	return input.answer(table, done, nil), nil
}

// DeleteInput is the input of DeleteItem.
type DeleteInput struct {
	writing
	Key attribute.Item
}

// Delete is DeleteItem.
func (s *Service) Delete(ctx context.Context, input *DeleteInput) (any, error) {
	var c fault.Constraints
	input.constrain(&c)
	c.Present(input.Key != nil, "key")
	if err := firstError(c.Err(), input.legacy.check(), onlyOld(input.ReturnValues)); err != nil {
		return nil, err
	}
	parsed, err := input.parse(expressions{condition: input.ConditionExpression, takesValues: ": ConditionExpression is null"})
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
	done, err := s.write(ctx, table, input.Key, input.guarded(parsed.condition, func(attribute.Item) (attribute.Item, error) {
		return nil, nil
	}))
	if err != nil {
		return nil, err
	}
	return input.answer(table, done, nil), nil
}

// UpdateInput is the input of UpdateItem.
type UpdateInput struct {
	writing
	Key              attribute.Item
	UpdateExpression *string
}

// Update is UpdateItem.
func (s *Service) Update(ctx context.Context, input *UpdateInput) (any, error) {
	var c fault.Constraints
	input.constrain(&c)
	c.Present(input.Key != nil, "key")
	if err := firstError(c.Err(), input.legacy.check()); err != nil {
		return nil, err
	}
	parsed, err := input.parse(expressions{
		condition: input.ConditionExpression, update: input.UpdateExpression, takesValues: ": UpdateExpression and ConditionExpression are null",
	})
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
	if parsed.update != nil {
		if err := checkUpdate(table, parsed.update); err != nil {
			return nil, err
		}
	}
	done, err := s.write(ctx, table, input.Key, input.guarded(parsed.condition, func(old attribute.Item) (attribute.Item, error) {
		return updated(table, input.Key, old, parsed.update)
	}))
	if err != nil {
		return nil, err
	}
	var touched *expression.Projection
	if parsed.update != nil {
		touched = parsed.update.Written()
	}
	return input.answer(table, done, touched), nil
}

// checkUpdate refuses an update of the key.
func checkUpdate(table *schema.Table, update *expression.Update) error {
	for _, name := range update.Written().Names() {
		for _, key := range table.Key.Names() {
			if name == key {
				return fault.Parameter("Cannot update attribute %s. This attribute is part of the key", name)
			}
		}
	}
	return nil
}

// updated is the item after the update; an item that does not exist begins as its key.
func updated(table *schema.Table, key, old attribute.Item, update *expression.Update) (attribute.Item, error) {
	next := old
	if old == nil {
		next = key
	}
	if update == nil {
		return next, nil
	}
	next, err := update.Apply(next)
	if err != nil {
		return nil, err
	}
	if next.Size() > attribute.MaxItemSize {
		return nil, fault.Validation("Item size to update has exceeded the maximum allowed size")
	}
	for _, index := range table.Indexes {
		for _, name := range index.Key.Names() {
			if value, ok := next[name]; ok && value.Kind != table.Kind(name) {
				return nil, fault.Validation("The update expression attempted to update the secondary index key to unsupported type")
			}
		}
	}
	return next, firstError(checkIndexKeys(table, next), checkNesting(next))
}

func (w writing) answer(table *schema.Table, done store.Written, touched *expression.Projection) written {
	answer := written{ConsumedCapacity: writeConsumed(w.ReturnConsumedCapacity, table, done.Old, done.New)}
	switch w.ReturnValues {
	case "ALL_OLD":
		answer.Attributes = done.Old
	case "ALL_NEW":
		answer.Attributes = done.New
	case "UPDATED_OLD":
		answer.Attributes = touchedOf(touched, done.Old)
	case "UPDATED_NEW":
		answer.Attributes = touchedOf(touched, done.New)
	}
	return answer
}

func touchedOf(touched *expression.Projection, item attribute.Item) attribute.Item {
	if touched == nil {
		return nil
	}
	return touched.Of(item)
}

// onlyOld is the rule of PutItem and DeleteItem, which know no new values.
func onlyOld(returnValues string) error {
	if returnValues == "" || returnValues == "NONE" || returnValues == "ALL_OLD" {
		return nil
	}
	return fault.Validation("Return values set to invalid value")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
