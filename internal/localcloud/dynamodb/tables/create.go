package tables

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/attribute"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/store"
)

// The wire shapes that inputs and descriptions share.
type (
	keyElement struct {
		AttributeName string `json:"AttributeName"`
		KeyType       string `json:"KeyType"`
	}
	attributeDefinition struct {
		AttributeName string         `json:"AttributeName"`
		AttributeType attribute.Kind `json:"AttributeType"`
	}
	projection struct {
		ProjectionType   string   `json:"ProjectionType,omitempty"`
		NonKeyAttributes []string `json:"NonKeyAttributes,omitempty"`
	}
	throughput struct {
		ReadCapacityUnits  int64 `json:"ReadCapacityUnits"`
		WriteCapacityUnits int64 `json:"WriteCapacityUnits"`
	}
	tag struct {
		Key   string `json:"Key"`
		Value string `json:"Value"`
	}
	indexInput struct {
		IndexName             *string
		KeySchema             []keyElement
		Projection            *projection
		ProvisionedThroughput *throughput
	}
	encryption struct {
		Enabled        *bool
		KMSMasterKeyId string
		SSEType        string
	}
)

// CreateInput is the input of CreateTable.
type CreateInput struct {
	named
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	GlobalSecondaryIndexes    []indexInput
	LocalSecondaryIndexes     []indexInput
	BillingMode               string
	ProvisionedThroughput     *throughput
	SSESpecification          *encryption
	StreamSpecification       json.RawMessage
	Tags                      []tag
	TableClass                string
	DeletionProtectionEnabled bool
}

// Create is CreateTable.
func (s *Service) Create(ctx context.Context, input *CreateInput) (any, error) {
	var c fault.Constraints
	constrainSpelling(&c, input.TableName, "tableName", 3, 255, false)
	c.Present(input.AttributeDefinitions != nil, "attributeDefinitions")
	c.Present(input.KeySchema != nil, "keySchema")
	c.OneOf(input.BillingMode, "billingMode", "PROVISIONED", "PAY_PER_REQUEST")
	c.OneOf(input.TableClass, "tableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	if err := c.Err(); err != nil {
		return nil, err
	}
	table := &schema.Table{
		ID: strings.ToLower(rand.Text()), Name: *input.TableName, CreatedAt: time.Now().UTC(), OnDemand: input.BillingMode == "PAY_PER_REQUEST",
		Stream: input.StreamSpecification, Regions: []string{s.Store.Region()},
	}
	if err := input.define(table); err != nil {
		return nil, err
	}
	own := schema.Regional{Protected: input.DeletionProtectionEnabled, Class: input.TableClass, Tags: map[string]string{}}
	for _, one := range input.Tags {
		own.Tags[one.Key] = one.Value
	}
	if input.SSESpecification != nil && input.SSESpecification.Enabled != nil && *input.SSESpecification.Enabled {
		own.EncryptionKey = keyOr(input.SSESpecification.KMSMasterKeyId, s.Store.Region())
	}
	table.Settings = map[string]schema.Regional{s.Store.Region(): own}
	if err := s.Store.Create(ctx, table); errors.Is(err, store.ErrTableExists) {
		return nil, fault.Named("ResourceInUseException", "Table already exists: %s", table.Name)
	} else if err != nil {
		return nil, err
	}
	return map[string]any{"TableDescription": s.describe(table, "CREATING")}, nil
}

// keyOr is the given key, or the alias of the one that AWS manages.
func keyOr(given, region string) string {
	if given == "" {
		return "arn:aws:kms:" + region + ":" + Account + ":alias/aws/dynamodb"
	}
	return given
}

// define reads keys, indexes and throughput.
func (input *CreateInput) define(table *schema.Table) error {
	for _, one := range input.AttributeDefinitions {
		if k := one.AttributeType; k != attribute.String && k != attribute.Number && k != attribute.Binary {
			return fault.Validation("1 validation error detected: Value '%s' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]", k)
		}
		if table.Kind(one.AttributeName) != "" {
			return fault.Parameter("Cannot have two attributes with the same name")
		}
		table.Attributes = append(table.Attributes, schema.Attribute{Name: one.AttributeName, Kind: one.AttributeType})
	}
	var err error
	if table.Throughput, err = provisioned(table.OnDemand, input.ProvisionedThroughput); err != nil {
		return err
	}
	if table.Key, err = readKey(table, input.KeySchema); err != nil {
		return err
	}
	for _, one := range input.LocalSecondaryIndexes {
		if err := addIndex(table, one, true); err != nil {
			return err
		}
	}
	for _, one := range input.GlobalSecondaryIndexes {
		if err := addIndex(table, one, false); err != nil {
			return err
		}
	}
	return checkDefinitions(table)
}

func provisioned(onDemand bool, given *throughput) (schema.Throughput, error) {
	switch {
	case onDemand && given != nil && given.ReadCapacityUnits+given.WriteCapacityUnits > 0:
		return schema.Throughput{}, fault.Parameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case onDemand:
		return schema.Throughput{}, nil
	case given == nil:
		return schema.Throughput{}, fault.Parameter("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	case given.ReadCapacityUnits < 1 || given.WriteCapacityUnits < 1:
		return schema.Throughput{}, fault.Validation("1 validation error detected: Value '%d' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1", min(given.ReadCapacityUnits, given.WriteCapacityUnits))
	}
	return schema.Throughput{Read: given.ReadCapacityUnits, Write: given.WriteCapacityUnits}, nil
}

func readKey(table *schema.Table, elements []keyElement) (schema.Key, error) {
	var key schema.Key
	switch {
	case len(elements) == 0 || len(elements) > 2:
		return key, fault.Validation("1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length between 1 and 2")
	case elements[0].KeyType != "HASH":
		return key, fault.Validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(elements) == 2 && elements[1].KeyType != "RANGE":
		return key, fault.Validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	case len(elements) == 2 && elements[0].AttributeName == elements[1].AttributeName:
		return key, fault.Validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	for _, one := range elements {
		if table.Kind(one.AttributeName) == "" {
			return key, fault.Parameter("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
				one.AttributeName, definitions(table))
		}
	}
	key.Hash = elements[0].AttributeName
	if len(elements) == 2 {
		key.Range = elements[1].AttributeName
	}
	return key, nil
}

func definitions(table *schema.Table) string {
	var names []string
	for _, one := range table.Attributes {
		names = append(names, one.Name)
	}
	return strings.Join(names, ", ")
}

// checkDefinitions refuses attribute definitions that no key uses.
func checkDefinitions(table *schema.Table) error {
	used := map[string]bool{}
	for _, name := range table.Key.Names() {
		used[name] = true
	}
	for _, index := range table.Indexes {
		for _, name := range index.Key.Names() {
			used[name] = true
		}
	}
	if len(used) != len(table.Attributes) {
		return fault.Parameter("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}
