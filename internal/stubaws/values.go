package stubaws

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// decode reads a value that the engine sent; a missing one is null.
func decode(value *tfprotov5.DynamicValue, valueType cty.Type) (cty.Value, error) {
	switch {
	case value == nil:
		return cty.NullVal(valueType), nil
	case value.MsgPack != nil:
		decoded, err := msgpack.Unmarshal(value.MsgPack, valueType)
		if err != nil {
			return cty.NilVal, fmt.Errorf("decode value: %w", err)
		}
		return decoded, nil
	case value.JSON != nil:
		decoded, err := ctyjson.Unmarshal(value.JSON, valueType)
		if err != nil {
			return cty.NilVal, fmt.Errorf("decode value: %w", err)
		}
		return decoded, nil
	}
	return cty.NullVal(valueType), nil
}

// encode writes a value for the engine.
func encode(value cty.Value, valueType cty.Type) (*tfprotov5.DynamicValue, error) {
	encoded, err := msgpack.Marshal(value, valueType)
	if err != nil {
		return nil, fmt.Errorf("encode value: %w", err)
	}
	return &tfprotov5.DynamicValue{MsgPack: encoded}, nil
}
