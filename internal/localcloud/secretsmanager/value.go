package secretsmanager

import (
	"context"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// The limits of the API's model.
const (
	maximumValue       = 65536
	maximumDescription = 2048
	minimumToken       = 32
	maximumToken       = 64
	maximumStage       = 256
)

type putInput struct {
	SecretId, ClientRequestToken, RotationToken string
	SecretString                                *string
	SecretBinary                                []byte
	VersionStages                               []string
}

type putOutput struct {
	ARN, Name, VersionId string
	VersionStages        []string
}

func (s *Service) putSecretValue(_ context.Context, in *putInput) (any, error) {
	value, err := readValue(in.SecretString, in.SecretBinary, true)
	if err != nil {
		return nil, err
	}
	if err := checkToken(in.ClientRequestToken, CodeRequest); err != nil {
		return nil, err
	}
	if err := checkStages(in.VersionStages); err != nil {
		return nil, err
	}
	changed, err := s.change(in.SecretId, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		if in.RotationToken != "" && in.RotationToken != next.Rotation.Proof {
			return invalid("The RotationToken is not the one of the rotation under way.")
		}
		return next.put(value, in.ClientRequestToken, in.VersionStages, s.now())
	})
	if err != nil {
		return nil, err
	}
	version := changed.Versions.Find(in.ClientRequestToken)
	return putOutput{changed.ARN, changed.Name, version.ID, version.Stages}, nil
}

// put adds a version, or gives its value to the one that a rotation began.
func (r *record) put(value versions.Value, token string, stages []string, now time.Time) error {
	existing := r.Versions.Find(token)
	switch {
	case existing != nil && existing.Value.Equal(value):
		return errUnchanged
	case existing != nil && !existing.Value.Empty():
		return awserror.Refuse(CodeExists, "You can't use ClientRequestToken %s because that value is already in use for a version of secret %s.", token, r.ARN)
	case existing != nil:
		existing.Value = value
	default:
		if err := r.room(now); err != nil {
			return err
		}
		r.Versions = append(r.Versions, versions.Version{ID: token, Created: now, KMSKeyID: r.KMSKeyID, Value: value})
	}
	current := r.Versions.At(versions.Current)
	if len(stages) == 0 || current == nil {
		stages = append(slices.Clone(stages), versions.Current)
	}
	for _, stage := range stages {
		r.Versions.Attach(stage, token)
	}
	if r.Versions.Labels() > versions.LabelLimit {
		return limited("You can't have more than %d staging labels on the versions of a secret.", versions.LabelLimit)
	}
	if slices.Contains(stages, versions.Current) {
		r.movedByHand(token, now)
	}
	return nil
}

// room refuses one more version than Secrets Manager keeps, if none can be removed.
func (r *record) room(now time.Time) error {
	kept := append(r.Versions.Clone(), versions.Version{Created: now, Stages: []string{"new"}}).Prune(now)
	if len(kept) > versions.Limit {
		return limited("You can't create more than %d versions of a secret: versions of the last 24 hours are kept.", versions.Limit)
	}
	return nil
}

// readValue takes exactly one of text and bytes, or neither unless it is needed.
func readValue(text *string, binary []byte, needed bool) (versions.Value, error) {
	if len(binary) == 0 {
		binary = nil
	}
	switch {
	case text != nil && binary != nil:
		return versions.Value{}, invalid("You can't specify both a binary secret value and a string secret value in the same secret.")
	case text == nil && binary == nil && needed:
		return versions.Value{}, wrongState("You must provide either SecretString or SecretBinary.")
	case text != nil && (*text == "" || len(*text) > maximumValue):
		// The value itself is never said back.
		return versions.Value{}, awserror.Refuse("ValidationException", "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length between 1 and %d", maximumValue)
	case len(binary) > maximumValue:
		return versions.Value{}, awserror.Refuse("ValidationException", "1 validation error detected: Value at 'secretBinary' failed to satisfy constraint: Member must have length between 1 and %d", maximumValue)
	}
	return versions.Value{String: text, Binary: binary}, nil
}

// checkToken refuses what cannot be the id of a version; SDKs always send one. The code differs between operations.
func checkToken(token, code string) error {
	switch {
	case token == "":
		return awserror.Refuse(code, "You must provide a ClientRequestToken value. We recommend a UUID-type value.")
	case len(token) < minimumToken || len(token) > maximumToken:
		return invalid("ClientRequestToken must be %d-%d characters long.", minimumToken, maximumToken)
	}
	return nil
}

func checkStages(stages []string) error {
	if len(stages) > versions.LabelLimit {
		return awsjson.Constraint(stages, "versionStages", "Member must have length less than or equal to 20")
	}
	for _, stage := range stages {
		if err := checkStage(stage); err != nil {
			return err
		}
	}
	return nil
}

func checkStage(stage string) error {
	if stage == "" || len(stage) > maximumStage {
		return awsjson.Constraint(stage, "versionStage", "Member must have length between 1 and 256")
	}
	return nil
}

func checkDescription(description string) error {
	if len(description) > maximumDescription {
		return awsjson.Constraint(description, "description", "Member must have length less than or equal to 2048")
	}
	return nil
}
