package resources

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// Tables is the DynamoDB API of a Region: *dynamodb.Client.
type Tables interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	UpdateContinuousBackups(context.Context, *dynamodb.UpdateContinuousBackupsInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateContinuousBackupsOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
	TagResource(context.Context, *dynamodb.TagResourceInput, ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error)
}

// dynamoTable handles aws_dynamodb_table with the calls that the AWS provider makes, in its order: the table, then its
// replicas and witness, then what each replica has for itself.
func (c *Cloud) dynamoTable() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if err := refuse(full.object, "restore_source_name", "restore_source_table_arn", "restore_backup_arn", "import_table"); err != nil {
				return full, err
			}
			tables, err := c.options.Tables(r.Region)
			if err != nil {
				return full, fmt.Errorf("reach DynamoDB in %s: %w", r.Region, err)
			}
			name := full.text("name")
			if r.Prior == cty.NilVal {
				err = createTable(ctx, tables, full.object)
			} else if err = unchangeable(r, full, "attribute", "global_secondary_index", "local_secondary_index", "billing_mode", "read_capacity", "write_capacity",
				"global_table_witness", "server_side_encryption", "stream_enabled", "stream_view_type", "ttl"); err == nil {
				err = updateTable(ctx, tables, full.object, object{r.Prior})
			}
			if err != nil {
				return full, err
			}
			if err := c.settleReplicas(ctx, tables, full.object, r.Region); err != nil {
				return full, fmt.Errorf("set up table %s: %w", name, err)
			}
			if !full.yes("stream_enabled") {
				full = full.with(map[string]cty.Value{"stream_arn": cty.NullVal(cty.String), "stream_label": cty.NullVal(cty.String)})
			}
			return full, nil
		},
		delete: func(ctx context.Context, prior object, r apply.Resource) error {
			return c.deleteTable(ctx, prior, r.Region)
		},
	}
}

// createTable creates the table and makes it global. A table that exists from an earlier try, or from an earlier run, and
// has the same keys, is gone on with.
func createTable(ctx context.Context, tables Tables, from object) error {
	input := tableInput(from)
	_, err := tables.CreateTable(ctx, input)
	var exists *types.ResourceInUseException
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create table %s: %w", *input.TableName, err)
	}
	described, err := tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: input.TableName})
	if err != nil {
		return fmt.Errorf("describe table %s: %w", *input.TableName, err)
	}
	if got, want := keyNames(described.Table.KeySchema), keyNames(input.KeySchema); exists != nil && !slices.Equal(got, want) {
		return fmt.Errorf("create table %s: one with the keys %v exists, wanted are %v", *input.TableName, got, want)
	}
	update := globalInput(from)
	if update == nil || len(described.Table.Replicas) > 0 {
		return nil
	}
	if _, err := tables.UpdateTable(ctx, update); err != nil {
		return fmt.Errorf("add replicas to table %s: %w", *input.TableName, err)
	}
	return nil
}

func keyNames(elements []types.KeySchemaElement) []string {
	var found []string
	for _, element := range elements {
		found = append(found, string(element.KeyType)+" "+*element.AttributeName)
	}
	return found
}

// updateTable changes what can be changed without a new table.
func updateTable(ctx context.Context, tables Tables, full, prior object) error {
	if was, is := replicas(prior), replicas(full); !slices.Equal(was, is) {
		return fmt.Errorf("a change of replica from %q to %q cannot be made here: take the local cloud down and up again", was, is)
	}
	if len(changed(prior, full, "deletion_protection_enabled", "table_class")) == 0 {
		return nil
	}
	_, err := tables.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: aws.String(full.text("name")),
		DeletionProtectionEnabled: aws.Bool(full.yes("deletion_protection_enabled")), TableClass: types.TableClass(full.text("table_class"))})
	if err != nil {
		return fmt.Errorf("update table %s: %w", full.text("name"), err)
	}
	return nil
}

