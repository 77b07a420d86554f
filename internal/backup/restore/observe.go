package restore

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// RDS is the part of the RDS API that a restore test uses; *rds.Client has it.
type RDS interface {
	backup.RDS
	DescribeDBInstances(context.Context, *rds.DescribeDBInstancesInput, ...func(*rds.Options)) (*rds.DescribeDBInstancesOutput, error)
	RestoreDBClusterFromSnapshot(context.Context, *rds.RestoreDBClusterFromSnapshotInput, ...func(*rds.Options)) (*rds.RestoreDBClusterFromSnapshotOutput, error)
	RestoreDBClusterToPointInTime(context.Context, *rds.RestoreDBClusterToPointInTimeInput, ...func(*rds.Options)) (*rds.RestoreDBClusterToPointInTimeOutput, error)
	CreateDBInstance(context.Context, *rds.CreateDBInstanceInput, ...func(*rds.Options)) (*rds.CreateDBInstanceOutput, error)
	DeleteDBInstance(context.Context, *rds.DeleteDBInstanceInput, ...func(*rds.Options)) (*rds.DeleteDBInstanceOutput, error)
	DeleteDBCluster(context.Context, *rds.DeleteDBClusterInput, ...func(*rds.Options)) (*rds.DeleteDBClusterOutput, error)
	AddTagsToResource(context.Context, *rds.AddTagsToResourceInput, ...func(*rds.Options)) (*rds.AddTagsToResourceOutput, error)
}

// Observe reads the source and every cluster that has a throw-away name. RDS has no filter by name prefix, so all
// clusters of the Region are listed; the source's snapshots are read only when a test may begin.
func Observe(ctx context.Context, api RDS, environment, source string, start bool) (Observation, error) {
	observation := Observation{Source: Source{Name: source}}
	pages := rds.NewDescribeDBClustersPaginator(api, &rds.DescribeDBClustersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return observation, fmt.Errorf("list clusters: %w", err)
		}
		for _, cluster := range page.DBClusters {
			name := aws.ToString(cluster.DBClusterIdentifier)
			if name == source {
				observation.Source = sourceOf(cluster)
			}
			if nameFits(environment, name) {
				observation.Throwaways = append(observation.Throwaways, throwawayOf(environment, cluster))
			}
		}
	}
	sort.Slice(observation.Throwaways, func(i, j int) bool {
		return observation.Throwaways[i].Name < observation.Throwaways[j].Name
	})
	for i := range observation.Throwaways {
		if err := addInstances(ctx, api, &observation.Throwaways[i]); err != nil {
			return observation, err
		}
	}
	if !start {
		return observation, nil
	}
	var err error
	observation.Snapshots, err = backup.Snapshots(ctx, api, source)
	var missing *types.DBClusterNotFoundFault
	if errors.As(err, &missing) {
		return observation, nil // Source.Found says it
	}
	return observation, err
}

func sourceOf(cluster types.DBCluster) Source {
	source := Source{
		Found:            true,
		Name:             aws.ToString(cluster.DBClusterIdentifier),
		Role:             backup.RoleOf(cluster),
		LatestRestorable: aws.ToTime(cluster.LatestRestorableTime),
		Engine:           aws.ToString(cluster.Engine),
		SubnetGroup:      aws.ToString(cluster.DBSubnetGroup),
		ParameterGroup:   aws.ToString(cluster.DBClusterParameterGroup),
	}
	for _, group := range cluster.VpcSecurityGroups {
		source.SecurityGroups = append(source.SecurityGroups, aws.ToString(group.VpcSecurityGroupId))
	}
	return source
}

func throwawayOf(environment string, cluster types.DBCluster) Throwaway {
	tags := map[string]string{}
	for _, tag := range cluster.TagList {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	name := aws.ToString(cluster.DBClusterIdentifier)
	// An unreadable time stays zero, which makes the test overdue: better removed than kept for ever.
	started, _ := time.Parse(time.RFC3339, tags[TagStarted])
	return Throwaway{
		Name:      name,
		ARN:       aws.ToString(cluster.DBClusterArn),
		Ours:      Ours(environment, name, tags),
		Status:    aws.ToString(cluster.Status),
		StartedAt: started,
		Verdict:   tags[TagVerdict],
		Target: Target{
			Host:     aws.ToString(cluster.Endpoint),
			Port:     int(aws.ToInt32(cluster.Port)),
			Database: aws.ToString(cluster.DatabaseName),
		},
	}
}

// addInstances lists a throw-away cluster's members.
func addInstances(ctx context.Context, api RDS, cluster *Throwaway) error {
	pages := rds.NewDescribeDBInstancesPaginator(api, &rds.DescribeDBInstancesInput{
		Filters: []types.Filter{{Name: aws.String("db-cluster-id"), Values: []string{cluster.Name}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list instances of cluster %s: %w", cluster.Name, err)
		}
		for _, instance := range page.DBInstances {
			cluster.Instances = append(cluster.Instances, Instance{
				Name:   aws.ToString(instance.DBInstanceIdentifier),
				Status: aws.ToString(instance.DBInstanceStatus),
			})
		}
	}
	return nil
}
