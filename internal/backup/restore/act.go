package restore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"

	"github.com/paymentdr/paymentdr/internal/backup"
)

// act carries out one step. Its effect may show in RDS only after a while, so the caller pauses before it looks again.
func (r *run) act(ctx context.Context, step Step, observation Observation) error {
	cluster := observation.find(step.Cluster)
	switch step.Action {
	case ActionWait:
		return nil
	case ActionRefuse:
		r.state.Detail = step.Reason
		// A test that cannot begin is a failed one: an alarm that only hears of begun tests stays silent for ever.
		err := r.emit(backup.Failure, step.Cluster, step.Reason)
		return errors.Join(&FailedError{Cluster: step.Cluster, Reason: step.Reason}, err)
	case ActionRestore:
		return r.restore(ctx, step, observation.Source)
	case ActionCreateInstance:
		return r.createInstance(ctx, step, observation.Source)
	case ActionCheck:
		return r.check(ctx, cluster)
	case ActionFail:
		return r.decide(ctx, cluster, false, step.Reason)
	case ActionDeleteInstance:
		return tolerated(r.deleteInstance(ctx, step))
	case ActionDeleteCluster:
		return tolerated(r.deleteCluster(ctx, step))
	default:
		return fmt.Errorf("carry out step %q: unknown action", step.Action)
	}
}

// check runs the ledger's checks. They may fail because a new endpoint is not reachable yet, so an error is tried
// again until this call's time is up, and in later calls until the test's own deadline fails it.
func (r *run) check(ctx context.Context, cluster *Throwaway) error {
	findings, err := r.Checks.Check(ctx, cluster.Target)
	if err != nil {
		err = fmt.Errorf("check ledger restored into %s: %w", cluster.Name, err)
		if outOfTime(ctx, r.Policy.PollInterval+r.Policy.Margin) || ctx.Err() != nil {
			return err
		}
		r.Logger.WarnContext(ctx, "restored ledger cannot be checked yet", "cluster", cluster.Name, "error", err)
		return nil
	}
	passed, reason := JudgeFindings(findings, cluster.StartedAt, r.Policy)
	return r.decide(ctx, cluster, passed, reason)
}

// tags of a new throw-away resource.
func (r *run) tags() []types.Tag {
	return []types.Tag{
		{Key: aws.String(TagTest), Value: &r.Environment},
		{Key: aws.String(TagStarted), Value: aws.String(r.Now().UTC().Format(time.RFC3339))},
	}
}

// restore begins the restore. The parameter group is the source's (it forces TLS), so are network and security groups;
// the new cluster is outside the global database, unprotected and keeps no backups that outlive it. A point-in-time
// restore is a full copy: a copy-on-write clone would share the source's volume and prove nothing.
func (r *run) restore(ctx context.Context, step Step, source Source) error {
	var err error
	if step.Snapshot == "" {
		_, err = r.RDS.RestoreDBClusterToPointInTime(ctx, &rds.RestoreDBClusterToPointInTimeInput{
			DBClusterIdentifier: &step.Cluster, SourceDBClusterIdentifier: &source.Name,
			RestoreType: aws.String("full-copy"), UseLatestRestorableTime: aws.Bool(true),
			DBSubnetGroupName: optional(source.SubnetGroup), VpcSecurityGroupIds: source.SecurityGroups,
			DBClusterParameterGroupName: optional(source.ParameterGroup),
			DeletionProtection:          aws.Bool(false), CopyTagsToSnapshot: aws.Bool(false), Tags: r.tags(),
		})
	} else {
		_, err = r.RDS.RestoreDBClusterFromSnapshot(ctx, &rds.RestoreDBClusterFromSnapshotInput{
			DBClusterIdentifier: &step.Cluster, SnapshotIdentifier: &step.Snapshot, Engine: &source.Engine,
			DBSubnetGroupName: optional(source.SubnetGroup), VpcSecurityGroupIds: source.SecurityGroups,
			DBClusterParameterGroupName: optional(source.ParameterGroup),
			DeletionProtection:          aws.Bool(false), CopyTagsToSnapshot: aws.Bool(false), Tags: r.tags(),
		})
	}
	var exists *types.DBClusterAlreadyExistsFault
	if errors.As(err, &exists) {
		return nil // an overlapping call, or this one before it was repeated, was first
	}
	if err != nil {
		return fmt.Errorf("restore %s of cluster %s into %s: %w", orLatest(step.Snapshot), source.Name, step.Cluster, err)
	}
	return nil
}

func (r *run) createInstance(ctx context.Context, step Step, source Source) error {
	engine := source.Engine
	if engine == "" {
		engine = "aurora-postgresql" // the source may be gone by now; the copy is still worth checking
	}
	_, err := r.RDS.CreateDBInstance(ctx, &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: &step.Instance, DBClusterIdentifier: &step.Cluster,
		DBInstanceClass: &r.Policy.InstanceClass, Engine: &engine,
		PubliclyAccessible: aws.Bool(false), Tags: r.tags(),
	})
	var exists *types.DBInstanceAlreadyExistsFault
	if errors.As(err, &exists) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create instance %s: %w", step.Instance, err)
	}
	return nil
}

func (r *run) deleteInstance(ctx context.Context, step Step) error {
	_, err := r.RDS.DeleteDBInstance(ctx, &rds.DeleteDBInstanceInput{DBInstanceIdentifier: &step.Instance})
	if err != nil {
		return fmt.Errorf("delete instance %s: %w", step.Instance, err)
	}
	return nil
}

func (r *run) deleteCluster(ctx context.Context, step Step) error {
	_, err := r.RDS.DeleteDBCluster(ctx, &rds.DeleteDBClusterInput{
		DBClusterIdentifier: &step.Cluster, SkipFinalSnapshot: aws.Bool(true), DeleteAutomatedBackups: aws.Bool(true),
	})
	if err != nil {
		return fmt.Errorf("delete cluster %s: %w", step.Cluster, err)
	}
	return nil
}

func (r *run) tagVerdict(ctx context.Context, cluster *Throwaway, verdict string) error {
	_, err := r.RDS.AddTagsToResource(ctx, &rds.AddTagsToResourceInput{
		ResourceName: &cluster.ARN, Tags: []types.Tag{{Key: aws.String(TagVerdict), Value: &verdict}},
	})
	if err != nil {
		return fmt.Errorf("record verdict %s on cluster %s: %w", verdict, cluster.Name, err)
	}
	return nil
}

// tolerated accepts that a deletion has already happened, or that RDS does not delete in this state yet: the next look
// decides anew.
func tolerated(err error) error {
	var noCluster *types.DBClusterNotFoundFault
	var noInstance *types.DBInstanceNotFoundFault
	var clusterBusy *types.InvalidDBClusterStateFault
	var instanceBusy *types.InvalidDBInstanceStateFault
	if errors.As(err, &noCluster) || errors.As(err, &noInstance) || errors.As(err, &clusterBusy) || errors.As(err, &instanceBusy) {
		return nil
	}
	return err
}

// optional leaves an empty name out of a request.
func optional(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

func orLatest(snapshot string) string {
	if snapshot == "" {
		return "latest time"
	}
	return "snapshot " + snapshot
}
