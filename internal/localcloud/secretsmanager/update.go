package secretsmanager

import (
	"context"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

type updateInput struct {
	SecretId, ClientRequestToken string
	Description, KmsKeyId        *string
	SecretString                 *string
	SecretBinary                 []byte
	Type                         *string
}

type secretOutput struct {
	ARN, Name string
	VersionId string `json:",omitempty"`
}

func (s *Service) updateSecret(_ context.Context, in *updateInput) (any, error) {
	value, err := readValue(in.SecretString, in.SecretBinary, false)
	if err != nil {
		return nil, err
	}
	if !value.Empty() || in.ClientRequestToken != "" {
		if err := checkToken(in.ClientRequestToken, CodeRequest); err != nil {
			return nil, err
		}
	}
	if in.Type != nil {
		return nil, invalid("Type is not modelled: the local Secrets Manager has no managed external secrets.")
	}
	if in.Description != nil {
		if err := checkDescription(*in.Description); err != nil {
			return nil, err
		}
	}
	changed, err := s.change(in.SecretId, func(next *record) error {
		// A replica's key is its own; all else is its primary's.
		keyOnly := in.Description == nil && value.Empty()
		if err := next.writable(); err != nil && !(next.isReplica() && keyOnly) {
			return err
		}
		if in.Description != nil {
			next.Description = *in.Description
		}
		if in.KmsKeyId != nil {
			next.encrypt(*in.KmsKeyId)
			next.OwnKey = next.isReplica()
		}
		if value.Empty() {
			return nil
		}
		if next.Versions.Find(in.ClientRequestToken) != nil {
			return awserror.Refuse(CodeExists, "You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.", in.ClientRequestToken, next.ARN)
		}
		return next.put(value, in.ClientRequestToken, nil, s.now())
	})
	if err != nil {
		return nil, err
	}
	out := secretOutput{ARN: changed.ARN, Name: changed.Name}
	if !value.Empty() {
		out.VersionId = in.ClientRequestToken
	}
	return out, nil
}

// encrypt changes the key, also of the versions with one of the three labels.
func (r *record) encrypt(key string) {
	r.KMSKeyID = key
	for _, stage := range []string{versions.Current, versions.Pending, versions.Previous} {
		if version := r.Versions.At(stage); version != nil {
			version.KMSKeyID = key
		}
	}
}

type stageInput struct {
	SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId string
}

func (s *Service) updateSecretVersionStage(_ context.Context, in *stageInput) (any, error) {
	if err := checkStage(in.VersionStage); err != nil {
		return nil, err
	}
	changed, err := s.change(in.SecretId, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		return next.moveStage(in)
	})
	if err != nil {
		return nil, err
	}
	return secretOutput{ARN: changed.ARN, Name: changed.Name}, nil
}

// moveStage moves a label, or removes it. Whoever takes a label from a version has to say from which.
func (r *record) moveStage(in *stageInput) error {
	stage, from, to := in.VersionStage, in.RemoveFromVersionId, in.MoveToVersionId
	holder, target := r.Versions.At(stage), r.Versions.Find(to)
	switch {
	case from == "" && to == "":
		return invalid("You must specify MoveToVersionId, RemoveFromVersionId or both.")
	case from != "" && r.Versions.Find(from) == nil:
		return notFound(" version: %s", from)
	case to != "" && target == nil:
		return notFound(" version: %s", to)
	case to != "" && holder == target:
		return errUnchanged
	case holder != nil && from == "":
		return invalid("The parameter RemoveFromVersionId can't be empty. Staging label %s is currently attached to version %s, so you must explicitly reference that version in RemoveFromVersionId.", stage, holder.ID)
	case from != "" && (holder == nil || holder.ID != from):
		return invalid("The parameter RemoveFromVersionId is incorrect. Staging label %s is not attached to version %s.", stage, from)
	case to == "" && stage == versions.Current:
		return invalid("You can't remove the staging label AWSCURRENT: move it to another version with MoveToVersionId.")
	case to != "" && stage == versions.Current && target.Value.Empty():
		return notFound(" value for VersionId: %s", to)
	case to == "":
		r.Versions.Detach(stage)
		return nil
	}
	r.Versions.Attach(stage, to)
	if r.Versions.Labels() > versions.LabelLimit {
		return limited("You can't have more than %d staging labels on the versions of a secret.", versions.LabelLimit)
	}
	return nil
}
