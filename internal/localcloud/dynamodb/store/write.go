package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// Decide gives the item that is to replace old, nil to have none, or an error that refuses the write. Old is nil when
// there is no item. It may be called several times and must not change old.
type Decide func(old attribute.Item) (next attribute.Item, err error)

// Written is what a write replaced, and by what.
type Written struct{ Old, New attribute.Item }

// Write replaces the item of the key as decided on its latest version. Refusals of decide are returned as they are.
func (s *Store) Write(ctx context.Context, table *schema.Table, key attribute.Item, decide Decide) (Written, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	itemKey := string(ItemKey(table, key))
	// Writers of one Region take turns, so that they lose the item to other Regions only.
	queue := s.queues[crc32.ChecksumIEEE([]byte(itemKey))%uint32(len(s.queues))]
	select {
	case queue <- struct{}{}:
		defer func() { <-queue }()
	case <-ctx.Done():
		return Written{}, fmt.Errorf("wait for turn to write item: %w", ErrUnavailable)
	}
	current, err := s.read(ctx, itemKey, false)
	if err != nil {
		return Written{}, err
	}
	for latest, lost := false, 0; ; {
		next, refusal := decide(current.item)
		if refusal != nil || next == nil && current.item == nil {
			if latest {
				return Written{Old: current.item}, refusal
			}
			// The local member may be behind: only the latest version can refuse.
			if current, err = s.read(ctx, itemKey, true); err != nil {
				return Written{}, err
			}
			latest = true
			continue
		}
		found, swapped, err := s.swap(ctx, table, itemKey, current, next)
		if err != nil {
			return Written{}, err
		}
		if swapped {
			s.options.Written.Add(1)
			return Written{Old: current.item, New: next}, nil
		}
		if found.revision != current.revision && found.region != s.region {
			if lost++; lost > s.options.Conflicts {
				return Written{}, ErrConflict
			}
		}
		if found.revision == current.revision {
			// The item is the same, so the table's definition has changed.
			if table, err = s.reload(ctx, table); err != nil {
				return Written{}, err
			}
		}
		current, latest = found, true
	}
}

func (s *Store) read(ctx context.Context, key string, strong bool) (version, error) {
	response, err := s.get(ctx, strong, key)
	if err != nil {
		return version{}, err
	}
	return unseal(response.Kvs)
}

func (s *Store) reload(ctx context.Context, table *schema.Table) (*schema.Table, error) {
	again, err := s.table(ctx, table.Name, true)
	if err == nil && again.ID != table.ID {
		return nil, ErrNoTable
	}
	return again, err
}

// swap replaces the current version, with its entries in the indexes, if it and the table's definition are the latest.
// Otherwise it gives the latest version.
func (s *Store) swap(ctx context.Context, table *schema.Table, key string, current version, next attribute.Item) (found version, swapped bool, err error) {
	token := rand.Text()
	writes, err := s.writes(ctx, table, key, token, current.item, next)
	if err != nil {
		return version{}, false, err
	}
	transaction := clientv3.OpTxn([]clientv3.Cmp{
		clientv3.Compare(clientv3.ModRevision(key), "=", current.revision),
		clientv3.Compare(clientv3.ModRevision(tableKey(table.ID)), "=", table.Revision),
	}, writes, []clientv3.Op{clientv3.OpGet(key)})
	err = s.retry(ctx, "write item", func(ctx context.Context, n int) error {
		answer, err := s.raft.Do(ctx, transaction)
		if err != nil {
			return err
		}
		if swapped = answer.Txn().Succeeded; swapped {
			return nil
		}
		found, err = unseal(answer.Txn().Responses[0].GetResponseRange().Kvs)
		switch {
		case err != nil:
			return err
		case found.token == token:
			swapped = true
		case n > 0 && found.revision != current.revision && found.count != current.count+1:
			// An attempt without an answer may have been applied and then been overwritten: nobody can tell. When there was
			// one write since, it was not ours.
			return errUndecided
		}
		return nil
	})
	return found, swapped, err
}

// writes are the changes of the item and of its entries in the indexes.
func (s *Store) writes(ctx context.Context, table *schema.Table, key, token string, old, next attribute.Item) ([]clientv3.Op, error) {
	sealed, err := seal(s.region, token, next)
	if err != nil {
		return nil, err
	}
	var options []clientv3.OpOption
	if next == nil {
		lease, err := s.markLease(ctx)
		if err != nil {
			return nil, err
		}
		options = append(options, clientv3.WithLease(lease))
	}
	ops := []clientv3.Op{clientv3.OpPut(key, sealed, options...)}
	for i := range table.Indexes {
		changes, err := entryChanges(table, &table.Indexes[i], old, next)
		if err != nil {
			return nil, err
		}
		ops = append(ops, changes...)
	}
	return ops, nil
}

func entryChanges(table *schema.Table, index *schema.Index, old, next attribute.Item) ([]clientv3.Op, error) {
	var ops []clientv3.Op
	oldKey, was := EntryKey(table, index, old)
	newKey, is := EntryKey(table, index, next)
	if was && (!is || string(oldKey) != string(newKey)) {
		ops = append(ops, clientv3.OpDelete(string(oldKey)))
	}
	if !is {
		return ops, nil
	}
	content, err := entry(table, index, next).MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode entry of index %s: %w", index.Name, err)
	}
	return append(ops, clientv3.OpPut(string(newKey), string(content))), nil
}

// entry is what an index stores of an item. A local index can be asked for attributes it does not project, which
// DynamoDB fetches from the table: its entries are whole items.
func entry(table *schema.Table, index *schema.Index, item attribute.Item) attribute.Item {
	if index.Local {
		return item
	}
	return table.Projected(index, item)
}

// IsUnavailable says whether err is that no quorum answered.
func IsUnavailable(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
