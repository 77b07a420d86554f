package rds

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const engine = "aurora-postgresql"

// Service is RDS in all Regions. It is safe for concurrent use.
type Service struct {
	config Config
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu      sync.Mutex
	regions map[string]*region
	globals map[string]*globalCluster
	folders int // made so far
	closed  bool
}

// work is the slow part of an operation whose beginning has been answered.
type work func(ctx context.Context) error

// New starts a service without clusters. Close ends it.
func New(ctx context.Context, config Config) (*Service, error) {
	config, err := config.withDefaults(ctx)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(config.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make rds folder: %w", err)
	}
	s := &Service{config: config, regions: map[string]*region{}, globals: map[string]*globalCluster{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for name, address := range config.Regions {
		s.regions[name] = &region{name: name, address: address, clusters: map[string]*cluster{},
			snapshots: map[string]*snapshot{}, parameters: map[string]*parameterGroup{}}
	}
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		s.observe()
	}()
	return s, nil
}

// Close ends all operations, kills all servers and removes all folders and names. It is safe to call twice.
func (s *Service) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	s.wait.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*cluster
	for _, at := range s.regions {
		all = slices.AppendSeq(all, maps.Values(at.clusters))
	}
	var failures []error
	for _, c := range all {
		failures = append(failures, s.discardLocked(c))
	}
	for number := 1; number <= s.folders; number++ {
		failures = append(failures, os.RemoveAll(s.folder(number)))
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("close rds: %w", err)
	}
	return nil
}

// discardLocked ends a cluster's endpoint and server and withdraws its names; its folders stay.
func (s *Service) discardLocked(c *cluster) error {
	for _, name := range s.namesLocked(c) {
		s.config.Register(name, netip.AddrPort{})
	}
	var failures []error
	if c.server != nil {
		failures = append(failures, c.server.Kill())
	}
	if c.front != nil {
		front := c.front
		c.front = nil
		// Sessions that log in ask this service, and so need the lock.
		s.mu.Unlock()
		failures = append(failures, front.Close())
		s.mu.Lock()
	}
	return errors.Join(failures...)
}

// background carries out the rest of an operation that a request began.
func (s *Service) background(name string, rest work) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.wait.Add(1)
	go func() {
		defer s.wait.Done()
		if err := rest(s.ctx); err != nil && s.ctx.Err() == nil {
			s.config.Logger.Error("rds operation failed", "operation", name, "error", err)
		}
	}()
}

// nextFolderLocked names a new folder; short, because of the sockets in it.
func (s *Service) nextFolderLocked() string {
	s.folders++
	return s.folder(s.folders)
}

func (s *Service) folder(number int) string { return filepath.Join(s.config.Dir, strconv.Itoa(number)) }

func (s *Service) regionLocked(name string) (*region, error) {
	at, ok := s.regions[name]
	if !ok {
		return nil, fmt.Errorf("find region %q: only %q are here", name, sortedKeys(s.regions))
	}
	return at, nil
}

// clusterInLocked finds a cluster of a Region by its identifier or ARN.
func (s *Service) clusterInLocked(regionName, name string) (*cluster, error) {
	at, err := s.regionLocked(regionName)
	if err != nil {
		return nil, err
	}
	id := strings.ToLower(name)
	if strings.HasPrefix(id, "arn:") {
		id = strings.TrimPrefix(id, s.clusterARN(regionName, ""))
	}
	c, ok := at.clusters[id]
	if !ok {
		return nil, clusterMissing(name)
	}
	return c, nil
}

func (s *Service) globalNamedLocked(name string) (*globalCluster, error) {
	g, ok := s.globals[strings.ToLower(name)]
	if !ok {
		return nil, globalMissing(name)
	}
	return g, nil
}

// instanceInLocked finds an instance of a Region.
func (s *Service) instanceInLocked(regionName, name string) (*instance, error) {
	at, err := s.regionLocked(regionName)
	if err != nil {
		return nil, err
	}
	for _, c := range at.clusters {
		if found, ok := c.instances[strings.ToLower(name)]; ok {
			return found, nil
		}
	}
	return nil, instanceMissing(name)
}
