package items

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/tables"
)

// The limits of batches.
const (
	maxBatchGet      = 100
	maxBatchGetBytes = 16 << 20
	maxBatchWrite    = 25
)

// keysOfTable is one table's part of a BatchGetItem.
type keysOfTable struct {
	legacy
	Keys                     []attribute.Item  `json:"Keys,omitempty"`
	ConsistentRead           bool              `json:"ConsistentRead,omitempty"`
	ProjectionExpression     *string           `json:"ProjectionExpression,omitempty"`
	ExpressionAttributeNames map[string]string `json:"ExpressionAttributeNames,omitempty"`
}

// BatchGetInput is the input of BatchGetItem.
type BatchGetInput struct {
	RequestItems           map[string]keysOfTable
	ReturnConsumedCapacity string
}

type batchGot struct {
	Responses        map[string][]attribute.Item `json:"Responses"`
	UnprocessedKeys  map[string]unprocessedKeys  `json:"UnprocessedKeys"`
	ConsumedCapacity []*units                    `json:"ConsumedCapacity,omitempty"`
}

type unprocessedKeys struct {
	Keys                     []attribute.Item  `json:"Keys"`
	ConsistentRead           bool              `json:"ConsistentRead,omitempty"`
	ProjectionExpression     *string           `json:"ProjectionExpression,omitempty"`
	ExpressionAttributeNames map[string]string `json:"ExpressionAttributeNames,omitempty"`
}

