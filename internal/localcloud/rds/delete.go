package rds

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
)

// DeleteCluster removes a cluster that has no instances; its automated snapshots go with it. finalSnapshot "" takes none.
func (s *Service) DeleteCluster(ctx context.Context, region, name, finalSnapshot string) (Cluster, error) {
	view, rest, err := s.beginDelete(region, name, finalSnapshot)
	if err != nil {
		return Cluster{}, err
	}
	return view, rest(ctx)
}

func (s *Service) beginDelete(regionName, name, finalSnapshot string) (Cluster, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.clusterInLocked(regionName, name)
	if err != nil {
		return Cluster{}, nil, err
	}
	switch {
	case c.spec.DeletionProtection:
		return Cluster{}, nil, fault("InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection and try again.")
	case c.status != statusAvailable && c.status != statusFailed:
		return Cluster{}, nil, invalidCluster("DB cluster %s is %s", c.spec.Identifier, c.status)
	case len(c.instances) > 0:
		return Cluster{}, nil, invalidCluster("Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
	case c.global != nil:
		return Cluster{}, nil, invalidCluster("This cluster is a part of a global cluster, please remove it from globalcluster first")
	}
	final := func(context.Context) error { return nil }
	if finalSnapshot != "" {
		if _, exists := c.region.snapshots[finalSnapshot]; exists {
			return Cluster{}, nil, fault("DBClusterSnapshotAlreadyExistsFault", "Snapshot %s already exists", finalSnapshot)
		}
		if c.server != nil {
			made := s.addSnapshotLocked(c, finalSnapshot, snapshotManual, s.nextFolderLocked(), statusCreating)
			server := c.server
			final = func(ctx context.Context) error {
				err := server.BaseBackup(ctx, made.folder)
				s.mu.Lock()
				defer s.mu.Unlock()
				if err != nil {
					made.status = statusFailed
					return err
				}
				made.status = statusAvailable
				return nil
			}
		}
	}
	c.status = statusDeleting
	view := s.clusterLocked(c)
	return view, func(ctx context.Context) error {
		if err := final(ctx); err != nil {
			s.mu.Lock()
			c.status = statusAvailable
			s.mu.Unlock()
			return fmt.Errorf("delete cluster %s: final snapshot: %w", name, err)
		}
		return s.removeCluster(c)
	}, nil
}

// removeCluster ends a cluster and forgets it.
func (s *Service) removeCluster(c *cluster) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	failures := []error{s.discardLocked(c)}
	if c.server != nil {
		failures = append(failures, c.server.Remove())
	}
	for _, name := range sortedKeys(c.region.snapshots) {
		if one := c.region.snapshots[name]; one.of.Identifier == c.spec.Identifier && one.kind == snapshotAutomated {
			failures = append(failures, c.region.dropSnapshotLocked(one))
		}
	}
	delete(c.region.clusters, c.spec.Identifier)
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("delete cluster %s: %w", c.spec.Identifier, err)
	}
	return nil
}

// RemoveFromGlobalCluster detaches a cluster, named by its ARN: a secondary is promoted to a cluster of its own on what
// it has received. The writer can go only last.
func (s *Service) RemoveFromGlobalCluster(ctx context.Context, global, arn string) (GlobalCluster, error) {
	s.mu.Lock()
	g, err := s.globalNamedLocked(global)
	if err != nil {
		s.mu.Unlock()
		return GlobalCluster{}, err
	}
	c := s.memberLocked(g, arn)
	switch {
	case c == nil:
		err = clusterMissing(arn)
	case g.status != statusAvailable || c.status == statusCreating:
		err = invalidGlobal("Global cluster %s is %s", global, g.status)
	case c == g.writer && len(g.members) > 1:
		err = invalidGlobal("Cluster %s is the primary of %s and has secondaries", c.spec.Identifier, global)
	}
	if err != nil {
		s.mu.Unlock()
		return GlobalCluster{}, err
	}
	promote := c != g.writer && c.server != nil && !c.deposed
	server := c.server
	if promote {
		c.status = statusPromoting
	}
	s.mu.Unlock()
	if promote && server.Running() {
		err = server.Promote(ctx)
	} else if promote {
		err = server.Unfollow()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if promote {
		c.status = statusAvailable
	}
	if err != nil {
		return GlobalCluster{}, fmt.Errorf("remove cluster %s from %s: %w", c.spec.Identifier, global, err)
	}
	if c == g.writer {
		s.config.Register(s.globalName(g.spec.Identifier), netip.AddrPort{})
		g.writer = nil
	}
	g.members = slices.DeleteFunc(g.members, func(member *cluster) bool { return member == c })
	if c.deposed {
		c.status = statusAvailable
	}
	c.global, c.source, c.deposed, c.lag = nil, nil, false, 0
	return s.globalLocked(g), nil
}

// DeleteGlobalCluster removes a global database without members.
func (s *Service) DeleteGlobalCluster(_ context.Context, name string) (GlobalCluster, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.globalNamedLocked(name)
	if err != nil {
		return GlobalCluster{}, err
	}
	switch {
	case g.spec.DeletionProtection:
		return GlobalCluster{}, fault("InvalidParameterCombination", "Cannot delete protected global cluster %s", name)
	case len(g.members) > 0:
		return GlobalCluster{}, invalidGlobal("Global Cluster %s is not empty", name)
	}
	delete(s.globals, g.spec.Identifier)
	return s.globalLocked(g), nil
}

// memberLocked finds a member by its ARN, nil when there is none.
func (s *Service) memberLocked(g *globalCluster, arn string) *cluster {
	for _, member := range g.members {
		if s.clusterARN(member.region.name, member.spec.Identifier) == arn {
			return member
		}
	}
	return nil
}

// Changes are what ModifyCluster changes; nil leaves as it is.
type Changes struct {
	DeletionProtection  *bool
	BackupRetentionDays *int
	MasterPassword      *string // of a writer or a cluster of its own
}

// ModifyCluster changes a cluster at once.
func (s *Service) ModifyCluster(ctx context.Context, region, name string, changes Changes) (Cluster, error) {
	s.mu.Lock()
	c, err := s.clusterInLocked(region, name)
	if err == nil && c.status != statusAvailable {
		err = invalidCluster("DB cluster %s is %s", name, c.status)
	}
	if err == nil && changes.MasterPassword != nil && c.source != nil {
		err = invalidCluster("DB cluster %s is a secondary and has no password of its own", name)
	}
	if err != nil {
		s.mu.Unlock()
		return Cluster{}, err
	}
	server, master := c.server, c.spec.MasterUsername
	s.mu.Unlock()
	if changes.MasterPassword != nil {
		if err := setPassword(ctx, server, master, *changes.MasterPassword); err != nil {
			return Cluster{}, fmt.Errorf("modify cluster %s: %w", name, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if changes.DeletionProtection != nil {
		c.spec.DeletionProtection = *changes.DeletionProtection
	}
	if changes.BackupRetentionDays != nil {
		c.spec.BackupRetentionDays = *changes.BackupRetentionDays
	}
	return s.clusterLocked(c), nil
}
