package rds

import (
	"context"
	"net/netip"
	"strings"
)

// InstanceSpec describes a member of a cluster.
type InstanceSpec struct {
	Identifier, Cluster, Class string
	PromotionTier              int
	Tags                       map[string]string
}

// CreateInstance gives a cluster a member. The first makes the cluster's server take sessions; all are that one server.
func (s *Service) CreateInstance(_ context.Context, region string, spec InstanceSpec) (Instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	spec.Identifier = strings.ToLower(spec.Identifier)
	if err := checkIdentifier(spec.Identifier); err != nil {
		return Instance{}, err
	}
	c, err := s.clusterInLocked(region, spec.Cluster)
	if err != nil {
		return Instance{}, err
	}
	if _, err := s.instanceInLocked(region, spec.Identifier); err == nil {
		return Instance{}, fault("DBInstanceAlreadyExists", "DB instance already exists: %s", spec.Identifier)
	}
	if c.status != statusAvailable {
		return Instance{}, invalidCluster("DB cluster %s is %s, an instance needs it to be available", c.spec.Identifier, c.status)
	}
	made := &instance{spec: spec, cluster: c, status: statusAvailable, created: s.config.Now().UTC(), tags: copyTags(spec.Tags)}
	c.instances[spec.Identifier] = made
	s.registerLocked(c)
	return s.instanceLocked(made), nil
}

// DeleteInstance removes a member. A cluster without members takes no sessions and keeps its data.
func (s *Service) DeleteInstance(_ context.Context, region, name string) (Instance, error) {
	s.mu.Lock()
	found, err := s.instanceInLocked(region, name)
	if err != nil {
		s.mu.Unlock()
		return Instance{}, err
	}
	c := found.cluster
	found.status = statusDeleting
	view := s.instanceLocked(found)
	delete(c.instances, found.spec.Identifier)
	s.config.Register(s.instanceName(region, found.spec.Identifier), netip.AddrPort{})
	last, front := len(c.instances) == 0, c.front
	s.mu.Unlock()
	if last && front != nil {
		front.Drop()
	}
	return view, nil
}
