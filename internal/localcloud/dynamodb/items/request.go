package items

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/expression"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/tables"
)

// Service answers operations on the items of one Region's tables.
type Service struct{ Store *store.Store }

// common is what requests on one table share.
type common struct {
	TableName                 *string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues attribute.Item
	ReturnConsumedCapacity    string
}

// legacy are the parameters from before expressions. They are refused: nothing in this project uses them.
type legacy struct {
	Expected, AttributesToGet, AttributeUpdates, ConditionalOperator, KeyConditions, QueryFilter, ScanFilter json.RawMessage
}

func (l legacy) check() error {
	for name, given := range map[string]json.RawMessage{
		"Expected": l.Expected, "AttributesToGet": l.AttributesToGet, "AttributeUpdates": l.AttributeUpdates,
		"ConditionalOperator": l.ConditionalOperator, "KeyConditions": l.KeyConditions, "QueryFilter": l.QueryFilter, "ScanFilter": l.ScanFilter,
	} {
		if given != nil {
			return fault.NotModelled("The legacy parameter " + name)
		}
	}
	return nil
}

// constrain checks what needs no table.
func (c common) constrain(constraints *fault.Constraints) {
	tables.ConstrainName(constraints, c.TableName)
	constraints.OneOf(c.ReturnConsumedCapacity, "returnConsumedCapacity", "INDEXES", "TOTAL", "NONE")
}

// expressions are the given expressions of a request: parameter name and text, nil when it was not given.
type expressions struct {
	condition, filter, projection, update *string
	// key is a key condition: it is parsed when the table is known.
	key *string
	// takesValues are the expressions of the operation that may have values, as its error names them.
	takesValues string
}

type parsed struct {
	holders    *expression.Placeholders
	condition  *expression.Condition
	filter     *expression.Condition
	projection *expression.Projection
	update     *expression.Update
}

// parse reads all expressions but the key condition.
func (c common) parse(e expressions) (parsed, error) {
	given := slices.ContainsFunc([]*string{e.condition, e.filter, e.projection, e.update, e.key}, func(text *string) bool { return text != nil })
	if !given {
		switch {
		case c.ExpressionAttributeNames != nil:
			return parsed{}, fault.Validation("ExpressionAttributeNames can only be specified when using expressions")
		case c.ExpressionAttributeValues != nil:
			return parsed{}, fault.Validation("ExpressionAttributeValues can only be specified when using expressions%s", e.takesValues)
		}
	}
	holders, err := expression.NewPlaceholders(c.ExpressionAttributeNames, c.ExpressionAttributeValues)
	if err != nil {
		return parsed{}, err
	}
	p := parsed{holders: holders}
	if e.update != nil {
		if p.update, err = expression.ParseUpdate(*e.update, holders); err != nil {
			return parsed{}, err
		}
	}
	if e.condition != nil {
		if p.condition, err = expression.ParseCondition("ConditionExpression", *e.condition, holders); err != nil {
			return parsed{}, err
		}
	}
	if e.filter != nil {
		if p.filter, err = expression.ParseCondition("FilterExpression", *e.filter, holders); err != nil {
			return parsed{}, err
		}
	}
	if e.projection != nil {
		if p.projection, err = expression.ParseProjection(*e.projection, holders); err != nil {
			return parsed{}, err
		}
	}
	if e.key != nil {
		return p, nil
	}
	return p, holders.Unused()
}

// table finds the table of a request.
func (s *Service) table(ctx context.Context, name *string) (*schema.Table, error) {
	plain, err := tables.PlainName(*name, s.Store.Region())
	if err != nil {
		return nil, err
	}
	table, err := s.Store.Table(ctx, plain)
	if errors.Is(err, store.ErrNoTable) {
		return nil, fault.NotFound()
	}
	return table, err
}

// write is Store.Write, with the answer for a table that has gone meanwhile.
func (s *Service) write(ctx context.Context, table *schema.Table, key attribute.Item, decide store.Decide) (store.Written, error) {
	written, err := s.Store.Write(ctx, table, key, decide)
	if errors.Is(err, store.ErrNoTable) {
		return store.Written{}, fault.NotFound()
	}
	return written, err
}
