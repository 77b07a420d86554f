package secretsmanager

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

type tag struct{ Key, Value string }

type replicaRegion struct{ Region, KmsKeyId string }

type createInput struct {
	Name, Description, KmsKeyId, ClientRequestToken string
	SecretString                                    *string
	SecretBinary                                    []byte
	Tags                                            []tag
	AddReplicaRegions                               []replicaRegion
	ForceOverwriteReplicaSecret                     bool
	Type                                            *string
}

type createOutput struct {
	ARN, Name         string
	VersionId         string          `json:",omitempty"`
	ReplicationStatus []replicaStatus `json:",omitempty"`
}

func (s *Service) createSecret(_ context.Context, in *createInput) (any, error) {
	value, err := readValue(in.SecretString, in.SecretBinary, false)
	if err != nil {
		return nil, err
	}
	next := &record{Name: in.Name, Description: in.Description, KMSKeyID: in.KmsKeyId, Tags: map[string]string{}, Replicas: map[string]replica{}}
	switch err := checkName(in.Name); {
	case err != nil:
		return nil, err
	case in.Type != nil:
		return nil, invalid("Type is not modelled: the local Secrets Manager has no managed external secrets.")
	case !value.Empty() || in.ClientRequestToken != "":
		if err := checkToken(in.ClientRequestToken, CodeRequest); err != nil {
			return nil, err
		}
	}
	if err := checkDescription(in.Description); err != nil {
		return nil, err
	}
	if err := addTags(next, in.Tags); err != nil {
		return nil, err
	}
	if err := s.addReplicas(next, in.AddReplicaRegions, in.ForceOverwriteReplicaSecret); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	made, err := s.createLocked(next, value, in.ClientRequestToken)
	if err != nil {
		return nil, err
	}
	out := createOutput{ARN: made.ARN, Name: made.Name, ReplicationStatus: made.replicationStatus()}
	if !value.Empty() {
		out.VersionId = in.ClientRequestToken
	}
	return out, nil
}

// createLocked makes a secret, or returns the one that the same request made before.
func (s *Service) createLocked(next *record, value versions.Value, token string) (*record, error) {
	if existing := s.namedLocked(next.Name); existing != nil {
		version := existing.Versions.Find(token)
		switch {
		case !existing.Deleted.IsZero():
			return nil, wrongState("You can't create this secret because a secret with this name is already scheduled for deletion.")
		case version != nil && !value.Empty() && version.Value.Equal(value):
			return existing, nil
		}
		return nil, awserror.Refuse(CodeExists, "The operation failed because the secret %s already exists.", next.Name)
	}
	next.ARN, next.Created = s.newARN(next.Name), s.now()
	if !value.Empty() {
		next.Versions = versions.Set{{ID: token, Created: next.Created, KMSKeyID: next.KMSKeyID, Value: value}}
		next.Versions.Attach(versions.Current, token)
	}
	return next, s.commitLocked(next)
}
