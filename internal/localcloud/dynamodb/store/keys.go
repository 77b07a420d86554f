package store

import (
	"encoding/binary"
	"hash/crc32"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

func nameKey(region, table string) string { return "n/" + region + "/" + table }

func tableKey(id string) string { return "t/" + id }

func itemPrefix(id string) string { return "i/" + id + "/" }

func indexPrefix(id, index string) string { return "x/" + id + "/" + index + "/" }

// Prefix is what all keys of the table's items, or of the index's entries, begin with.
func Prefix(table *schema.Table, index *schema.Index) []byte {
	if index == nil {
		return []byte(itemPrefix(table.ID))
	}
	return []byte(indexPrefix(table.ID, index.Name))
}

// Partition is the prefix of the entries that share a hash key. Items are spread by a hash of it, so that a scan has
// no order that anybody could rely on, and can be cut into segments.
func Partition(table *schema.Table, index *schema.Index, hash attribute.Value) []byte {
	encoded := attribute.AppendKey(nil, hash)
	spread := binary.BigEndian.AppendUint32(Prefix(table, index), crc32.ChecksumIEEE(encoded))
	return append(spread, encoded...)
}

// ItemKey is the key of the item with these key attributes.
func ItemKey(table *schema.Table, item attribute.Item) []byte {
	key := Partition(table, nil, item[table.Key.Hash])
	if table.Key.Range != "" {
		key = attribute.AppendKey(key, item[table.Key.Range])
	}
	return key
}

// EntryKey is the key of the item's entry in the index; ok is false when the item is not in it, for want of a key.
func EntryKey(table *schema.Table, index *schema.Index, item attribute.Item) (key []byte, ok bool) {
	for _, name := range index.Key.Names() {
		if _, ok := item[name]; !ok {
			return nil, false
		}
	}
	key = Partition(table, index, item[index.Key.Hash])
	for _, name := range slices.Concat(index.Key.Names()[1:], table.Key.Names()) {
		key = attribute.AppendKey(key, item[name])
	}
	return key, true
}
