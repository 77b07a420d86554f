package rds

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// RestoreSpec describes the cluster that a restore makes. The rest comes from what is restored.
type RestoreSpec struct {
	Identifier                  string
	SubnetGroup, ParameterGroup string
	SecurityGroups              []string
	Port                        int
	DeletionProtection          bool
	CopyTagsToSnapshot          bool
	IAMAuthentication           bool
	Tags                        map[string]string
}

func (r RestoreSpec) over(spec ClusterSpec) ClusterSpec {
	spec.Identifier, spec.Global, spec.MasterPassword = r.Identifier, "", ""
	spec.SubnetGroup, spec.SecurityGroups, spec.Tags = r.SubnetGroup, r.SecurityGroups, r.Tags
	spec.DeletionProtection, spec.CopyTagsToSnapshot, spec.IAMAuthentication = r.DeletionProtection, r.CopyTagsToSnapshot, r.IAMAuthentication
	spec.ParameterGroup = r.ParameterGroup
	if r.Port != 0 {
		spec.Port = r.Port
	}
	return spec
}

// RestoreFromSnapshot makes a cluster of its own from a snapshot of the same Region. It has no instance yet.
func (s *Service) RestoreFromSnapshot(ctx context.Context, region, snapshot string, spec RestoreSpec) (Cluster, error) {
	c, rest, err := s.beginRestoreSnapshot(region, snapshot, spec)
	return s.restored(ctx, c, rest, err)
}

// RestoreToLatest makes a cluster of its own from what another one's volume holds now. It has no instance yet.
func (s *Service) RestoreToLatest(ctx context.Context, region, source string, spec RestoreSpec) (Cluster, error) {
	c, rest, err := s.beginRestoreLatest(region, source, spec)
	return s.restored(ctx, c, rest, err)
}

func (s *Service) restored(ctx context.Context, c *cluster, rest work, err error) (Cluster, error) {
	if err != nil {
		return Cluster{}, err
	}
	if err := rest(ctx); err != nil {
		return Cluster{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clusterLocked(c), nil
}

func (s *Service) beginRestoreSnapshot(regionName, name string, spec RestoreSpec) (*cluster, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.regionLocked(regionName)
	if err != nil {
		return nil, nil, err
	}
	from, err := at.snapshotLocked(name)
	if err != nil {
		return nil, nil, err
	}
	if from.status != statusAvailable {
		return nil, nil, fault("InvalidDBClusterSnapshotStateFault", "Snapshot %s is %s", from.id, from.status)
	}
	c, err := s.addClusterLocked(regionName, spec.over(from.of))
	if err != nil {
		return nil, nil, err
	}
	return c, s.finishing(c, func(ctx context.Context) (*postgres.Server, error) {
		return s.startServer(ctx, c, volume{data: from.folder})
	}), nil
}

func (s *Service) beginRestoreLatest(regionName, source string, spec RestoreSpec) (*cluster, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, err := s.clusterInLocked(regionName, source)
	if err != nil {
		return nil, nil, err
	}
	if from.status != statusAvailable || from.server == nil {
		return nil, nil, invalidCluster("DB cluster %s is %s, a restore needs it to be available", from.spec.Identifier, from.status)
	}
	c, err := s.addClusterLocked(regionName, spec.over(from.spec))
	if err != nil {
		return nil, nil, err
	}
	server, folder := from.server, s.nextFolderLocked()
	return c, s.finishing(c, func(ctx context.Context) (*postgres.Server, error) {
		if err := server.BaseBackup(ctx, folder); err != nil {
			return nil, err
		}
		restored, err := s.startServer(ctx, c, volume{data: folder, take: true})
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(folder))
		}
		return restored, nil
	}), nil
}

// AddTags adds tags to a cluster, instance, snapshot or fails with the kind's own error.
func (s *Service) AddTags(_ context.Context, region, arn string, tags map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.tagsLocked(region, arn)
	if err != nil {
		return err
	}
	for key, value := range tags {
		found[key] = value
	}
	return nil
}

// tagsLocked are the tags of whatever has the ARN, to read and to change.
func (s *Service) tagsLocked(regionName, arn string) (map[string]string, error) {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) != 7 || parts[2] != "rds" || parts[3] != regionName || parts[4] != s.config.Account {
		return nil, fault("InvalidParameterValue", "Invalid resource name: %s", arn)
	}
	switch parts[5] {
	case "cluster":
		c, err := s.clusterInLocked(regionName, parts[6])
		if err != nil {
			return nil, err
		}
		return c.tags, nil
	case "db":
		i, err := s.instanceInLocked(regionName, parts[6])
		if err != nil {
			return nil, err
		}
		return i.tags, nil
	case "cluster-snapshot":
		found, err := s.regions[regionName].snapshotLocked(parts[6])
		if err != nil {
			return nil, err
		}
		return found.tags, nil
	}
	return nil, notModelled("tags of %s", parts[5])
}
