// Package aurora looks at this Region's Aurora cluster and makes it the writer of the global cluster.
//
// Every call goes to the control plane of the Region itself (invariant I5): a managed failover is called in the Region
// that takes over ("Recovering an Amazon Aurora global database from an unplanned outage", Aurora User Guide), a
// switchover in the one that hands over.
package aurora

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/failover"
)

// API is the part of RDS that a failover needs; *rds.Client has it.
type API interface {
	DescribeDBClusters(context.Context, *rds.DescribeDBClustersInput, ...func(*rds.Options)) (*rds.DescribeDBClustersOutput, error)
	DescribeGlobalClusters(context.Context, *rds.DescribeGlobalClustersInput, ...func(*rds.Options)) (*rds.DescribeGlobalClustersOutput, error)
	FailoverGlobalCluster(context.Context, *rds.FailoverGlobalClusterInput, ...func(*rds.Options)) (*rds.FailoverGlobalClusterOutput, error)
	SwitchoverGlobalCluster(context.Context, *rds.SwitchoverGlobalClusterInput, ...func(*rds.Options)) (*rds.SwitchoverGlobalClusterOutput, error)
}

// CallTimeout bounds one call, with the SDK's retries. It is well below a lease's margin to a term's end, so that a
// call under way cannot outlive the term for long.
const CallTimeout = 3 * time.Second

// Cluster is this Region's member of the global cluster.
type Cluster struct {
	API API
	// Global is the identifier of the global cluster, Identifier that of this Region's cluster.
	Global, Identifier string
}

var _ failover.Promoter = (*Cluster)(nil)

// unusable are the statuses of a cluster that cannot take over, as far as RDS names them ("Viewing DB cluster status").
// Others, such as backing-up, modifying or rotating, leave a cluster in service.
var unusable = []string{
	"creating", "deleting", "failing-over", "inaccessible-encryption-credentials",
	"inaccessible-encryption-credentials-recoverable", "migration-failed", "stopped", "stopping", "starting",
	"storage-failure", "cloning-failed", "cluster-failed", "promoting",
}

// Usable tells whether a cluster of that status can take over.
func Usable(status string) bool {
	return !slices.ContainsFunc(unusable, func(known string) bool { return strings.EqualFold(known, status) })
}

// Observe tells whether the cluster is the writer, is becoming it, or could.
func (c *Cluster) Observe(ctx context.Context) (failover.Database, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*CallTimeout)
	defer cancel()
	own, err := c.cluster(ctx)
	if err != nil {
		return failover.Database{}, err
	}
	global, err := c.global(ctx)
	if err != nil {
		return failover.Database{}, err
	}
	arn := aws.ToString(own.DBClusterArn)
	member := membership(global, arn)
	if member == nil {
		return failover.Database{Problem: fmt.Sprintf("cluster %s is no member of global cluster %s", c.Identifier, c.Global)}, nil
	}
	state := failover.Database{Writer: aws.ToBool(member.IsWriter), Usable: true}
	if moving := global.FailoverState; moving != nil && moving.Status != "" {
		state.Promoting = aws.ToString(moving.ToDbClusterArn) == arn
		// Of a writer that is being demoted, nothing can be said before that has ended.
		if state.Writer && aws.ToString(moving.FromDbClusterArn) == arn {
			state.Usable, state.Problem = false, fmt.Sprintf("cluster %s is being demoted (%s)", c.Identifier, moving.Status)
		}
	}
	if status := aws.ToString(own.Status); !Usable(status) && !state.Promoting {
		state.Usable, state.Problem = false, fmt.Sprintf("cluster %s is %s", c.Identifier, status)
	}
	return state, nil
}

// Promote starts a managed failover to this cluster, which may lose what was not replicated. It is nil when the cluster
// is the writer already or a failover to it is under way, so that it may be repeated.
func (c *Cluster) Promote(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	own, err := c.cluster(ctx)
	if err != nil {
		return err
	}
	_, err = c.API.FailoverGlobalCluster(ctx, &rds.FailoverGlobalClusterInput{
		GlobalClusterIdentifier: &c.Global, TargetDbClusterIdentifier: own.DBClusterArn, AllowDataLoss: aws.Bool(true),
	})
	var clusterState *types.InvalidDBClusterStateFault
	var globalState *types.InvalidGlobalClusterStateFault
	if !errors.As(err, &clusterState) && !errors.As(err, &globalState) {
		return wrap(err, "fail over global cluster %s to %s", c.Global, c.Identifier)
	}
	// The wrong state for a failover is that it has begun, or has ended well; only looking tells.
	state, observeErr := c.Observe(ctx)
	if observeErr == nil && (state.Writer || state.Promoting) {
		return nil
	}
	return errors.Join(wrap(err, "fail over global cluster %s to %s", c.Global, c.Identifier), observeErr)
}

func (c *Cluster) cluster(ctx context.Context) (types.DBCluster, error) {
	found, err := c.API.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &c.Identifier})
	if err != nil {
		return types.DBCluster{}, wrap(err, "describe cluster %s", c.Identifier)
	}
	if len(found.DBClusters) != 1 {
		return types.DBCluster{}, fmt.Errorf("describe cluster %s: RDS returned %d clusters, want 1", c.Identifier, len(found.DBClusters))
	}
	return found.DBClusters[0], nil
}

func (c *Cluster) global(ctx context.Context) (types.GlobalCluster, error) {
	found, err := c.API.DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: &c.Global})
	if err != nil {
		return types.GlobalCluster{}, wrap(err, "describe global cluster %s", c.Global)
	}
	if len(found.GlobalClusters) != 1 {
		return types.GlobalCluster{}, fmt.Errorf("describe global cluster %s: RDS returned %d clusters, want 1", c.Global, len(found.GlobalClusters))
	}
	return found.GlobalClusters[0], nil
}

func membership(global types.GlobalCluster, arn string) *types.GlobalClusterMember {
	for i, member := range global.GlobalClusterMembers {
		if aws.ToString(member.DBClusterArn) == arn {
			return &global.GlobalClusterMembers[i]
		}
	}
	return nil
}

func wrap(err error, format string, arguments ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(arguments, err)...)
}
