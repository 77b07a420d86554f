package dynamolocal

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// JournalSchema is the session table as the stack defines it, less what one Region alone cannot have.
func JournalSchema(name string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: texts("sessionId", "pendingShard", "createdShard", "createdAt"),
		KeySchema:            key("sessionId", ""),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			index("pending", "pendingShard", "createdAt"),
			index("created", "createdShard", "createdAt"),
		},
	}
}

// ControlSchema is the control table as the stack defines it, less what one Region alone cannot have.
func ControlSchema(name string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: texts("pk", "sk"),
		KeySchema:            key("pk", "sk"),
	}
}

func index(name, hash, sort string) types.GlobalSecondaryIndex {
	return types.GlobalSecondaryIndex{
		IndexName:  aws.String(name),
		KeySchema:  key(hash, sort),
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
	}
}

func key(hash, sort string) []types.KeySchemaElement {
	elements := []types.KeySchemaElement{{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash}}
	if sort != "" {
		elements = append(elements, types.KeySchemaElement{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange})
	}
	return elements
}

func texts(names ...string) []types.AttributeDefinition {
	definitions := make([]types.AttributeDefinition, len(names))
	for i, name := range names {
		definitions[i] = types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS}
	}
	return definitions
}
