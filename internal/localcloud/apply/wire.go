package apply

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// EncodeJSON is a Config or Prior as JSON, for a handler in another process. null stays: it says what is unset.
func EncodeJSON(value cty.Value) ([]byte, error) {
	encoded, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		return nil, fmt.Errorf("encode attributes: %w", err)
	}
	return encoded, nil
}

// DecodeJSON reads attributes of a type from a JSON object, converted as the provider's schema says. What is null or
// absent is not in the result.
func DecodeJSON(mode Mode, typ string, encoded []byte) (map[string]cty.Value, error) {
	catalogue, err := embedded()
	if err != nil {
		return nil, err
	}
	schema, err := catalogue.lookup(schemaKinds[mode], typ)
	if err != nil {
		return nil, err
	}
	if schema == nil {
		return nil, fmt.Errorf("decode attributes: the %s type %s is not in the schema", mode, typ)
	}
	value, err := ctyjson.Unmarshal(encoded, schema.object)
	if err != nil {
		return nil, fmt.Errorf("decode attributes of %s: %w", typ, err)
	}
	if value.IsNull() {
		return nil, nil
	}
	attributes := value.AsValueMap()
	for name, member := range attributes {
		empty := member.IsNull() || member.Type().IsCollectionType() && member.LengthInt() == 0
		if _, isBlock := schema.blocks[name]; member.IsNull() || isBlock && empty {
			delete(attributes, name)
		}
	}
	return attributes, nil
}
