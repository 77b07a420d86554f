package aurora

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/failover"
)

var _ failover.Switcher = (*Cluster)(nil)

// SwitchOver starts a switchover from this cluster, the writer, to the member in region: RDS waits until that has all
// and loses nothing, or refuses and changes nothing. It must be called in the writer's Region ("Performing switchovers
// for Amazon Aurora global databases", Aurora User Guide). It is nil when the switchover is under way or done.
func (c *Cluster) SwitchOver(ctx context.Context, region string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*CallTimeout)
	defer cancel()
	global, err := c.global(ctx)
	if err != nil {
		return err
	}
	target := memberIn(global, region)
	switch {
	case target == nil:
		return fmt.Errorf("switch over global cluster %s: it has no member in %s", c.Global, region)
	case isOrBecomesWriter(global, region):
		return nil
	case target.SynchronizationStatus == types.GlobalClusterMemberSynchronizationStatusPendingResync:
		return fmt.Errorf("switch over global cluster %s: %s is still being copied (%s)", c.Global, aws.ToString(target.DBClusterArn), target.SynchronizationStatus)
	}
	_, err = c.API.SwitchoverGlobalCluster(ctx, &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: &c.Global, TargetDbClusterIdentifier: target.DBClusterArn,
	})
	var clusterState *types.InvalidDBClusterStateFault
	var globalState *types.InvalidGlobalClusterStateFault
	if !errors.As(err, &clusterState) && !errors.As(err, &globalState) {
		return wrap(err, "switch over global cluster %s to %s", c.Global, region)
	}
	// The wrong state for a switchover may be that it has begun; only looking tells.
	again, lookErr := c.global(ctx)
	if lookErr == nil && isOrBecomesWriter(again, region) {
		return nil
	}
	return errors.Join(wrap(err, "switch over global cluster %s to %s", c.Global, region), lookErr)
}

// memberIn is the member whose ARN names the Region.
func memberIn(global types.GlobalCluster, region string) *types.GlobalClusterMember {
	for i, member := range global.GlobalClusterMembers {
		if parsed, err := arn.Parse(aws.ToString(member.DBClusterArn)); err == nil && parsed.Region == region {
			return &global.GlobalClusterMembers[i]
		}
	}
	return nil
}

func isOrBecomesWriter(global types.GlobalCluster, region string) bool {
	member, moving := memberIn(global, region), global.FailoverState
	return member != nil && (aws.ToBool(member.IsWriter) || moving != nil && aws.ToString(moving.ToDbClusterArn) == aws.ToString(member.DBClusterArn))
}
