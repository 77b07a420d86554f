package tables

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// globalVersion is the version of global tables that can be strongly consistent.
const globalVersion = "2019.11.21"

type indexDescription struct {
	IndexName             string       `json:"IndexName"`
	KeySchema             []keyElement `json:"KeySchema"`
	Projection            projection   `json:"Projection"`
	IndexStatus           string       `json:"IndexStatus,omitempty"`
	ProvisionedThroughput *throughput  `json:"ProvisionedThroughput,omitempty"`
	IndexSizeBytes        int64        `json:"IndexSizeBytes"`
	ItemCount             int64        `json:"ItemCount"`
	IndexArn              string       `json:"IndexArn"`
}

type replicaDescription struct {
	RegionName              string            `json:"RegionName"`
	ReplicaStatus           string            `json:"ReplicaStatus"`
	ReplicaTableClass       map[string]string `json:"ReplicaTableClassSummary,omitempty"`
	KMSMasterKeyId          string            `json:"KMSMasterKeyId,omitempty"`
	ReplicaInaccessibleTime float64           `json:"ReplicaInaccessibleDateTime,omitempty"`
}

type witnessDescription struct {
	RegionName    string `json:"RegionName"`
	WitnessStatus string `json:"WitnessStatus"`
}

// description is TableDescription.
type description struct {
	AttributeDefinitions      []attributeDefinition `json:"AttributeDefinitions"`
	TableName                 string                `json:"TableName"`
	KeySchema                 []keyElement          `json:"KeySchema"`
	TableStatus               string                `json:"TableStatus"`
	CreationDateTime          float64               `json:"CreationDateTime"`
	ProvisionedThroughput     throughput            `json:"ProvisionedThroughput"`
	TableSizeBytes            int64                 `json:"TableSizeBytes"`
	ItemCount                 int64                 `json:"ItemCount"`
	TableArn                  string                `json:"TableArn"`
	TableID                   string                `json:"TableId"`
	BillingModeSummary        map[string]any        `json:"BillingModeSummary,omitempty"`
	GlobalSecondaryIndexes    []indexDescription    `json:"GlobalSecondaryIndexes,omitempty"`
	LocalSecondaryIndexes     []indexDescription    `json:"LocalSecondaryIndexes,omitempty"`
	StreamSpecification       json.RawMessage       `json:"StreamSpecification,omitempty"`
	SSEDescription            map[string]string     `json:"SSEDescription,omitempty"`
	TableClassSummary         map[string]string     `json:"TableClassSummary,omitempty"`
	DeletionProtectionEnabled bool                  `json:"DeletionProtectionEnabled"`
	GlobalTableVersion        string                `json:"GlobalTableVersion,omitempty"`
	Replicas                  []replicaDescription  `json:"Replicas,omitempty"`
	GlobalTableWitnesses      []witnessDescription  `json:"GlobalTableWitnesses,omitempty"`
	MultiRegionConsistency    string                `json:"MultiRegionConsistency,omitempty"`
}

// Describe is DescribeTable.
func (s *Service) Describe(ctx context.Context, input *named) (any, error) {
	table, err := s.find(ctx, input.TableName)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": s.describe(table, "ACTIVE")}, nil
}

// describe shows the table as this Region has it. Sizes and counts are 0, as AWS shows them for up to six hours.
func (s *Service) describe(table *schema.Table, status string) description {
	region := s.Store.Region()
	own := table.Settings[region]
	d := description{
		TableName: table.Name, TableStatus: status, TableID: table.ID, TableArn: arn(region, table.Name),
		CreationDateTime: float64(table.CreatedAt.UnixMilli()) / 1000, KeySchema: elements(table.Key),
		ProvisionedThroughput: throughput{table.Throughput.Read, table.Throughput.Write},
		StreamSpecification:   table.Stream, DeletionProtectionEnabled: own.Protected,
	}
	for _, one := range table.Attributes {
		d.AttributeDefinitions = append(d.AttributeDefinitions, attributeDefinition{one.Name, one.Kind})
	}
	if table.OnDemand {
		d.BillingModeSummary = map[string]any{"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": d.CreationDateTime}
	}
	if own.EncryptionKey != "" {
		d.SSEDescription = map[string]string{"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": own.EncryptionKey}
	}
	if own.Class != "" {
		d.TableClassSummary = map[string]string{"TableClass": own.Class}
	}
	for _, index := range table.Indexes {
		if index.Local {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, describeIndex(d.TableArn, index, ""))
		} else {
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, describeIndex(d.TableArn, index, status))
		}
	}
	s.describeReplicas(table, &d)
	return d
}

func (s *Service) describeReplicas(table *schema.Table, d *description) {
	if len(table.Regions) < 2 {
		return
	}
	d.GlobalTableVersion = globalVersion
	for _, region := range table.Regions {
		if region == s.Store.Region() {
			continue
		}
		settings := table.Settings[region]
		replica := replicaDescription{RegionName: region, ReplicaStatus: "ACTIVE", KMSMasterKeyId: settings.EncryptionKey}
		if settings.Class != "" {
			replica.ReplicaTableClass = map[string]string{"TableClass": settings.Class}
		}
		d.Replicas = append(d.Replicas, replica)
	}
	if table.Strong {
		d.MultiRegionConsistency = "STRONG"
	}
	if table.Witness != "" {
		d.GlobalTableWitnesses = []witnessDescription{{table.Witness, "ACTIVE"}}
	}
}

func describeIndex(tableARN string, index schema.Index, status string) indexDescription {
	d := indexDescription{
		IndexName: index.Name, KeySchema: elements(index.Key), IndexStatus: status, IndexArn: tableARN + "/index/" + index.Name,
		Projection: projection{index.Projection, index.Include},
	}
	if !index.Local {
		d.ProvisionedThroughput = &throughput{index.Throughput.Read, index.Throughput.Write}
	}
	return d
}

func elements(key schema.Key) []keyElement {
	list := []keyElement{{key.Hash, "HASH"}}
	if key.Range != "" {
		list = append(list, keyElement{key.Range, "RANGE"})
	}
	return list
}

// ListInput is the input of ListTables.
type ListInput struct {
	ExclusiveStartTableName string
	Limit                   *int
}

// List is ListTables.
func (s *Service) List(ctx context.Context, input *ListInput) (any, error) {
	limit := 100
	if input.Limit != nil {
		limit = *input.Limit
	}
	if limit < 1 || limit > 100 {
		return nil, fault.Validation("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and 100", limit)
	}
	names, more, err := s.Store.Names(ctx, input.ExclusiveStartTableName, limit)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"TableNames": slices.Concat([]string{}, names)}
	if more {
		answer["LastEvaluatedTableName"] = names[len(names)-1]
	}
	return answer, nil
}
