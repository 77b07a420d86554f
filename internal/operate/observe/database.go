package observe

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/operate/status"
)

// lookAtDatabase asks the Region's own control plane for its cluster, the instances of it, and the global cluster.
func (o *Observer) lookAtDatabase(ctx context.Context, api RDS, identifier string) status.Database {
	seen := status.Database{Cluster: identifier}
	var clusters *rds.DescribeDBClustersOutput
	var instances *rds.DescribeDBInstancesOutput
	var globals *rds.DescribeGlobalClustersOutput
	var faults [3]error
	var group sync.WaitGroup
	group.Go(func() {
		clusters, faults[0] = api.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &identifier})
	})
	group.Go(func() {
		globals, faults[1] = api.DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: &o.Access.GlobalCluster})
	})
	group.Go(func() {
		instances, faults[2] = api.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{
			Filters: []types.Filter{{Name: aws.String("db-cluster-id"), Values: []string{identifier}}},
		})
	})
	group.Wait()
	for _, fault := range faults {
		if fault != nil {
			seen.Problem = fault.Error()
			return seen
		}
	}
	if len(clusters.DBClusters) != 1 || len(globals.GlobalClusters) != 1 {
		seen.Problem = fmt.Sprintf("RDS returned %d clusters %s and %d global clusters %s, want one of each",
			len(clusters.DBClusters), identifier, len(globals.GlobalClusters), o.Access.GlobalCluster)
		return seen
	}
	describe(&seen, clusters.DBClusters[0], globals.GlobalClusters[0])
	for _, instance := range instances.DBInstances {
		seen.Instances++
		if aws.ToString(instance.DBInstanceStatus) == "available" {
			seen.Available++
		}
	}
	return seen
}

func describe(seen *status.Database, cluster types.DBCluster, global types.GlobalCluster) {
	seen.Status = aws.ToString(cluster.Status)
	for _, member := range global.GlobalClusterMembers {
		if aws.ToString(member.DBClusterArn) == aws.ToString(cluster.DBClusterArn) {
			seen.Member, seen.Writer, seen.Sync = true, aws.ToBool(member.IsWriter), string(member.SynchronizationStatus)
		}
	}
	if moving := global.FailoverState; moving != nil && moving.Status != "" {
		target := aws.ToString(moving.ToDbClusterArn)
		seen.MovingTo = target[strings.LastIndex(target, ":")+1:]
	}
}
