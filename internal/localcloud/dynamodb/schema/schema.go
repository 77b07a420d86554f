// Package schema is what a table is: keys, indexes, Regions and settings, as stored in the Raft store.
package schema

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// Key names the key attributes of a table or index; Range may be empty.
type Key struct {
	Hash  string `json:"hash"`
	Range string `json:"range,omitempty"`
}

// Names are the attributes of the key, the hash key first.
func (k Key) Names() []string {
	if k.Range == "" {
		return []string{k.Hash}
	}
	return []string{k.Hash, k.Range}
}

// The projection types of an index.
const (
	ProjectAll     = "ALL"
	ProjectKeys    = "KEYS_ONLY"
	ProjectInclude = "INCLUDE"
)

// Throughput is provisioned capacity; it is stored and shown, never enforced.
type Throughput struct {
	Read  int64 `json:"read"`
	Write int64 `json:"write"`
}

// Index is a secondary index. A local one shares the table's hash key and can be read strongly.
type Index struct {
	Name       string     `json:"name"`
	Key        Key        `json:"key"`
	Local      bool       `json:"local,omitempty"`
	Projection string     `json:"projection"`
	Include    []string   `json:"include,omitempty"`
	Throughput Throughput `json:"throughput"`
}

// Attribute is the type of an attribute that some key names.
type Attribute struct {
	Name string         `json:"name"`
	Kind attribute.Kind `json:"kind"`
}

// Regional is what each replica has for itself and is never synchronised.
type Regional struct {
	Protected        bool              `json:"protected,omitempty"`
	PointInTime      bool              `json:"pointInTime,omitempty"`
	PointInTimeSince time.Time         `json:"pointInTimeSince,omitzero"`
	RecoveryDays     int64             `json:"recoveryDays,omitempty"`
	Tags             map[string]string `json:"tags,omitempty"`
	TimeToLive       string            `json:"timeToLive,omitempty"`
	EncryptionKey    string            `json:"encryptionKey,omitempty"`
	Class            string            `json:"class,omitempty"`
}

// Table is one table in all its Regions.
type Table struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	CreatedAt  time.Time   `json:"createdAt"`
	Attributes []Attribute `json:"attributes"`
	Key        Key         `json:"key"`
	Indexes    []Index     `json:"indexes,omitempty"`
	OnDemand   bool        `json:"onDemand"`
	Throughput Throughput  `json:"throughput"`
	// Encryption and Stream are shown as they were given.
	Encryption json.RawMessage `json:"encryption,omitempty"`
	Stream     json.RawMessage `json:"stream,omitempty"`
	// Strong is multi-Region strong consistency; Witness is the Region that completes the quorum.
	Strong  bool   `json:"strong,omitempty"`
	Witness string `json:"witness,omitempty"`
	// Regions are the replicas, the first one created first.
	Regions  []string            `json:"regions"`
	Settings map[string]Regional `json:"settings"`

	// Revision is the store's revision of this definition, for compare-and-swap.
	Revision int64 `json:"-"`
}

// Kind is the type of a key attribute.
func (t *Table) Kind(name string) attribute.Kind {
	for _, one := range t.Attributes {
		if one.Name == name {
			return one.Kind
		}
	}
	return ""
}

// Index is the index of the name.
func (t *Table) Index(name string) (*Index, bool) {
	at := slices.IndexFunc(t.Indexes, func(index Index) bool { return index.Name == name })
	if at < 0 {
		return nil, false
	}
	return &t.Indexes[at], true
}

// HasLocalIndex says whether the table has a local secondary index.
func (t *Table) HasLocalIndex() bool {
	return slices.ContainsFunc(t.Indexes, func(index Index) bool { return index.Local })
}

// Projected is the part of an item that the index shows.
func (t *Table) Projected(index *Index, item attribute.Item) attribute.Item {
	if index.Projection == ProjectAll {
		return item
	}
	kept := attribute.Item{}
	for _, name := range slices.Concat(t.Key.Names(), index.Key.Names(), index.Include) {
		if value, ok := item[name]; ok {
			kept[name] = value
		}
	}
	return kept
}
