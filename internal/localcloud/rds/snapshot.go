package rds

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Kinds of snapshots.
const (
	snapshotManual    = "manual"
	snapshotAutomated = "automated"
)

// CreateSnapshot copies a cluster's volume under a name.
func (s *Service) CreateSnapshot(ctx context.Context, region, name, cluster string, tags map[string]string) (Snapshot, error) {
	if strings.Contains(name, ":") {
		return Snapshot{}, fault("InvalidParameterValue", "Invalid snapshot identifier %q: a colon is for automated ones", name)
	}
	return s.snapshotNow(ctx, region, name, cluster, snapshotManual, tags)
}

// CreateAutomatedSnapshot is the daily snapshot, taken when the caller's schedule says so.
func (s *Service) CreateAutomatedSnapshot(ctx context.Context, region, cluster string) (Snapshot, error) {
	name := fmt.Sprintf("rds:%s-%s", strings.ToLower(cluster), s.config.Now().UTC().Format("2006-01-02-15-04"))
	return s.snapshotNow(ctx, region, name, cluster, snapshotAutomated, nil)
}

func (s *Service) snapshotNow(ctx context.Context, region, name, cluster, kind string, tags map[string]string) (Snapshot, error) {
	made, rest, err := s.beginSnapshot(region, name, cluster, kind, tags)
	if err != nil {
		return Snapshot{}, err
	}
	if err := rest(ctx); err != nil {
		return Snapshot{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return snapshotView(made), nil
}

func (s *Service) beginSnapshot(regionName, name, clusterName, kind string, tags map[string]string) (*snapshot, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.clusterInLocked(regionName, clusterName)
	if err != nil {
		return nil, nil, err
	}
	name = strings.ToLower(name)
	if _, exists := c.region.snapshots[name]; exists || name == "" {
		return nil, nil, fault("DBClusterSnapshotAlreadyExistsFault", "Cannot create the snapshot because one with the identifier %q already exists", name)
	}
	if c.status != statusAvailable || c.server == nil {
		return nil, nil, invalidCluster("DB cluster %s is %s, a snapshot needs it to be available", c.spec.Identifier, c.status)
	}
	made := s.addSnapshotLocked(c, name, kind, s.nextFolderLocked(), statusCreating)
	if c.spec.CopyTagsToSnapshot {
		made.tags = copyTags(c.tags)
	}
	for key, value := range tags {
		made.tags[key] = value
	}
	server := c.server
	return made, func(ctx context.Context) error {
		err := server.BaseBackup(ctx, made.folder)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil {
			made.status = statusFailed
			return fmt.Errorf("create snapshot %s: %w", name, err)
		}
		made.status = statusAvailable
		return nil
	}, nil
}

func (s *Service) addSnapshotLocked(c *cluster, name, kind, folder, status string) *snapshot {
	made := &snapshot{id: name, kind: kind, status: status, folder: folder, created: s.config.Now().UTC(), of: c.spec,
		arn: s.snapshotARN(c.region.name, name), tags: map[string]string{}}
	c.region.snapshots[name] = made
	return made
}

// DeleteSnapshot removes a snapshot; automated ones go with their cluster only.
func (s *Service) DeleteSnapshot(_ context.Context, regionName, name string) (Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, err := s.regionLocked(regionName)
	if err != nil {
		return Snapshot{}, err
	}
	found, err := at.snapshotLocked(name)
	if err != nil {
		return Snapshot{}, err
	}
	if found.kind != snapshotManual || found.status == statusCreating {
		return Snapshot{}, fault("InvalidDBClusterSnapshotStateFault", "Snapshot %s is %s and %s; only finished manual ones can be deleted",
			found.id, found.kind, found.status)
	}
	return snapshotView(found), at.dropSnapshotLocked(found)
}

func (r *region) snapshotLocked(name string) (*snapshot, error) {
	id := strings.ToLower(name)
	if _, after, ok := strings.Cut(id, ":cluster-snapshot:"); ok {
		id = after
	}
	found, ok := r.snapshots[id]
	if !ok {
		return nil, notFound("DBClusterSnapshotNotFoundFault", "DBClusterSnapshot not found: %s", name)
	}
	return found, nil
}

// dropSnapshotLocked removes a snapshot's files and its folder's server folder, if it is an old volume.
func (r *region) dropSnapshotLocked(found *snapshot) error {
	delete(r.snapshots, found.id)
	folder := found.folder
	if filepath.Base(folder) == "data" { // an old volume: the rest of its server's folder goes, too
		folder = filepath.Dir(folder)
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("delete snapshot %s: %w", found.id, err)
	}
	return nil
}
