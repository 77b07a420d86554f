package items

import (
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// The limits of keys, in bytes (developer guide, "Service, account, and table quotas").
const (
	maxHashKey  = 2048
	maxRangeKey = 1024
)

// checkKey holds the key of a request to the table's: exactly its attributes, of its types.
func checkKey(table *schema.Table, key attribute.Item) error {
	names := table.Key.Names()
	for _, name := range names {
		value, ok := key[name]
		if !ok || value.Kind != table.Kind(name) || len(key) != len(names) {
			return fault.Validation("The provided key element does not match the schema")
		}
	}
	return checkKeyValues(table, key)
}

func checkKeyValues(table *schema.Table, item attribute.Item) error {
	for _, name := range table.Key.Names() {
		if value := item[name]; value.Kind != attribute.Number && value.Text == "" {
			return fault.Validation("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s",
				emptyName(value.Kind), name)
		}
	}
	if size := item[table.Key.Hash].Size(); size > maxHashKey {
		return fault.Parameter("Size of hashkey has exceeded the maximum size limit of%d bytes", maxHashKey)
	}
	if table.Key.Range != "" && item[table.Key.Range].Size() > maxRangeKey {
		return fault.Parameter("Aggregated size of all range keys has exceeded the size limit of %d bytes", maxRangeKey)
	}
	return nil
}

func emptyName(kind attribute.Kind) string {
	if kind == attribute.Binary {
		return "binary"
	}
	return "string"
}

// checkItem holds a whole item to the keys of the table and of its indexes, and to the limits of items.
func checkItem(table *schema.Table, item attribute.Item) error {
	for _, name := range table.Key.Names() {
		value, ok := item[name]
		switch {
		case !ok:
			return fault.Parameter("Missing the key %s in the item", name)
		case value.Kind != table.Kind(name):
			return fault.Parameter("Type mismatch for key %s expected: %s actual: %s", name, table.Kind(name), value.Kind)
		}
	}
	if err := checkKeyValues(table, item); err != nil {
		return err
	}
	if err := checkIndexKeys(table, item); err != nil {
		return err
	}
	return checkNesting(item)
}

func checkNesting(item attribute.Item) error {
	for _, value := range item {
		if value.Depth() > attribute.MaxNesting {
			return fault.Validation("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
		}
	}
	return nil
}

func checkIndexKeys(table *schema.Table, item attribute.Item) error {
	for _, index := range table.Indexes {
		for n, name := range index.Key.Names() {
			value, ok := item[name]
			if !ok {
				continue
			}
			limit := maxHashKey
			if n > 0 {
				limit = maxRangeKey
			}
			switch {
			case value.Kind != table.Kind(name):
				return fault.Parameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", name, table.Kind(name), value.Kind, index.Name)
			case value.Kind != attribute.Number && value.Text == "":
				return fault.Validation("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
					"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", emptyName(value.Kind), index.Name, name)
			case value.Size() > limit:
				return fault.Parameter("Size of index key %s has exceeded the maximum size limit of %d bytes, IndexName: %s", name, limit, index.Name)
			}
		}
	}
	return nil
}
