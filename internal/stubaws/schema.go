package stubaws

import (
	"encoding/json"
	"fmt"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
)

// catalogue is everything the provider serves.
type catalogue struct {
	provider  awsshape.Schema
	resources map[string]awsshape.Schema
	data      map[string]awsshape.Schema
	ephemeral map[string]awsshape.Schema
}

// parseCatalogue reads the output of `tofu providers schema -json` that holds
// exactly one provider, under whatever key.
func parseCatalogue(document []byte) (*catalogue, error) {
	var schemas tfjson.ProviderSchemas
	if err := json.Unmarshal(document, &schemas); err != nil {
		return nil, fmt.Errorf("parse provider schema: %w", err)
	}
	if len(schemas.Schemas) != 1 {
		return nil, fmt.Errorf("parse provider schema: %d providers, want exactly 1", len(schemas.Schemas))
	}
	for _, provider := range schemas.Schemas {
		return &catalogue{
			provider:  awsshape.NewSchema(provider.ConfigSchema),
			resources: newTypeSchemas(provider.ResourceSchemas),
			data:      newTypeSchemas(provider.DataSourceSchemas),
			ephemeral: newTypeSchemas(provider.EphemeralResourceSchemas),
		}, nil
	}
	return nil, fmt.Errorf("parse provider schema: no provider")
}

func newTypeSchemas(schemas map[string]*tfjson.Schema) map[string]awsshape.Schema {
	parsed := make(map[string]awsshape.Schema, len(schemas))
	for name, schema := range schemas {
		parsed[name] = awsshape.NewSchema(schema)
	}
	return parsed
}

// wireSchemas converts for the protocol.
func wireSchemas(schemas map[string]awsshape.Schema) (map[string]*tfprotov5.Schema, error) {
	wire := make(map[string]*tfprotov5.Schema, len(schemas))
	for name, schema := range schemas {
		converted, err := wireSchema(schema)
		if err != nil {
			return nil, fmt.Errorf("convert schema of %s: %w", name, err)
		}
		wire[name] = converted
	}
	return wire, nil
}

func wireSchema(schema awsshape.Schema) (*tfprotov5.Schema, error) {
	block, err := wireBlock(schema.Block)
	if err != nil {
		return nil, err
	}
	return &tfprotov5.Schema{Version: int64(schema.Version), Block: block}, nil
}

func wireBlock(block *tfjson.SchemaBlock) (*tfprotov5.SchemaBlock, error) {
	wire := &tfprotov5.SchemaBlock{}
	for _, name := range sortedKeys(block.Attributes) {
		attribute := block.Attributes[name]
		attributeType, err := wireType(attribute.AttributeType)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		wire.Attributes = append(wire.Attributes, &tfprotov5.SchemaAttribute{
			Name: name, Type: attributeType,
			Required: attribute.Required, Optional: attribute.Optional, Computed: attribute.Computed,
			Sensitive: attribute.Sensitive, WriteOnly: attribute.WriteOnly, Deprecated: attribute.Deprecated,
		})
	}
	for _, name := range sortedKeys(block.NestedBlocks) {
		nested := block.NestedBlocks[name]
		inner, err := wireBlock(nested.Block)
		if err != nil {
			return nil, fmt.Errorf("block %s: %w", name, err)
		}
		mode, known := nestingModes[nested.NestingMode]
		if !known {
			return nil, fmt.Errorf("block %s: unknown nesting mode %q", name, nested.NestingMode)
		}
		wire.BlockTypes = append(wire.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: inner, Nesting: mode,
			MinItems: int64(nested.MinItems), MaxItems: int64(nested.MaxItems),
		})
	}
	return wire, nil
}

var nestingModes = map[tfjson.SchemaNestingMode]tfprotov5.SchemaNestedBlockNestingMode{
	tfjson.SchemaNestingModeSingle: tfprotov5.SchemaNestedBlockNestingModeSingle,
	tfjson.SchemaNestingModeGroup:  tfprotov5.SchemaNestedBlockNestingModeGroup,
	tfjson.SchemaNestingModeList:   tfprotov5.SchemaNestedBlockNestingModeList,
	tfjson.SchemaNestingModeSet:    tfprotov5.SchemaNestedBlockNestingModeSet,
	tfjson.SchemaNestingModeMap:    tfprotov5.SchemaNestedBlockNestingModeMap,
}

// wireType converts through the JSON form of a type, which both libraries share.
func wireType(valueType cty.Type) (tftypes.Type, error) {
	text, err := valueType.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode type: %w", err)
	}
	//lint:ignore SA1019 the only reader of this format
	converted, err := tftypes.ParseJSONType(text)
	if err != nil {
		return nil, fmt.Errorf("decode type %s: %w", text, err)
	}
	return converted, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
