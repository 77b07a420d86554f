package awsshape

import (
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
)

// Schema is the schema of one provider, resource, data source or ephemeral
// resource, with the value type it implies.
type Schema struct {
	Version uint64
	Block   *tfjson.SchemaBlock
	// Object is the type of a value: blocks are lists, sets or objects as they nest.
	Object cty.Type
}

// NewSchema gives a schema its type; none is an empty one.
func NewSchema(schema *tfjson.Schema) Schema {
	if schema == nil || schema.Block == nil {
		return Schema{Block: &tfjson.SchemaBlock{}, Object: cty.EmptyObject}
	}
	return Schema{Version: schema.Version, Block: schema.Block, Object: objectType(schema.Block)}
}

// objectType is the type of a value of the block.
func objectType(block *tfjson.SchemaBlock) cty.Type {
	members := make(map[string]cty.Type, len(block.Attributes)+len(block.NestedBlocks))
	for name, attribute := range block.Attributes {
		members[name] = attribute.AttributeType
	}
	for name, nested := range block.NestedBlocks {
		element := objectType(nested.Block)
		switch nested.NestingMode {
		case tfjson.SchemaNestingModeList:
			members[name] = cty.List(element)
		case tfjson.SchemaNestingModeSet:
			members[name] = cty.Set(element)
		case tfjson.SchemaNestingModeMap:
			members[name] = cty.Map(element)
		default: // single, group
			members[name] = element
		}
	}
	return cty.Object(members)
}
