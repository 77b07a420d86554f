package rds

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// word makes a fixed word of up to 32 letters and digits from parts; the same parts give the same names in every run.
func word(length int, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "/")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))[:length]
}

func (s *Service) clusterARN(region, name string) string {
	return fmt.Sprintf("arn:aws:rds:%s:%s:cluster:%s", region, s.config.Account, name)
}

func (s *Service) instanceARN(region, name string) string {
	return fmt.Sprintf("arn:aws:rds:%s:%s:db:%s", region, s.config.Account, name)
}

func (s *Service) snapshotARN(region, name string) string {
	return fmt.Sprintf("arn:aws:rds:%s:%s:cluster-snapshot:%s", region, s.config.Account, name)
}

func (s *Service) globalARN(name string) string {
	return fmt.Sprintf("arn:aws:rds::%s:global-cluster:%s", s.config.Account, name)
}

// endpointName is the name of a cluster's endpoint; kind is "cluster" or "cluster-ro".
func (s *Service) endpointName(kind, region, name string) string {
	return fmt.Sprintf("%s.%s-%s.%s.rds.amazonaws.com", name, kind, word(12, s.config.Account, region), region)
}

func (s *Service) instanceName(region, name string) string {
	return fmt.Sprintf("%s.%s.%s.rds.amazonaws.com", name, word(12, s.config.Account, region), region)
}

func (s *Service) globalName(name string) string {
	return fmt.Sprintf("%s.global-%s.global.rds.amazonaws.com", name, word(12, s.config.Account, "global"))
}

// namesLocked are all names that lead to a cluster. Only the writer has the global one.
func (s *Service) namesLocked(c *cluster) []string {
	names := []string{
		s.endpointName("cluster", c.region.name, c.spec.Identifier),
		s.endpointName("cluster-ro", c.region.name, c.spec.Identifier),
	}
	for _, member := range c.sortedInstances() {
		names = append(names, s.instanceName(c.region.name, member.spec.Identifier))
	}
	if c.global != nil && c.global.writer == c {
		names = append(names, s.globalName(c.global.spec.Identifier))
	}
	return names
}

// hostsLocked are the names with the port, as a token has them.
func (s *Service) hostsLocked(c *cluster) []string {
	hosts := s.namesLocked(c)
	for i, name := range hosts {
		hosts[i] = net.JoinHostPort(strings.ToLower(name), strconv.Itoa(int(c.address.Port())))
	}
	return hosts
}

// registerLocked tells where a cluster's names lead.
func (s *Service) registerLocked(c *cluster) {
	for _, name := range s.namesLocked(c) {
		s.config.Register(name, c.address)
	}
}
