package tables

import (
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/fault"
	"github.com/paymentdr/paymentdr/internal/localcloud/dynamodb/schema"
)

// The limits of a table's indexes (developer guide, "Service, account, and table quotas").
const (
	maxLocalIndexes  = 5
	maxGlobalIndexes = 20
	maxIncluded      = 100
)

// addIndex adds an index to the definition of a table.
func addIndex(table *schema.Table, input indexInput, local bool) error {
	var c fault.Constraints
	constrainSpelling(&c, input.IndexName, "indexName", 3, 255, false)
	if err := c.Err(); err != nil {
		return err
	}
	if _, twice := table.Index(*input.IndexName); twice {
		return fault.Parameter("Duplicate index name: %s", *input.IndexName)
	}
	key, err := readKey(table, input.KeySchema)
	if err != nil {
		return err
	}
	index := schema.Index{Name: *input.IndexName, Key: key, Local: local}
	if index.Projection, index.Include, err = readProjection(input.Projection); err != nil {
		return err
	}
	switch {
	case local && table.Key.Range == "":
		return fault.Parameter("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	case local && key.Hash != table.Key.Hash:
		return fault.Parameter("Index KeySchema does not have the same leading hash key as table KeySchema for index: %s", index.Name)
	case local && key.Range == "":
		return fault.Parameter("Index KeySchema does not have a range key for index: %s", index.Name)
	case !local:
		if index.Throughput, err = provisioned(table.OnDemand, input.ProvisionedThroughput); err != nil {
			return err
		}
	}
	table.Indexes = append(table.Indexes, index)
	return checkCounts(table)
}

func checkCounts(table *schema.Table) error {
	local, global, included := 0, 0, 0
	for _, index := range table.Indexes {
		if included += len(index.Include); index.Local {
			local++
		} else {
			global++
		}
	}
	switch {
	case local > maxLocalIndexes:
		return fault.Parameter("Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocalIndexes)
	case global > maxGlobalIndexes:
		return fault.Parameter("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobalIndexes)
	case included > maxIncluded:
		return fault.Parameter("Number of projected attributes exceeds the per-table limit of %d", maxIncluded)
	}
	return nil
}

func readProjection(given *projection) (kind string, include []string, err error) {
	switch {
	case given == nil:
		return "", nil, fault.Parameter("Unknown ProjectionType: null")
	case given.ProjectionType == schema.ProjectInclude && len(given.NonKeyAttributes) == 0:
		return "", nil, fault.Parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	case given.ProjectionType == schema.ProjectInclude:
		return schema.ProjectInclude, given.NonKeyAttributes, nil
	case given.ProjectionType != schema.ProjectAll && given.ProjectionType != schema.ProjectKeys:
		return "", nil, fault.Parameter("Unknown ProjectionType: %s", given.ProjectionType)
	case len(given.NonKeyAttributes) > 0:
		return "", nil, fault.Parameter("ProjectionType is %s, but NonKeyAttributes is specified", given.ProjectionType)
	}
	return given.ProjectionType, nil, nil
}
