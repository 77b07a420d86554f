package rds

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/paymentdr/paymentdr/internal/postgres"
)

// GlobalSpec describes a global database.
type GlobalSpec struct {
	Identifier, EngineVersion, Database  string
	StorageEncrypted, DeletionProtection bool
}

// ClusterSpec describes a cluster. Identifier is required, and MasterUsername and MasterPassword unless it is a
// secondary, which has no users of its own.
type ClusterSpec struct {
	Identifier, EngineVersion      string
	Database                       string // "" makes none
	MasterUsername, MasterPassword string
	Port                           int // default 5432
	Global                         string
	SubnetGroup, ParameterGroup    string // names
	SecurityGroups                 []string
	KMSKey, BackupWindow           string
	BackupRetentionDays            int // default 1
	StorageEncrypted               bool
	IAMAuthentication              bool
	DeletionProtection             bool
	CopyTagsToSnapshot             bool
	Tags                           map[string]string
}

// identifiers are as RDS takes them, in small letters.
var identifiers = regexp.MustCompile(`^[a-z](-?[a-z0-9]+)*$`)

func checkIdentifier(name string) error {
	if len(name) > 63 || !identifiers.MatchString(name) {
		return fault("InvalidParameterValue", "Invalid identifier %q: it must begin with a letter, contain only letters, digits "+
			"and hyphens, neither end with a hyphen nor have two in a row, and have at most 63 characters", name)
	}
	return nil
}

