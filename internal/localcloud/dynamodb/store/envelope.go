package store

import (
	"encoding/json"
	"fmt"

	"go.etcd.io/etcd/api/v3/mvccpb"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
)

// version is one version of an item, or the absence of one.
type version struct {
	// revision is the modification revision; 0 when there is no key.
	revision int64
	// count is how many versions the key has had.
	count int64
	// region and token are the writer's: its Region, and the one write that made this version.
	region, token string
	// item is nil when the item does not exist.
	item attribute.Item
}

const (
	isItem byte = iota
	isDeleted
)

// seal is the stored form: state, region and token with their lengths, then the item as JSON.
func seal(region, token string, item attribute.Item) (string, error) {
	state := isItem
	if item == nil {
		state = isDeleted
	}
	sealed := []byte{state, byte(len(region))}
	sealed = append(append(append(sealed, region...), byte(len(token))), token...)
	if item == nil {
		return string(sealed), nil
	}
	content, err := item.MarshalJSON()
	if err != nil {
		return "", fmt.Errorf("encode item: %w", err)
	}
	return string(append(sealed, content...)), nil
}

// unseal reads the stored form of a key that may be missing.
func unseal(found []*mvccpb.KeyValue) (version, error) {
	if len(found) == 0 {
		return version{}, nil
	}
	opened := version{revision: found[0].ModRevision, count: found[0].Version}
	rest := found[0].Value
	if len(rest) < 2 {
		return version{}, fmt.Errorf("decode item %q: %d bytes are no item", found[0].Key, len(rest))
	}
	deleted := rest[0] == isDeleted
	rest = rest[1:]
	for _, field := range []*string{&opened.region, &opened.token} {
		if len(rest) == 0 || len(rest) <= int(rest[0]) {
			return version{}, fmt.Errorf("decode item %q: it ends early", found[0].Key)
		}
		length := int(rest[0])
		*field, rest = string(rest[1:1+length]), rest[1+length:]
		if deleted && field == &opened.token {
			return opened, nil
		}
	}
	if err := json.Unmarshal(rest, &opened.item); err != nil {
		return version{}, fmt.Errorf("decode item %q: %w", found[0].Key, err)
	}
	return opened, nil
}
