package store

import (
	"context"
	"encoding/json"
	"fmt"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// Get is the item of the key, nil when there is none: the latest when strong, else what the local member has.
func (s *Store) Get(ctx context.Context, table *schema.Table, key attribute.Item, strong bool) (attribute.Item, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	found, err := s.read(ctx, string(ItemKey(table, key)), strong)
	return found.item, err
}

// Span is a range of keys, from (inclusive) to (exclusive).
type Span struct {
	From, To   []byte
	Descending bool
	Strong     bool
}

// pageKeys is how many keys one read of the store asks for.
const pageKeys = 256

// Visit calls visit with the items (or index entries, if index is given) of the span in order, until it answers false.
func (s *Store) Visit(ctx context.Context, index *schema.Index, span Span, visit func(attribute.Item) (more bool, err error)) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	order := clientv3.SortAscend
	if span.Descending {
		order = clientv3.SortDescend
	}
	for string(span.From) < string(span.To) {
		response, err := s.get(ctx, span.Strong, string(span.From), clientv3.WithRange(string(span.To)),
			clientv3.WithLimit(pageKeys), clientv3.WithSort(clientv3.SortByKey, order))
		if err != nil {
			return err
		}
		for _, pair := range response.Kvs {
			item, err := decode(index, pair)
			if err != nil {
				return err
			}
			if item == nil {
				continue
			}
			if more, err := visit(item); err != nil || !more {
				return err
			}
		}
		if !response.More || len(response.Kvs) == 0 {
			return nil
		}
		last := response.Kvs[len(response.Kvs)-1].Key
		if span.Descending {
			span.To = last
		} else {
			span.From = append(last, 0)
		}
		// The local member has reached the revision of the first page: the rest need not ask the quorum again.
		span.Strong = false
	}
	return nil
}

func decode(index *schema.Index, pair *mvccpb.KeyValue) (attribute.Item, error) {
	if index == nil {
		found, err := unseal([]*mvccpb.KeyValue{pair})
		return found.item, err
	}
	var item attribute.Item
	if err := json.Unmarshal(pair.Value, &item); err != nil {
		return nil, fmt.Errorf("decode entry of index %s: %w", index.Name, err)
	}
	return item, nil
}
