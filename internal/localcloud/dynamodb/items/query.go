package items

import (
	"context"
	"strconv"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/expression"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

func quote(number int) string { return "'" + strconv.Itoa(number) + "'" }

// QueryInput is the input of Query.
type QueryInput struct {
	listing
	KeyConditionExpression *string
	ScanIndexForward       *bool
}

// Query is Query.
func (s *Service) Query(ctx context.Context, input *QueryInput) (any, error) {
	var c fault.Constraints
	input.constrain(&c)
	if err := firstError(c.Err(), input.legacy.check()); err != nil {
		return nil, err
	}
	if input.KeyConditionExpression == nil {
		return nil, fault.Validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	parsed, err := input.parse(expressions{
		filter: input.FilterExpression, projection: input.ProjectionExpression, key: input.KeyConditionExpression,
	})
	if err != nil {
		return nil, err
	}
	table, err := s.table(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	index, err := input.index(table)
	if err != nil {
		return nil, err
	}
	keys := table.Key
	if index != nil {
		keys = index.Key
	}
	condition, err := expression.ParseKeyCondition(*input.KeyConditionExpression, parsed.holders,
		expression.Key{Name: keys.Hash, Kind: table.Kind(keys.Hash)}, expression.Key{Name: keys.Range, Kind: table.Kind(keys.Range)})
	if err != nil {
		return nil, err
	}
	if err := firstError(parsed.holders.Unused(), checkFilter(parsed.filter, keys)); err != nil {
		return nil, err
	}
	span := querySpan(table, index, condition)
	span.Strong = input.ConsistentRead
	span.Descending = input.ScanIndexForward != nil && !*input.ScanIndexForward
	if span, err = after(table, index, span, input.ExclusiveStartKey); err != nil {
		return nil, err
	}
	answer, err := s.page(ctx, &input.listing, parsed, table, index, span)
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// checkFilter refuses a filter on the key that the query is by.
func checkFilter(filter *expression.Condition, keys schema.Key) error {
	if filter == nil {
		return nil
	}
	for _, name := range filter.Names() {
		for _, key := range keys.Names() {
			if name == key {
				return fault.Validation("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
			}
		}
	}
	return nil
}

// querySpan is the keys that meet the condition.
func querySpan(table *schema.Table, index *schema.Index, condition expression.KeyCondition) store.Span {
	partition := store.Partition(table, index, condition.Hash)
	whole := store.Span{From: partition, To: attribute.PrefixEnd(partition)}
	sort := condition.Range
	if sort == nil {
		return whole
	}
	at := func(value attribute.Value) []byte {
		return attribute.AppendKey(append([]byte(nil), partition...), value)
	}
	from := at(sort.Value)
	switch sort.Operator {
	case "=":
		return store.Span{From: from, To: attribute.PrefixEnd(from)}
	case "<":
		return store.Span{From: whole.From, To: from}
	case "<=":
		return store.Span{From: whole.From, To: attribute.PrefixEnd(from)}
	case ">":
		return store.Span{From: attribute.PrefixEnd(from), To: whole.To}
	case ">=":
		return store.Span{From: from, To: whole.To}
	case "BETWEEN":
		return store.Span{From: from, To: attribute.PrefixEnd(at(sort.Upper))}
	}
	prefix := attribute.AppendKeyPrefix(append([]byte(nil), partition...), sort.Value.Text)
	return store.Span{From: prefix, To: attribute.PrefixEnd(prefix)}
}
