package resources

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
	"github.com/paymentdr/paymentdr/internal/localcloud/rds"
	"github.com/paymentdr/paymentdr/internal/localcloud/resources/topology"
)

// Databases is RDS in all Regions.
type Databases interface {
	CreateParameterGroup(ctx context.Context, region, name, family string, settings map[string]string) error
	CreateGlobalCluster(ctx context.Context, spec rds.GlobalSpec) (rds.GlobalCluster, error)
	DeleteGlobalCluster(ctx context.Context, name string) (rds.GlobalCluster, error)
	RemoveFromGlobalCluster(ctx context.Context, global, arn string) (rds.GlobalCluster, error)
	CreateCluster(ctx context.Context, region string, spec rds.ClusterSpec) (rds.Cluster, error)
	ModifyCluster(ctx context.Context, region, name string, changes rds.Changes) (rds.Cluster, error)
	DeleteCluster(ctx context.Context, region, name, finalSnapshot string) (rds.Cluster, error)
	CreateInstance(ctx context.Context, region string, spec rds.InstanceSpec) (rds.Instance, error)
	DeleteInstance(ctx context.Context, region, name string) (rds.Instance, error)
	AddTags(ctx context.Context, region, arn string, tags map[string]string) error
}

// globalCluster handles aws_rds_global_cluster.
func (c *Cloud) globalCluster() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if err := refuse(full.object, "source_db_cluster_identifier"); err != nil {
				return full, err
			}
			if r.Prior != cty.NilVal {
				return full, unchangeable(r, full, "engine_version", "deletion_protection")
			}
			made, err := c.options.Databases.CreateGlobalCluster(ctx, rds.GlobalSpec{Identifier: full.text("global_cluster_identifier"),
				EngineVersion: full.text("engine_version"), Database: full.text("database_name"),
				StorageEncrypted: full.yes("storage_encrypted"), DeletionProtection: full.yes("deletion_protection")})
			if err != nil {
				return full, fmt.Errorf("create global cluster: %w", err)
			}
			return full.with(map[string]cty.Value{
				"endpoint": cty.StringVal(made.Endpoint), "global_cluster_resource_id": cty.StringVal(made.GlobalClusterResourceId),
				"arn": cty.StringVal(made.GlobalClusterArn), "engine_version_actual": cty.StringVal(made.EngineVersion),
			}), nil
		},
		delete: func(ctx context.Context, prior object, _ apply.Resource) error {
			_, err := c.options.Databases.DeleteGlobalCluster(ctx, prior.text("global_cluster_identifier"))
			return missing(err, "GlobalClusterNotFoundFault")
		},
	}
}

// clusterParameters handles aws_rds_cluster_parameter_group. Clusters read it when they are created.
func (c *Cloud) clusterParameters() handler {
	return handler{cloud: c, put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
		if r.Prior != cty.NilVal {
			if err := unchangeable(r, full, "parameter"); err != nil {
				return full, err
			}
		}
		settings := map[string]string{}
		for _, parameter := range full.blocks("parameter") {
			settings[parameter.text("name")] = parameter.text("value")
		}
		if err := c.options.Databases.CreateParameterGroup(ctx, r.Region, full.text("name"), full.text("family"), settings); err != nil {
			return full, fmt.Errorf("create parameter group: %w", err)
		}
		return full, nil
	}}
}

// instanceParameters handles aws_db_parameter_group, which may hold nothing: all instances of a cluster are one server here.
func (c *Cloud) instanceParameters() handler {
	return handler{cloud: c, put: func(_ context.Context, full attributes, _ apply.Resource) (attributes, error) {
		if full.set("parameter") {
			return full, errors.New("parameters of instances are not modelled here; those of the cluster's group are (aws_rds_cluster_parameter_group)")
		}
		return full, nil
	}}
}

// subnetGroup handles aws_db_subnet_group: where a cluster's instances may be.
func (c *Cloud) subnetGroup() handler {
	return c.facts(func(full attributes, r apply.Resource) ([]topology.Fact, error) {
		return []topology.Fact{topology.SubnetGroup{Region: r.Region, Name: full.text("name"), Subnets: full.texts("subnet_ids")}}, nil
	})
}

// instance handles aws_rds_cluster_instance.
func (c *Cloud) instance() handler {
	return handler{cloud: c,
		put: func(ctx context.Context, full attributes, r apply.Resource) (attributes, error) {
			if r.Prior != cty.NilVal {
				prior := object{r.Prior}
				if err := unchangeable(r, full, "instance_class", "promotion_tier", "engine_version", "publicly_accessible"); err != nil {
					return full, err
				}
				if len(changed(prior, full.object, "tags_all")) > 0 {
					if err := c.options.Databases.AddTags(ctx, r.Region, prior.text("arn"), full.table("tags_all")); err != nil {
						return full, fmt.Errorf("tag instance: %w", err)
					}
				}
				return full, nil
			}
			made, err := c.options.Databases.CreateInstance(ctx, r.Region, rds.InstanceSpec{Identifier: full.text("identifier"),
				Cluster: full.text("cluster_identifier"), Class: full.text("instance_class"), PromotionTier: full.number("promotion_tier"), Tags: full.table("tags_all")})
			if err != nil {
				return full, fmt.Errorf("create instance: %w", err)
			}
			known := map[string]cty.Value{"arn": cty.StringVal(made.DBInstanceArn), "dbi_resource_id": cty.StringVal(made.DbiResourceId)}
			if made.Endpoint != nil {
				known["endpoint"] = cty.StringVal(made.Endpoint.Address)
			}
			return full.with(known), nil
		},
		delete: func(ctx context.Context, prior object, r apply.Resource) error {
			_, err := c.options.Databases.DeleteInstance(ctx, r.Region, prior.text("identifier"))
			return missing(err, "DBInstanceNotFound")
		},
	}
}

// missing makes no error of one that says that something is gone already.
func missing(err error, codes ...string) error {
	var fault *rds.Fault
	if errors.As(err, &fault) && slices.Contains(codes, fault.Code) {
		return nil
	}
	return err
}
