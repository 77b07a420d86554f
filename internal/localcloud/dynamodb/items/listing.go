package items

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// pageBytes is what one page may read, before filters (developer guide, "Paginating").
const pageBytes = 1 << 20

// listing is what Query and Scan share.
type listing struct {
	common
	legacy
	IndexName            *string
	Select               string
	Limit                *int
	ConsistentRead       bool
	ExclusiveStartKey    attribute.Item
	FilterExpression     *string
	ProjectionExpression *string
}

type listed struct {
	Items            *[]attribute.Item `json:"Items,omitempty"`
	Count            int               `json:"Count"`
	ScannedCount     int               `json:"ScannedCount"`
	LastEvaluatedKey attribute.Item    `json:"LastEvaluatedKey,omitempty"`
	ConsumedCapacity *units            `json:"ConsumedCapacity,omitempty"`
}

const (
	selectAll       = "ALL_ATTRIBUTES"
	selectProjected = "ALL_PROJECTED_ATTRIBUTES"
	selectGiven     = "SPECIFIC_ATTRIBUTES"
	selectCount     = "COUNT"
)

func (l *listing) constrain(c *fault.Constraints) {
	l.common.constrain(c)
	c.OneOf(l.Select, "select", selectGiven, selectCount, selectAll, selectProjected)
	if l.Limit != nil && *l.Limit < 1 {
		c.Require(false, quote(*l.Limit), "limit", "Member must have value greater than or equal to 1")
	}
}

// index finds the index of the request and holds the request to what it can give.
func (l *listing) index(table *schema.Table) (*schema.Index, error) {
	if l.IndexName == nil {
		if l.Select == selectProjected {
			return nil, fault.Parameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
		return nil, l.checkSelect()
	}
	index, ok := table.Index(*l.IndexName)
	switch {
	case !ok:
		return nil, fault.Validation("The table does not have the specified index: %s", *l.IndexName)
	case l.ConsistentRead && !index.Local:
		return nil, fault.Validation("Consistent reads are not supported on global secondary indexes")
	case l.Select == selectAll && !index.Local && index.Projection != schema.ProjectAll:
		return nil, fault.Parameter("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", index.Name)
	}
	return index, l.checkSelect()
}

func (l *listing) checkSelect() error {
	given := l.ProjectionExpression != nil
	switch {
	case given && l.Select != "" && l.Select != selectGiven:
		return fault.Validation("Cannot specify the ProjectionExpression when choosing to get %s", l.Select)
	case !given && l.Select == selectGiven:
		return fault.Validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	}
	return nil
}

// page reads one page of the span and answers it.
func (s *Service) page(ctx context.Context, l *listing, p parsed, table *schema.Table, index *schema.Index, span store.Span) (listed, error) {
	kept, answer := []attribute.Item{}, listed{}
	size, full := 0, false
	var last attribute.Item
	err := s.Store.Visit(ctx, index, span, func(item attribute.Item) (bool, error) {
		shownItem := item
		if index != nil && index.Local {
			shownItem = table.Projected(index, item)
		}
		answer.ScannedCount++
		size += shownItem.Size()
		last = item
		if p.filter.Holds(item) {
			answer.Count++
			if l.Select == selectAll || p.projection != nil {
				shownItem = item
			}
			kept = append(kept, p.projection.Of(shownItem))
		}
		full = l.Limit != nil && answer.ScannedCount >= *l.Limit || size >= pageBytes
		return !full, nil
	})
	if err != nil {
		return listed{}, err
	}
	if l.Select != selectCount {
		answer.Items = &kept
	}
	if full {
		answer.LastEvaluatedKey = startKey(table, index, last)
	}
	onTable, onIndex := readUnits(size, l.ConsistentRead), map[string]float64(nil)
	if index != nil {
		onTable, onIndex = 0, map[string]float64{index.Name: onTable}
	}
	answer.ConsumedCapacity = consumed(l.ReturnConsumedCapacity, table, onTable, onIndex)
	return answer, nil
}

// keyNames are the attributes of a position in the table, or in the index.
func keyNames(table *schema.Table, index *schema.Index) []string {
	names := table.Key.Names()
	if index != nil {
		names = append(names, index.Key.Names()...)
	}
	return names
}

func startKey(table *schema.Table, index *schema.Index, item attribute.Item) attribute.Item {
	key := attribute.Item{}
	for _, name := range keyNames(table, index) {
		key[name] = item[name]
	}
	return key
}

// after cuts the span at the position of the start key.
func after(table *schema.Table, index *schema.Index, span store.Span, start attribute.Item) (store.Span, error) {
	if start == nil {
		return span, nil
	}
	wanted := map[string]bool{}
	for _, name := range keyNames(table, index) {
		wanted[name] = true
	}
	if len(start) != len(wanted) {
		return span, fault.Validation("The provided starting key is invalid")
	}
	for name := range wanted {
		value, ok := start[name]
		if !ok || value.Kind != table.Kind(name) {
			return span, fault.Validation("The provided starting key is invalid: The provided key element does not match the schema")
		}
	}
	var position []byte
	if index == nil {
		position = store.ItemKey(table, start)
	} else {
		position, _ = store.EntryKey(table, index, start)
	}
	if string(position) < string(span.From) || string(position) >= string(span.To) {
		return span, fault.Validation("The provided starting key is outside query boundaries based on provided conditions")
	}
	if span.Descending {
		span.To = position
	} else {
		span.From = append(position, 0)
	}
	return span, nil
}
