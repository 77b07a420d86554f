package resources

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

// writerWait bounds how long a secondary waits for the writer to take sessions: its instance may be made at the same time,
// in another root.
const writerWait = 2 * time.Minute

// cluster handles aws_rds_cluster.
func (c *Cloud) cluster() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if err := refuse(full.object, "snapshot_identifier", "restore_to_point_in_time", "s3_import", "scaling_configuration",
				"serverlessv2_scaling_configuration", "replication_source_identifier", "manage_master_user_password", "domain",
				"enable_global_write_forwarding", "enable_local_write_forwarding", "enable_http_endpoint"); err != nil {
				return full, err
			}
			if engine := full.text("engine"); engine != "aurora-postgresql" {
				return full, fmt.Errorf("engine %s is not modelled here, only aurora-postgresql is", engine)
			}
			spec := clusterSpec(full.object)
			c.network.Put(key(r), topology.Cluster{Region: r.Region, Name: spec.Identifier, SubnetGroup: spec.SubnetGroup, Groups: spec.SecurityGroups, Port: spec.Port})
			if r.Prior != cty.NilVal {
				return full, c.modify(ctx, full, r)
			}
			made, err := c.create(ctx, r.Region, spec)
			if err != nil {
				return full, err
			}
			return full.with(map[string]cty.Value{
				"arn": cty.StringVal(made.DBClusterArn), "endpoint": cty.StringVal(made.Endpoint), "reader_endpoint": cty.StringVal(made.ReaderEndpoint),
				"cluster_resource_id": cty.StringVal(made.DbClusterResourceId), "engine_version_actual": cty.StringVal(made.EngineVersion),
				"database_name": cty.StringVal(made.DatabaseName), "master_username": cty.StringVal(made.MasterUsername),
			}), nil
		},
		delete: func(ctx context.Context, prior object, r apply.Resource) error {
			c.network.Delete(key(r))
			return c.remove(ctx, prior, r.Region)
		},
	}
}

func clusterSpec(from object) rds.ClusterSpec {
	spec := rds.ClusterSpec{Identifier: from.text("cluster_identifier"), EngineVersion: from.text("engine_version"), Database: from.text("database_name"),
		MasterUsername: from.text("master_username"), MasterPassword: from.text("master_password"), Port: from.number("port"),
		Global: from.text("global_cluster_identifier"), SubnetGroup: from.text("db_subnet_group_name"), ParameterGroup: from.text("db_cluster_parameter_group_name"),
		SecurityGroups: slices.Sorted(slices.Values(from.texts("vpc_security_group_ids"))), KMSKey: from.text("kms_key_id"),
		BackupWindow: from.text("preferred_backup_window"), BackupRetentionDays: from.number("backup_retention_period"),
		StorageEncrypted: from.yes("storage_encrypted"), IAMAuthentication: from.yes("iam_database_authentication_enabled"),
		DeletionProtection: from.yes("deletion_protection"), CopyTagsToSnapshot: from.yes("copy_tags_to_snapshot"), Tags: from.table("tags_all")}
	if password := from.text("master_password_wo"); password != "" {
		spec.MasterPassword = password
	}
	if spec.Port == 0 {
		spec.Port = 5432
	}
	return spec
}

// create makes a cluster. A secondary waits for the writer; what a failed creation leaves is removed, so that it can be
// repeated.
func (c *Cloud) create(ctx context.Context, region string, spec rds.ClusterSpec) (rds.Cluster, error) {
	patience, cancel := context.WithTimeout(ctx, writerWait)
	defer cancel()
	for {
		made, err := c.options.Databases.CreateCluster(ctx, region, spec)
		var fault *rds.Fault
		switch {
		case err == nil:
			return made, nil
		case !errors.As(err, &fault): // it was begun and could not be finished
			arn := "arn:aws:rds:" + region + ":" + account + ":cluster:" + spec.Identifier
			return made, errors.Join(fmt.Errorf("create cluster: %w", err), c.dispose(context.WithoutCancel(ctx), region, spec.Global, spec.Identifier, arn, ""))
		case fault.Code != "InvalidDBClusterStateFault" || spec.Global == "":
			return made, fmt.Errorf("create cluster: %w", err)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-patience.Done():
			return made, fmt.Errorf("create cluster: the global cluster's writer takes no sessions after %s: %w", writerWait, err)
		}
	}
}

// modify changes what can be changed without a new cluster.
func (c *Cloud) modify(ctx context.Context, full attributes, r apply.Resource) error {
	prior := object{r.Prior}
	if err := unchangeable(r, full, "engine_version", "global_cluster_identifier", "db_cluster_parameter_group_name", "vpc_security_group_ids", "port",
		"iam_database_authentication_enabled", "preferred_backup_window", "copy_tags_to_snapshot"); err != nil {
		return err
	}
	var changes rds.Changes
	if protected := full.yes("deletion_protection"); protected != prior.yes("deletion_protection") {
		changes.DeletionProtection = &protected
	}
	if days := full.number("backup_retention_period"); days != prior.number("backup_retention_period") {
		changes.BackupRetentionDays = &days
	}
	if len(changed(prior, full.object, "master_password_wo_version", "master_password")) > 0 {
		password := clusterSpec(full.object).MasterPassword
		changes.MasterPassword = &password
	}
	name := full.text("cluster_identifier")
	if changes != (rds.Changes{}) {
		if _, err := c.options.Databases.ModifyCluster(ctx, r.Region, name, changes); err != nil {
			return fmt.Errorf("modify cluster: %w", err)
		}
	}
	if len(changed(prior, full.object, "tags_all")) > 0 {
		if err := c.options.Databases.AddTags(ctx, r.Region, prior.text("arn"), full.table("tags_all")); err != nil {
			return fmt.Errorf("tag cluster: %w", err)
		}
	}
	return nil
}

// remove deletes a cluster as the provider does: out of its global cluster first.
func (c *Cloud) remove(ctx context.Context, prior object, region string) error {
	snapshot := ""
	if !prior.yes("skip_final_snapshot") {
		if snapshot = prior.text("final_snapshot_identifier"); snapshot == "" {
			return errors.New("delete cluster: final_snapshot_identifier is required when skip_final_snapshot is false")
		}
	}
	return c.dispose(ctx, region, prior.text("global_cluster_identifier"), prior.text("cluster_identifier"), prior.text("arn"), snapshot)
}

func (c *Cloud) dispose(ctx context.Context, region, global, name, arn, snapshot string) error {
	if global != "" {
		_, err := c.options.Databases.RemoveFromGlobalCluster(ctx, global, arn)
		if err := missing(err, "DBClusterNotFoundFault", "GlobalClusterNotFoundFault"); err != nil {
			return fmt.Errorf("take cluster %s from %s: %w", name, global, err)
		}
	}
	_, err := c.options.Databases.DeleteCluster(ctx, region, name, snapshot)
	if err := missing(err, "DBClusterNotFoundFault"); err != nil {
		return fmt.Errorf("delete cluster %s: %w", name, err)
	}
	return nil
}
