package tables

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

type replicaInput struct {
	RegionName         string
	KMSMasterKeyId     string
	TableClassOverride string
}

type replicaUpdate struct {
	Create, Update, Delete *replicaInput
}

type indexUpdate struct {
	Create *indexInput
	Update *struct {
		IndexName             string
		ProvisionedThroughput *throughput
	}
	Delete *struct{ IndexName string }
}

// UpdateInput is the input of UpdateTable.
type UpdateInput struct {
	named
	AttributeDefinitions        []attributeDefinition
	BillingMode                 string
	ProvisionedThroughput       *throughput
	GlobalSecondaryIndexUpdates []indexUpdate
	ReplicaUpdates              []replicaUpdate
	GlobalTableWitnessUpdates   []replicaUpdate
	MultiRegionConsistency      string
	DeletionProtectionEnabled   *bool
	SSESpecification            *encryption
	StreamSpecification         json.RawMessage
	TableClass                  string
}

// Update is UpdateTable.
func (s *Service) Update(ctx context.Context, input *UpdateInput) (any, error) {
	var c fault.Constraints
	c.OneOf(input.BillingMode, "billingMode", "PROVISIONED", "PAY_PER_REQUEST")
	c.OneOf(input.MultiRegionConsistency, "multiRegionConsistency", "EVENTUAL", "STRONG")
	c.OneOf(input.TableClass, "tableClass", "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	if err := c.Err(); err != nil {
		return nil, err
	}
	found, err := s.find(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	empty := true
	if len(input.ReplicaUpdates) > 0 {
		if empty, err = s.Store.Empty(ctx, found); err != nil {
			return nil, err
		}
	}
	table, err := s.change(ctx, input.TableName, func(table *schema.Table) error {
		s.settings(table, input)
		if err := changeCapacity(table, input); err != nil {
			return err
		}
		if err := changeIndexes(table, input); err != nil {
			return err
		}
		return changeReplicas(table, input, s.Store.Region(), empty)
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"TableDescription": s.describe(table, "UPDATING")}, nil
}

// settings changes what this Region has for itself.
func (s *Service) settings(table *schema.Table, input *UpdateInput) {
	region := s.Store.Region()
	own := table.Settings[region]
	if input.DeletionProtectionEnabled != nil {
		own.Protected = *input.DeletionProtectionEnabled
	}
	if input.TableClass != "" {
		own.Class = input.TableClass
	}
	if sse := input.SSESpecification; sse != nil && sse.Enabled != nil {
		if own.EncryptionKey = ""; *sse.Enabled {
			own.EncryptionKey = keyOr(sse.KMSMasterKeyId, region)
		}
	}
	table.Settings[region] = own
	if input.StreamSpecification != nil {
		table.Stream = input.StreamSpecification
	}
}

func changeCapacity(table *schema.Table, input *UpdateInput) error {
	if input.BillingMode != "" {
		table.OnDemand = input.BillingMode == "PAY_PER_REQUEST"
	}
	if input.BillingMode == "" && input.ProvisionedThroughput == nil {
		return nil
	}
	var err error
	table.Throughput, err = provisioned(table.OnDemand, input.ProvisionedThroughput)
	return err
}

func changeIndexes(table *schema.Table, input *UpdateInput) error {
	for _, one := range input.AttributeDefinitions {
		switch table.Kind(one.AttributeName) {
		case "":
			table.Attributes = append(table.Attributes, schema.Attribute{Name: one.AttributeName, Kind: one.AttributeType})
		case one.AttributeType:
		default:
			return fault.Parameter("Attribute %s cannot change its type", one.AttributeName)
		}
	}
	for _, one := range input.GlobalSecondaryIndexUpdates {
		if err := changeIndex(table, one); err != nil {
			return err
		}
	}
	table.Attributes = slices.DeleteFunc(table.Attributes, func(one schema.Attribute) bool {
		inIndex := slices.ContainsFunc(table.Indexes, func(index schema.Index) bool { return slices.Contains(index.Key.Names(), one.Name) })
		return !inIndex && !slices.Contains(table.Key.Names(), one.Name)
	})
	return nil
}

func changeIndex(table *schema.Table, change indexUpdate) error {
	switch {
	case change.Create != nil:
		return addIndex(table, *change.Create, false)
	case change.Delete != nil:
		if _, ok := table.Index(change.Delete.IndexName); !ok {
			return fault.Named("ResourceNotFoundException", "Requested resource not found")
		}
		table.Indexes = slices.DeleteFunc(table.Indexes, func(index schema.Index) bool { return index.Name == change.Delete.IndexName })
	case change.Update != nil:
		index, ok := table.Index(change.Update.IndexName)
		if !ok {
			return fault.Named("ResourceNotFoundException", "Requested resource not found")
		}
		var err error
		index.Throughput, err = provisioned(table.OnDemand, change.Update.ProvisionedThroughput)
		return err
	}
	return nil
}