// CreateGlobalCluster makes a global database without members.
func (s *Service) CreateGlobalCluster(_ context.Context, spec GlobalSpec) (GlobalCluster, error) {
	spec.Identifier = strings.ToLower(spec.Identifier)
	if err := checkIdentifier(spec.Identifier); err != nil {
		return GlobalCluster{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.globals[spec.Identifier]; exists {
		return GlobalCluster{}, fault("GlobalClusterAlreadyExistsFault", "Global cluster already exists: %s", spec.Identifier)
	}
	made := &globalCluster{spec: spec, status: statusAvailable, id: "cluster-" + word(16, s.config.Account, "global", spec.Identifier)}
	s.globals[spec.Identifier] = made
	return s.globalLocked(made), nil
}

// CreateCluster makes a cluster with its server: the first one of a global database is its writer, others follow it.
// It takes no sessions before it has an instance.
func (s *Service) CreateCluster(ctx context.Context, region string, spec ClusterSpec) (Cluster, error) {
	c, rest, err := s.beginCluster(region, spec)
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

func (s *Service) beginCluster(regionName string, spec ClusterSpec) (*cluster, work, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var g *globalCluster
	if spec.Global != "" {
		var err error
		if g, err = s.globalNamedLocked(spec.Global); err != nil {
			return nil, nil, err
		}
		if g.status != statusAvailable {
			return nil, nil, invalidGlobal("Global cluster %s is %s", spec.Global, g.status)
		}
		setDefault(&spec.EngineVersion, g.spec.EngineVersion)
	}
	if g != nil && g.writer != nil {
		return s.beginSecondaryLocked(regionName, spec, g)
	}
	if g != nil {
		setDefault(&spec.Database, g.spec.Database)
	}
	if spec.MasterUsername == "" || spec.MasterPassword == "" || spec.MasterUsername == postgres.Superuser {
		return nil, nil, fault("InvalidParameterValue", "MasterUsername and MasterUserPassword are required, and %q is reserved", postgres.Superuser)
	}
	c, err := s.addClusterLocked(regionName, spec)
	if err != nil {
		return nil, nil, err
	}
	if g != nil {
		c.global, g.writer, g.members = g, c, append(g.members, c)
	}
	return c, s.finishing(c, func(ctx context.Context) (*postgres.Server, error) {
		server, err := s.startServer(ctx, c, volume{})
		if err != nil {
			return nil, err
		}
		if err := s.prepare(ctx, server, spec); err != nil {
			return nil, errors.Join(err, server.Remove())
		}
		return server, nil
	}), nil
}

func (s *Service) beginSecondaryLocked(regionName string, spec ClusterSpec, g *globalCluster) (*cluster, work, error) {
	writer := g.writer
	switch {
	case spec.MasterUsername != "" || spec.MasterPassword != "":
		return nil, nil, fault("InvalidParameterCombination", "Cannot specify user name or password for a cross-region replication cluster")
	case spec.EngineVersion != writer.spec.EngineVersion:
		return nil, nil, fault("InvalidParameterCombination", "The engine version %s differs from the primary's, %s", spec.EngineVersion, writer.spec.EngineVersion)
	case writer.status != statusAvailable || !writer.serving():
		return nil, nil, invalidCluster("Source cluster: %s is in a state which is not valid for physical replication", s.clusterARN(writer.region.name, writer.spec.Identifier))
	}
	for _, member := range g.members {
		if member.region.name == regionName {
			return nil, nil, invalidGlobal("Global cluster %s has a cluster in %s already: %s", g.spec.Identifier, regionName, member.spec.Identifier)
		}
		if member.spec.Identifier == strings.ToLower(spec.Identifier) {
			return nil, nil, fault("DBClusterAlreadyExistsFault", "Global cluster %s has a cluster %s already", g.spec.Identifier, spec.Identifier)
		}
	}
	spec.MasterUsername, spec.Database = writer.spec.MasterUsername, writer.spec.Database
	c, err := s.addClusterLocked(regionName, spec)
	if err != nil {
		return nil, nil, err
	}
	c.global, c.source, g.members = g, writer, append(g.members, c)
	return c, s.finishing(c, func(ctx context.Context) (*postgres.Server, error) { return s.startStandby(ctx, c, writer) }), nil
}

// addClusterLocked puts a new cluster into the model.
func (s *Service) addClusterLocked(regionName string, spec ClusterSpec) (*cluster, error) {
	at, err := s.regionLocked(regionName)
	if err != nil {
		return nil, err
	}
	spec.Identifier = strings.ToLower(spec.Identifier)
	if err := checkIdentifier(spec.Identifier); err != nil {
		return nil, err
	}
	if _, exists := at.clusters[spec.Identifier]; exists {
		return nil, fault("DBClusterAlreadyExistsFault", "DB Cluster already exists: %s", spec.Identifier)
	}
	if _, _, err := s.settingsLocked(at, spec); err != nil {
		return nil, err
	}
	setDefault(&spec.Port, 5432)
	setDefault(&spec.BackupRetentionDays, 1)
	c := &cluster{region: at, spec: spec, status: statusCreating, created: s.config.Now().UTC(), instances: map[string]*instance{},
		tags: copyTags(spec.Tags), id: "cluster-" + strings.ToUpper(word(26, s.config.Account, regionName, spec.Identifier))}
	at.clusters[spec.Identifier] = c
	return c, nil
}

// finishing makes a cluster available with the server that start makes, or marks it failed.
func (s *Service) finishing(c *cluster, start func(context.Context) (*postgres.Server, error)) work {
	return func(ctx context.Context) error {
		server, err := start(ctx)
		if err == nil {
			if err = s.openFront(ctx, c); err != nil {
				err = errors.Join(err, server.Remove())
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil {
			c.status = statusFailed
			return fmt.Errorf("create cluster %s: %w", c.spec.Identifier, err)
		}
		c.server, c.status = server, statusAvailable
		if c.region.down { // killed meanwhile
			return server.Kill()
		}
		return nil
	}
}

// startStandby copies the writer, which must be reachable over the link, and starts a server that follows it.
func (s *Service) startStandby(ctx context.Context, c, writer *cluster) (*postgres.Server, error) {
	if err := s.reachable(ctx, c.region.name, writer, startTimeout); err != nil {
		return nil, err
	}
	s.mu.Lock()
	source, folder := writer.server, s.nextFolderLocked()
	s.mu.Unlock()
	link, err := s.linkTo(c.region.name, writer, source, c.spec.Identifier)
	if err != nil {
		return nil, err
	}
	if err := source.BaseBackup(ctx, folder); err != nil {
		return nil, err
	}
	server, err := s.startServer(ctx, c, volume{data: folder, take: true, standby: &postgres.Standby{Primary: link}})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return server, nil
}
