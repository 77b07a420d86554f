package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// Table is the definition of the table of that name in this Region, as the local member has it. That there is none is
// never said by the local member alone: it may be behind the Region that created the table. It is shared and must not be
// changed.
func (s *Store) Table(ctx context.Context, name string) (*schema.Table, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	table, err := s.table(ctx, name, false)
	if errors.Is(err, ErrNoTable) {
		return s.table(ctx, name, true)
	}
	return table, err
}

func (s *Store) table(ctx context.Context, name string, strong bool) (*schema.Table, error) {
	named, err := s.get(ctx, strong, nameKey(s.region, name))
	if err != nil {
		return nil, err
	}
	if len(named.Kvs) == 0 {
		return nil, ErrNoTable
	}
	// The local member has reached the revision of the first read: the second need not ask the quorum again.
	defined, err := s.get(ctx, false, tableKey(string(named.Kvs[0].Value)))
	if err != nil {
		return nil, err
	}
	if len(defined.Kvs) == 0 {
		return nil, ErrNoTable
	}
	key, revision := string(defined.Kvs[0].Key), defined.Kvs[0].ModRevision
	if known, found := s.decoded.Load(key); found && !strong && known.(*schema.Table).Revision == revision {
		return known.(*schema.Table), nil
	}
	table := &schema.Table{Revision: revision}
	if err := json.Unmarshal(defined.Kvs[0].Value, table); err != nil {
		return nil, fmt.Errorf("decode table %s: %w", name, err)
	}
	if !strong {
		s.decoded.Store(key, table)
	}
	return table, nil
}

// Create adds a table to its Regions; ErrTableExists when one of them has a table of that name.
func (s *Store) Create(ctx context.Context, table *schema.Table) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	return s.put(ctx, table, table.Regions, nil)
}

// put writes the definition if it still has table.Revision and none of the Regions in added has the name.
func (s *Store) put(ctx context.Context, table *schema.Table, added []string, more []clientv3.Op) error {
	content, err := json.Marshal(table)
	if err != nil {
		return fmt.Errorf("encode table %s: %w", table.Name, err)
	}
	conditions := []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(tableKey(table.ID)), "=", table.Revision)}
	writes := append(more, clientv3.OpPut(tableKey(table.ID), string(content)))
	for _, region := range added {
		conditions = append(conditions, clientv3.Compare(clientv3.CreateRevision(nameKey(region, table.Name)), "=", 0))
		writes = append(writes, clientv3.OpPut(nameKey(region, table.Name), table.ID))
	}
	transaction := clientv3.OpTxn(conditions, writes, []clientv3.Op{clientv3.OpGet(tableKey(table.ID))})
	return s.retry(ctx, "write table", func(ctx context.Context, _ int) error {
		answer, err := s.raft.Do(ctx, transaction)
		if err != nil || answer.Txn().Succeeded {
			return err
		}
		found := answer.Txn().Responses[0].GetResponseRange().Kvs
		switch {
		case len(found) > 0 && string(found[0].Value) == string(content):
			// An attempt without an answer was applied.
			return nil
		case len(found) > 0 && found[0].ModRevision == table.Revision || len(found) == 0 && table.Revision == 0:
			return ErrTableExists
		}
		return errTableChanged
	})
}

// Update changes the definition of a table. Entries of indexes that are new are made of the items there are, and those
// of indexes that are gone are removed, in the same transaction; a table that has writers under way is tried again.
func (s *Store) Update(ctx context.Context, name string, change func(*schema.Table) error) (*schema.Table, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	table, err := s.table(ctx, name, true)
	if err != nil {
		return nil, err
	}
	before, indexes := slices.Clone(table.Regions), slices.Clone(table.Indexes)
	if err := change(table); err != nil {
		return nil, err
	}
	var writes []clientv3.Op
	for _, index := range indexes {
		if _, kept := table.Index(index.Name); !kept {
			writes = append(writes, clientv3.OpDelete(indexPrefix(table.ID, index.Name), clientv3.WithPrefix()))
		}
	}
	for _, region := range before {
		if !slices.Contains(table.Regions, region) {
			writes = append(writes, clientv3.OpDelete(nameKey(region, name)))
		}
	}
	added := slices.DeleteFunc(slices.Clone(table.Regions), func(region string) bool { return slices.Contains(before, region) })
	if err := s.put(ctx, table, added, writes); err != nil {
		return nil, err
	}
	isNew := func(index schema.Index) bool {
		return !slices.ContainsFunc(indexes, func(old schema.Index) bool { return old.Name == index.Name })
	}
	if !slices.ContainsFunc(table.Indexes, isNew) {
		return table, nil
	}
	return table, s.fill(ctx, name)
}

// fill makes the entries of new indexes. Writers since put maintain them already; items from before are rewritten as
// they are, each by compare-and-swap.
func (s *Store) fill(ctx context.Context, name string) error {
	table, err := s.table(ctx, name, true)
	if err != nil {
		return err
	}
	span := Span{From: Prefix(table, nil), To: attribute.PrefixEnd(Prefix(table, nil)), Strong: true}
	return s.Visit(ctx, nil, span, func(item attribute.Item) (bool, error) {
		_, err := s.Write(ctx, table, item, func(old attribute.Item) (attribute.Item, error) { return old, nil })
		return true, err
	})
}

// Empty says whether the table has no items.
func (s *Store) Empty(ctx context.Context, table *schema.Table) (bool, error) {
	empty := true
	span := Span{From: Prefix(table, nil), To: attribute.PrefixEnd(Prefix(table, nil)), Strong: true}
	err := s.Visit(ctx, nil, span, func(attribute.Item) (bool, error) {
		empty = false
		return false, nil
	})
	return empty, err
}

// Delete removes the table with its items from all its Regions, if its definition has not changed.
func (s *Store) Delete(ctx context.Context, table *schema.Table) error {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	writes := []clientv3.Op{
		clientv3.OpDelete(tableKey(table.ID)),
		clientv3.OpDelete(itemPrefix(table.ID), clientv3.WithPrefix()),
		clientv3.OpDelete("x/"+table.ID+"/", clientv3.WithPrefix()),
	}
	for _, region := range table.Regions {
		writes = append(writes, clientv3.OpDelete(nameKey(region, table.Name)))
	}
	transaction := clientv3.OpTxn([]clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(tableKey(table.ID)), "=", table.Revision)},
		writes, []clientv3.Op{clientv3.OpGet(tableKey(table.ID), clientv3.WithKeysOnly())})
	defer s.decoded.Delete(tableKey(table.ID))
	return s.retry(ctx, "delete table", func(ctx context.Context, n int) error {
		answer, err := s.raft.Do(ctx, transaction)
		switch {
		case err != nil || answer.Txn().Succeeded:
			return err
		case len(answer.Txn().Responses[0].GetResponseRange().Kvs) > 0:
			return errTableChanged
		case n == 0:
			return ErrNoTable
		}
		return nil
	})
}

// Names are the tables of this Region in order, after the given name, at most limit and one more.
func (s *Store) Names(ctx context.Context, after string, limit int) (names []string, more bool, err error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	prefix := nameKey(s.region, "")
	from := prefix
	if after != "" {
		from = prefix + after + "\x00"
	}
	response, err := s.get(ctx, false, from, clientv3.WithRange(clientv3.GetPrefixRangeEnd(prefix)), clientv3.WithLimit(int64(limit)))
	if err != nil {
		return nil, false, err
	}
	for _, pair := range response.Kvs {
		names = append(names, strings.TrimPrefix(string(pair.Key), prefix))
	}
	return names, response.More, nil
}
