package secretsmanager

import (
	"context"
	"net/http"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
)

// Handler is the Secrets Manager API of the Region. Signatures are accepted unread; every caller counts as an identity of
// the account that may do all of this.
func (s *Service) Handler() http.Handler {
	return &awsjson.Handler{Service: "Secrets Manager", Target: "secretsmanager.", MessageField: "Message", Logger: s.options.Logger,
		Operations: map[string]awsjson.Operation{
			"BatchGetSecretValue":          awsjson.Typed(s.batchGetSecretValue),
			"CancelRotateSecret":           awsjson.Typed(s.cancelRotateSecret),
			"CreateSecret":                 awsjson.Typed(s.createSecret),
			"DeleteSecret":                 awsjson.Typed(s.deleteSecret),
			"DescribeSecret":               awsjson.Typed(s.describeSecret),
			"GetRandomPassword":            awsjson.Typed(s.getRandomPassword),
			"GetResourcePolicy":            awsjson.Typed(s.getResourcePolicy),
			"GetSecretValue":               awsjson.Typed(s.getSecretValue),
			"ListSecretVersionIds":         awsjson.Typed(s.listSecretVersionIDs),
			"ListSecrets":                  awsjson.Typed(s.listSecrets),
			"PutSecretValue":               awsjson.Typed(s.putSecretValue),
			"RemoveRegionsFromReplication": awsjson.Typed(s.removeRegionsFromReplication),
			"ReplicateSecretToRegions":     awsjson.Typed(s.replicateSecretToRegions),
			"RestoreSecret":                awsjson.Typed(s.restoreSecret),
			"RotateSecret":                 awsjson.Typed(s.rotateSecret),
			"StopReplicationToReplica":     awsjson.Typed(s.stopReplicationToReplica),
			"TagResource":                  awsjson.Typed(s.tagResource),
			"UntagResource":                awsjson.Typed(s.untagResource),
			"UpdateSecret":                 awsjson.Typed(s.updateSecret),
			"UpdateSecretVersionStage":     awsjson.Typed(s.updateSecretVersionStage),
		}}
}

// getResourcePolicy says that there is none; they cannot be made here.
func (s *Service) getResourcePolicy(_ context.Context, in *idInput) (any, error) {
	found, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	return secretOutput{ARN: found.ARN, Name: found.Name}, nil
}
