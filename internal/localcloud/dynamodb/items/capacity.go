package items

import (
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// units is ConsumedCapacity.
type units struct {
	TableName              string            `json:"TableName"`
	CapacityUnits          float64           `json:"CapacityUnits"`
	Table                  *amount           `json:"Table,omitempty"`
	GlobalSecondaryIndexes map[string]amount `json:"GlobalSecondaryIndexes,omitempty"`
	LocalSecondaryIndexes  map[string]amount `json:"LocalSecondaryIndexes,omitempty"`
}

type amount struct {
	CapacityUnits float64 `json:"CapacityUnits"`
}

// readUnits counts 4 KB for a unit, half of it when the read is eventually consistent.
func readUnits(size int, strong bool) float64 {
	consumed := float64(max(1, (size+4095)/4096))
	if !strong {
		consumed /= 2
	}
	return consumed
}

// writeUnits counts 1 KB for a unit, of the larger of the old and the new item.
func writeUnits(old, next attribute.Item) float64 {
	return float64(max(1, (max(old.Size(), next.Size())+1023)/1024))
}

// consumed is the answer's ConsumedCapacity: none, the total, or by index.
func consumed(detail string, table *schema.Table, onTable float64, onIndex map[string]float64) *units {
	if detail != "TOTAL" && detail != "INDEXES" {
		return nil
	}
	answer := &units{TableName: table.Name, CapacityUnits: onTable}
	for _, more := range onIndex {
		answer.CapacityUnits += more
	}
	if detail == "TOTAL" {
		return answer
	}
	answer.Table = &amount{onTable}
	for name, more := range onIndex {
		into := &answer.GlobalSecondaryIndexes
		if index, ok := table.Index(name); ok && index.Local {
			into = &answer.LocalSecondaryIndexes
		}
		if *into == nil {
			*into = map[string]amount{}
		}
		(*into)[name] = amount{more}
	}
	return answer
}

// writeConsumed counts the table, and each index whose entry changed: one write to remove it, one to add it.
func writeConsumed(detail string, table *schema.Table, old, next attribute.Item) *units {
	onIndex := map[string]float64{}
	for i := range table.Indexes {
		index := &table.Indexes[i]
		before, after := shown(table, index, old), shown(table, index, next)
		switch {
		case before == nil && after == nil, before.Equal(after):
		case before != nil && after != nil && !sameKey(index, before, after):
			onIndex[index.Name] = writeUnits(before, nil) + writeUnits(nil, after)
		default:
			onIndex[index.Name] = writeUnits(before, after)
		}
	}
	return consumed(detail, table, writeUnits(old, next), onIndex)
}

// shown is what the index shows of the item; nil when the item is not in it.
func shown(table *schema.Table, index *schema.Index, item attribute.Item) attribute.Item {
	for _, name := range index.Key.Names() {
		if _, ok := item[name]; !ok {
			return nil
		}
	}
	return table.Projected(index, item)
}

func sameKey(index *schema.Index, a, b attribute.Item) bool {
	for _, name := range index.Key.Names() {
		if !a[name].Equal(b[name]) {
			return false
		}
	}
	return true
}
