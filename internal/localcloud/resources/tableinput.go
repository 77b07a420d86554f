package resources

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// tableInput is the request that creates a table of one Region.
func tableInput(from object) *dynamodb.CreateTableInput {
	input := &dynamodb.CreateTableInput{TableName: aws.String(from.text("name")), BillingMode: types.BillingMode(from.text("billing_mode")),
		KeySchema: keys(from), DeletionProtectionEnabled: aws.Bool(from.yes("deletion_protection_enabled")), Tags: tags(from.table("tags_all")),
		ProvisionedThroughput: capacity(from), TableClass: types.TableClass(from.text("table_class"))}
	for _, attribute := range from.blocks("attribute") {
		input.AttributeDefinitions = append(input.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(attribute.text("name")), AttributeType: types.ScalarAttributeType(attribute.text("type"))})
	}
	for _, index := range from.blocks("global_secondary_index") {
		input.GlobalSecondaryIndexes = append(input.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.text("name")), KeySchema: keys(index), Projection: projection(index), ProvisionedThroughput: capacity(index)})
	}
	for _, index := range from.blocks("local_secondary_index") {
		schema := []types.KeySchemaElement{{AttributeName: aws.String(from.text("hash_key")), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(index.text("range_key")), KeyType: types.KeyTypeRange}}
		input.LocalSecondaryIndexes = append(input.LocalSecondaryIndexes, types.LocalSecondaryIndex{
			IndexName: aws.String(index.text("name")), KeySchema: schema, Projection: projection(index)})
	}
	if from.yes("stream_enabled") {
		input.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(from.text("stream_view_type"))}
	}
	if encryption := from.block("server_side_encryption"); encryption.yes("enabled") {
		input.SSESpecification = &types.SSESpecification{Enabled: aws.Bool(true), SSEType: types.SSETypeKms, KMSMasterKeyId: optional(encryption.text("kms_key_arn"))}
	}
	return input
}

// keys are those of a table or an index: in key_schema blocks, or in hash_key and range_key.
func keys(from object) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, element := range from.blocks("key_schema") {
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(element.text("attribute_name")), KeyType: types.KeyType(element.text("key_type"))})
	}
	if len(schema) > 0 {
		return schema
	}
	schema = []types.KeySchemaElement{{AttributeName: aws.String(from.text("hash_key")), KeyType: types.KeyTypeHash}}
	if name := from.text("range_key"); name != "" {
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(name), KeyType: types.KeyTypeRange})
	}
	return schema
}

func projection(from object) *types.Projection {
	return &types.Projection{ProjectionType: types.ProjectionType(from.text("projection_type")), NonKeyAttributes: from.texts("non_key_attributes")}
}

func capacity(from object) *types.ProvisionedThroughput {
	read, write := from.number("read_capacity"), from.number("write_capacity")
	if read == 0 && write == 0 {
		return nil
	}
	return &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(int64(read)), WriteCapacityUnits: aws.Int64(int64(write))}
}

func tags(from map[string]string) []types.Tag {
	var found []types.Tag
	for name, value := range from {
		found = append(found, types.Tag{Key: aws.String(name), Value: aws.String(value)})
	}
	return found
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// globalInput is the change that adds all replicas and the witness; nil for a table of one Region.
func globalInput(from object) *dynamodb.UpdateTableInput {
	replicas := from.blocks("replica")
	if len(replicas) == 0 {
		return nil
	}
	update := &dynamodb.UpdateTableInput{TableName: aws.String(from.text("name"))}
	for _, replica := range replicas {
		if mode := replica.text("consistency_mode"); mode != "" {
			update.MultiRegionConsistency = types.MultiRegionConsistency(mode)
		}
		update.ReplicaUpdates = append(update.ReplicaUpdates, types.ReplicationGroupUpdate{Create: &types.CreateReplicationGroupMemberAction{
			RegionName: aws.String(replica.text("region_name")), KMSMasterKeyId: optional(replica.text("kms_key_arn"))}})
	}
	for _, witness := range from.blocks("global_table_witness") {
		update.GlobalTableWitnessUpdates = append(update.GlobalTableWitnessUpdates, types.GlobalTableWitnessGroupUpdate{
			Create: &types.CreateGlobalTableWitnessGroupMemberAction{RegionName: aws.String(witness.text("region_name"))}})
	}
	return update
}