// BatchGet is BatchGetItem.
func (s *Service) BatchGet(ctx context.Context, input *BatchGetInput) (any, error) {
	var c fault.Constraints
	c.Present(input.RequestItems != nil, "requestItems")
	count := 0
	for _, part := range input.RequestItems {
		count += len(part.Keys)
	}
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case len(input.RequestItems) == 0 || count == 0:
		return nil, fault.Validation("The requestItems parameter is required for BatchGetItem")
	case count > maxBatchGet:
		return nil, fault.Validation("Too many items requested for the BatchGetItem call")
	}
	answer := batchGot{Responses: map[string][]attribute.Item{}, UnprocessedKeys: map[string]unprocessedKeys{}}
	size := 0
	for _, name := range slices.Sorted(maps.Keys(input.RequestItems)) {
		if err := s.getFrom(ctx, name, input, &size, &answer); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

func (s *Service) getFrom(ctx context.Context, name string, input *BatchGetInput, size *int, answer *batchGot) error {
	part := input.RequestItems[name]
	request := common{TableName: &name, ExpressionAttributeNames: part.ExpressionAttributeNames}
	var c fault.Constraints
	request.constrain(&c)
	if err := firstError(c.Err(), part.legacy.check()); err != nil {
		return err
	}
	parsed, err := request.parse(expressions{projection: part.ProjectionExpression})
	if err != nil {
		return err
	}
	table, err := s.table(ctx, &name)
	if err != nil {
		return err
	}
	if err := distinctKeys(table, part.Keys); err != nil {
		return err
	}
	answer.Responses[name] = []attribute.Item{}
	read := 0.0
	for n, got := range atOnce(part.Keys, func(key attribute.Item) (attribute.Item, error) {
		return s.Store.Get(ctx, table, key, part.ConsistentRead)
	}) {
		if *size > maxBatchGetBytes {
			answer.UnprocessedKeys[name] = unprocessedKeys{part.Keys[n:], part.ConsistentRead, part.ProjectionExpression, part.ExpressionAttributeNames}
			break
		}
		item, err := got.value, got.err
		if err != nil {
			return err
		}
		read += readUnits(item.Size(), part.ConsistentRead)
		*size += item.Size()
		if item != nil {
			answer.Responses[name] = append(answer.Responses[name], parsed.projection.Of(item))
		}
	}
	if one := consumed(input.ReturnConsumedCapacity, table, read, nil); one != nil {
		answer.ConsumedCapacity = append(answer.ConsumedCapacity, one)
	}
	return nil
}

// result is what became of one part of a batch.
type result[T any] struct {
	value T
	err   error
}

// atOnce does something for every part of a batch at the same time, as DynamoDB does, and returns the results in the
// parts' order. One after the other, a hundred strong reads would take a hundred round trips between Regions.
func atOnce[P, T any](parts []P, do func(P) (T, error)) []result[T] {
	results := make([]result[T], len(parts))
	var group sync.WaitGroup
	for i, part := range parts {
		group.Go(func() { results[i].value, results[i].err = do(part) })
	}
	group.Wait()
	return results
}

func distinctKeys(table *schema.Table, keys []attribute.Item) error {
	seen := map[string]bool{}
	for _, key := range keys {
		if err := checkKey(table, key); err != nil {
			return err
		}
		position := string(store.ItemKey(table, key))
		if seen[position] {
			return fault.Validation("Provided list of item keys contains duplicates")
		}
		seen[position] = true
	}
	return nil
}

// writeOfBatch is one write of a BatchWriteItem.
type writeOfBatch struct {
	PutRequest    *struct{ Item attribute.Item } `json:"PutRequest,omitempty"`
	DeleteRequest *struct{ Key attribute.Item }  `json:"DeleteRequest,omitempty"`
}

// BatchWriteInput is the input of BatchWriteItem.
type BatchWriteInput struct {
	RequestItems           map[string][]writeOfBatch
	ReturnConsumedCapacity string
}

type batchWritten struct {
	UnprocessedItems map[string][]writeOfBatch `json:"UnprocessedItems"`
	ConsumedCapacity []*units                  `json:"ConsumedCapacity,omitempty"`
}

// BatchWrite is BatchWriteItem: every write is checked before the first is made; a write that no quorum answered, or
// that lost to another Region, is answered as unprocessed, unless all were.
func (s *Service) BatchWrite(ctx context.Context, input *BatchWriteInput) (any, error) {
	count := 0
	for _, writes := range input.RequestItems {
		count += len(writes)
	}
	switch {
	case len(input.RequestItems) == 0 || count == 0:
		return nil, fault.Validation("The batch write request list for a table cannot be null or empty")
	case count > maxBatchWrite:
		return nil, fault.Validation("Too many items requested for the BatchWriteItem call")
	}
	found := map[string]*schema.Table{}
	for _, name := range slices.Sorted(maps.Keys(input.RequestItems)) {
		var c fault.Constraints
		tables.ConstrainName(&c, &name)
		if err := c.Err(); err != nil {
			return nil, err
		}
		table, err := s.table(ctx, &name)
		if err != nil {
			return nil, err
		}
		if err := checkBatch(table, input.RequestItems[name]); err != nil {
			return nil, err
		}
		found[name] = table
	}
	answer, failed := batchWritten{UnprocessedItems: map[string][]writeOfBatch{}}, 0
	for _, name := range slices.Sorted(maps.Keys(found)) {
		used := 0.0
		for n, wrote := range atOnce(input.RequestItems[name], func(one writeOfBatch) (store.Written, error) {
			return s.writeOne(ctx, found[name], one)
		}) {
			done, err, one := wrote.value, wrote.err, input.RequestItems[name][n]
			switch {
			case err == nil:
				used += writeUnits(done.Old, done.New)
			case errors.Is(err, store.ErrConflict), store.IsUnavailable(err):
				answer.UnprocessedItems[name] = append(answer.UnprocessedItems[name], one)
				if failed++; failed == count {
					return nil, err
				}
			default:
				return nil, err
			}
		}
		if one := consumed(input.ReturnConsumedCapacity, found[name], used, nil); one != nil {
			answer.ConsumedCapacity = append(answer.ConsumedCapacity, one)
		}
	}
	return answer, nil
}

func checkBatch(table *schema.Table, writes []writeOfBatch) error {
	seen := map[string]bool{}
	for _, one := range writes {
		var key attribute.Item
		switch {
		case one.PutRequest != nil && one.DeleteRequest == nil:
			key = one.PutRequest.Item
			if key.Size() > attribute.MaxItemSize {
				return fault.Validation("Item size has exceeded the maximum allowed size")
			}
			if err := checkItem(table, key); err != nil {
				return err
			}
		case one.DeleteRequest != nil && one.PutRequest == nil:
			key = one.DeleteRequest.Key
			if err := checkKey(table, key); err != nil {
				return err
			}
		default:
			return fault.Validation("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		}
		position := string(store.ItemKey(table, key))
		if seen[position] {
			return fault.Validation("Provided list of item keys contains duplicates")
		}
		seen[position] = true
	}
	return nil
}

func (s *Service) writeOne(ctx context.Context, table *schema.Table, one writeOfBatch) (store.Written, error) {
	if one.PutRequest != nil {
		return s.write(ctx, table, one.PutRequest.Item, func(attribute.Item) (attribute.Item, error) { return one.PutRequest.Item, nil })
	}
	return s.write(ctx, table, one.DeleteRequest.Key, func(attribute.Item) (attribute.Item, error) { return nil, nil })
}
