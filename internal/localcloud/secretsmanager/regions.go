package secretsmanager

import (
	"context"
	"regexp"
	"strings"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
)

var regionPattern = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// addReplicas adds Regions to a secret's replicas.
func (s *Service) addReplicas(r *record, regions []replicaRegion, force bool) error {
	for _, one := range regions {
		switch existing, ok := r.Replicas[one.Region]; {
		case !regionPattern.MatchString(one.Region):
			return invalid("Invalid replica region: %q", one.Region)
		case one.Region == s.options.Region:
			return invalid("Invalid replica region: %s is the primary secret's.", one.Region)
		case s.options.Replicate == nil:
			return invalid("Invalid replica region: the local Secrets Manager of %s has no link to %s.", s.options.Region, one.Region)
		case ok && !existing.Removed && existing.Refused == "":
			return invalid("Secret is already replicated to region %s", one.Region)
		}
		r.Replicas[one.Region] = replica{KMSKeyID: one.KmsKeyId, Force: force}
	}
	return nil
}

type regionsInput struct {
	SecretId                    string
	AddReplicaRegions           []replicaRegion
	RemoveReplicaRegions        []string
	ForceOverwriteReplicaSecret bool
}

type regionsOutput struct {
	ARN               string
	ReplicationStatus []replicaStatus `json:",omitempty"`
}

func (s *Service) replicateSecretToRegions(_ context.Context, in *regionsInput) (any, error) {
	if len(in.AddReplicaRegions) == 0 {
		return nil, awsjson.Constraint(nil, "addReplicaRegions", "Member must not be null")
	}
	return s.changeRegions(in.SecretId, func(next *record) error {
		return s.addReplicas(next, in.AddReplicaRegions, in.ForceOverwriteReplicaSecret)
	})
}

func (s *Service) removeRegionsFromReplication(_ context.Context, in *regionsInput) (any, error) {
	if len(in.RemoveReplicaRegions) == 0 {
		return nil, awsjson.Constraint(nil, "removeReplicaRegions", "Member must not be null")
	}
	return s.changeRegions(in.SecretId, func(next *record) error { return next.removeReplicas(in.RemoveReplicaRegions) })
}

func (s *Service) changeRegions(id string, what func(*record) error) (any, error) {
	changed, err := s.change(id, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		return what(next)
	})
	if err != nil {
		return nil, err
	}
	return regionsOutput{changed.ARN, changed.replicationStatus()}, nil
}

// removeReplicas marks replicas; they are forgotten when they are gone.
func (r *record) removeReplicas(regions []string) error {
	for _, region := range regions {
		one, ok := r.Replicas[region]
		if !ok || one.Removed {
			return invalid("Invalid replica region: the secret is not replicated to %s. Its replica regions are [%s].", region, strings.Join(r.replicaRegions(), ", "))
		}
		if one.Refused != "" && !one.Established {
			delete(r.Replicas, region) // what is there is not ours
			continue
		}
		one.Removed, one.Refused = true, ""
		r.Replicas[region] = one
	}
	return nil
}

// stopReplicationToReplica makes a replica a secret of its own. Its primary learns of it when it next sends something.
func (s *Service) stopReplicationToReplica(_ context.Context, in *idInput) (any, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(in.SecretId)
	if err != nil {
		return nil, err
	}
	if !found.isReplica() {
		return nil, wrongState("The secret %s is not a replica secret.", found.ARN)
	}
	next := found.clone()
	next.Primary, next.Rotation, next.OwnKey = "", rotation{}, false
	if err := s.commitLocked(next); err != nil {
		return nil, err
	}
	return map[string]string{"ARN": next.ARN}, nil
}