// replicas are what of the replicas cannot be changed.
func replicas(from object) []string {
	var found []string
	for _, replica := range from.blocks("replica") {
		found = append(found, strings.Join([]string{replica.text("region_name"), replica.text("consistency_mode"), replica.text("kms_key_arn")}, " "))
	}
	slices.Sort(found)
	return found
}

// settleReplicas sets what each Region has for itself: recovery, protection, tags.
func (c *Cloud) settleReplicas(ctx context.Context, tables Tables, full object, region string) error {
	if err := settle(ctx, tables, full, region, full.block("point_in_time_recovery").yes("enabled"), full.block("point_in_time_recovery").number("recovery_period_in_days"), true); err != nil {
		return err
	}
	if ttl := full.block("ttl"); ttl.yes("enabled") {
		_, err := tables.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: aws.String(full.text("name")),
			TimeToLiveSpecification: &types.TimeToLiveSpecification{Enabled: aws.Bool(true), AttributeName: aws.String(ttl.text("attribute_name"))}})
		if err != nil {
			return fmt.Errorf("time to live: %w", err)
		}
	}
	for _, replica := range full.blocks("replica") {
		there := replica.text("region_name")
		tables, err := c.options.Tables(there)
		if err != nil {
			return fmt.Errorf("reach DynamoDB in %s: %w", there, err)
		}
		if err := settle(ctx, tables, full, there, replica.yes("point_in_time_recovery"), 0, replica.yes("propagate_tags")); err != nil {
			return err
		}
		_, err = tables.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: aws.String(full.text("name")),
			DeletionProtectionEnabled: aws.Bool(replica.yes("deletion_protection_enabled"))})
		if err != nil {
			return fmt.Errorf("protection in %s: %w", there, err)
		}
	}
	return nil
}

func settle(ctx context.Context, tables Tables, full object, region string, recovery bool, days int, tagged bool) error {
	specification := &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(recovery)}
	if days > 0 {
		specification.RecoveryPeriodInDays = aws.Int32(int32(days))
	}
	if _, err := tables.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{TableName: aws.String(full.text("name")), PointInTimeRecoverySpecification: specification}); err != nil {
		return fmt.Errorf("point-in-time recovery in %s: %w", region, err)
	}
	if list := tags(full.table("tags_all")); tagged && len(list) > 0 {
		arn := "arn:aws:dynamodb:" + region + ":" + account + ":table/" + full.text("name")
		if _, err := tables.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: &arn, Tags: list}); err != nil {
			return fmt.Errorf("tags in %s: %w", region, err)
		}
	}
	return nil
}

// deleteTable removes replicas and witness together, then the table.
func (c *Cloud) deleteTable(ctx context.Context, prior object, region string) error {
	tables, err := c.options.Tables(region)
	if err != nil {
		return fmt.Errorf("reach DynamoDB in %s: %w", region, err)
	}
	name := prior.text("name")
	var gone *types.ResourceNotFoundException
	described, err := tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if errors.As(err, &gone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("describe table %s: %w", name, err)
	}
	update := &dynamodb.UpdateTableInput{TableName: &name}
	for _, replica := range described.Table.Replicas {
		update.ReplicaUpdates = append(update.ReplicaUpdates, types.ReplicationGroupUpdate{Delete: &types.DeleteReplicationGroupMemberAction{RegionName: replica.RegionName}})
	}
	for _, witness := range described.Table.GlobalTableWitnesses {
		update.GlobalTableWitnessUpdates = append(update.GlobalTableWitnessUpdates, types.GlobalTableWitnessGroupUpdate{
			Delete: &types.DeleteGlobalTableWitnessGroupMemberAction{RegionName: witness.RegionName}})
	}
	if len(update.ReplicaUpdates) > 0 {
		if _, err := tables.UpdateTable(ctx, update); err != nil {
			return fmt.Errorf("remove replicas of table %s: %w", name, err)
		}
	}
	if _, err := tables.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("delete table %s: %w", name, err)
	}
	return nil
}
