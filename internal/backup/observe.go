package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

// RDS is the part of the RDS API that a verification reads; *rds.Client has it.
type RDS interface {
	DescribeDBClusters(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error)
	DescribeDBClusterSnapshots(context.Context, *rds.DescribeDBClusterSnapshotsInput, ...func(*rds.Options)) (*rds.DescribeDBClusterSnapshotsOutput, error)
}

// Observe reads one cluster and all its snapshots, page by page. A cluster that does not exist is an observation, not
// an error. Snapshots are asked for without a type: RDS then returns automated and manual ones, and AWS Backup's
// are among the manual ones.
func Observe(ctx context.Context, api RDS, cluster string) (Observation, error) {
	observation := Observation{Cluster: cluster}
	found, err := api.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &cluster})
	var missing *types.DBClusterNotFoundFault
	switch {
	case errors.As(err, &missing):
		return observation, nil
	case err != nil:
		return observation, fmt.Errorf("describe cluster %s: %w", cluster, err)
	case len(found.DBClusters) != 1:
		return observation, fmt.Errorf("describe cluster %s: RDS returned %d clusters, want 1", cluster, len(found.DBClusters))
	}
	fillCluster(&observation, found.DBClusters[0])
	observation.Snapshots, err = Snapshots(ctx, api, cluster)
	return observation, err
}

// fillCluster copies the fields that Judge uses.
func fillCluster(observation *Observation, cluster types.DBCluster) {
	observation.Found = true
	observation.Role = RoleOf(cluster)
	observation.Status = aws.ToString(cluster.Status)
	observation.CreatedAt = aws.ToTime(cluster.ClusterCreateTime)
	observation.EarliestRestorable = aws.ToTime(cluster.EarliestRestorableTime)
	observation.LatestRestorable = aws.ToTime(cluster.LatestRestorableTime)
	observation.BackupWindow = aws.ToString(cluster.PreferredBackupWindow)
	observation.Retention = time.Duration(aws.ToInt32(cluster.BackupRetentionPeriod)) * 24 * time.Hour
}

// RoleOf tells a cluster's role: a secondary names the cluster that it replicates.
func RoleOf(cluster types.DBCluster) Role {
	switch {
	case aws.ToString(cluster.ReplicationSourceIdentifier) != "":
		return RoleSecondary
	case aws.ToString(cluster.GlobalClusterIdentifier) != "":
		return RolePrimary
	default:
		return RoleStandalone
	}
}

// Snapshots lists every snapshot of a cluster, in RDS's order.
func Snapshots(ctx context.Context, api RDS, cluster string) ([]Snapshot, error) {
	var snapshots []Snapshot
	pages := rds.NewDescribeDBClusterSnapshotsPaginator(api, &rds.DescribeDBClusterSnapshotsInput{DBClusterIdentifier: &cluster})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("describe snapshots of cluster %s: %w", cluster, err)
		}
		for _, snapshot := range page.DBClusterSnapshots {
			id := aws.ToString(snapshot.DBClusterSnapshotIdentifier)
			snapshots = append(snapshots, Snapshot{
				ID:        id,
				Kind:      KindOf(id, aws.ToString(snapshot.SnapshotType)),
				Status:    aws.ToString(snapshot.Status),
				CreatedAt: aws.ToTime(snapshot.SnapshotCreateTime),
			})
		}
	}
	return snapshots, nil
}
