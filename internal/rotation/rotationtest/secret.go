package rotationtest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// Staging labels.
const (
	current  = "AWSCURRENT"
	pending  = "AWSPENDING"
	previous = "AWSPREVIOUS"
)

// secret is a secret with its versions; stages maps a label to its one version.
type secret struct {
	arn      string
	rotation bool
	values   map[string]string // by version; a version without a value is absent
	stages   map[string]string
}

// Put makes a secret with one current version, enabled for rotation.
func (s *SecretsManager) Put(arn, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secrets == nil {
		s.secrets = map[string]*secret{}
	}
	s.secrets[arn] = &secret{arn: arn, rotation: true, values: map[string]string{"initial": value}, stages: map[string]string{current: "initial"}}
}

// SetRotation enables or disables a secret's rotation.
func (s *SecretsManager) SetRotation(arn string, enabled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[arn].rotation = enabled
}

// Begin does what RotateSecret does before it calls the function: it gives AWSPENDING to a version without a value. It
// refuses while another version is pending, as RotateSecret does.
func (s *SecretsManager) Begin(arn, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.secrets[arn]
	if now, ok := found.stages[pending]; ok && now != found.stages[current] && now != token {
		return &Fault{Code: "InvalidRequestException", Message: "A previous rotation isn't complete. That rotation will be reattempted."}
	}
	found.stages[pending] = token
	return nil
}

// Cancel does what CancelRotateSecret and the removal of AWSPENDING do: the pending version has no label any more.
func (s *SecretsManager) Cancel(arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.secrets[arn].stages, pending)
}

// Value returns the value at a label, empty if there is none.
func (s *SecretsManager) Value(arn, stage string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.secrets[arn]
	return found.values[found.stages[stage]]
}

// Version returns the version at a label, empty if there is none.
func (s *SecretsManager) Version(arn, stage string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secrets[arn].stages[stage]
}

func (s *secret) describe() any {
	versions := map[string][]string{}
	for _, stage := range slices.Sorted(maps.Keys(s.stages)) {
		versions[s.stages[stage]] = append(versions[s.stages[stage]], stage)
	}
	return map[string]any{"ARN": s.arn, "Name": s.arn, "RotationEnabled": s.rotation, "VersionIdsToStages": versions}
}

func (s *secret) value(in input) (any, error) {
	stage, version := in.VersionStage, in.VersionId
	if stage == "" && version == "" {
		stage = current
	}
	if version == "" {
		version = s.stages[stage]
	}
	value, ok := s.values[version]
	if !ok || stage != "" && s.stages[stage] != version {
		return nil, &Fault{Code: "ResourceNotFoundException",
			Message: fmt.Sprintf("Secrets Manager can't find the specified secret value for VersionId: %s, staging label: %s", version, stage)}
	}
	return map[string]any{"ARN": s.arn, "Name": s.arn, "VersionId": version, "SecretString": value}, nil
}

func (s *secret) put(in input) (any, error) {
	if old, ok := s.values[in.ClientRequestToken]; ok && old != in.SecretString {
		return nil, &Fault{Code: "ResourceExistsException", Message: "You can't modify an existing version, you can only create new ones."}
	}
	s.values[in.ClientRequestToken] = in.SecretString
	stages := in.VersionStages
	if len(stages) == 0 {
		stages = []string{current}
	}
	for _, stage := range stages {
		s.give(stage, in.ClientRequestToken)
	}
	return map[string]any{"ARN": s.arn, "Name": s.arn, "VersionId": in.ClientRequestToken, "VersionStages": stages}, nil
}

func (s *secret) moveStage(in input) (any, error) {
	holder, held := s.stages[in.VersionStage]
	switch {
	case in.MoveToVersionId == "":
		return nil, &Fault{Code: "NotImplemented", Message: "rotationtest moves labels only"}
	case held && holder != in.MoveToVersionId && holder != in.RemoveFromVersionId:
		return nil, &Fault{Code: "InvalidParameterException",
			Message: fmt.Sprintf("You must specify the version that %s is attached to: %s", in.VersionStage, holder)}
	case !held && in.RemoveFromVersionId != "":
		return nil, &Fault{Code: "InvalidParameterException", Message: in.VersionStage + " is not attached to " + in.RemoveFromVersionId}
	}
	if _, ok := s.values[in.MoveToVersionId]; !ok {
		return nil, &Fault{Code: "ResourceNotFoundException", Message: "no version " + in.MoveToVersionId}
	}
	s.give(in.VersionStage, in.MoveToVersionId)
	return map[string]any{"ARN": s.arn, "Name": s.arn}, nil
}

// give moves a label; AWSCURRENT leaves AWSPREVIOUS at the version that it left.
func (s *secret) give(stage, version string) {
	if old, ok := s.stages[stage]; ok && stage == current && old != version {
		s.stages[previous] = old
	}
	s.stages[stage] = version
}

// randomPassword draws from printable ASCII without the excluded characters.
func randomPassword(in input) (any, error) {
	kinds := []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
	alphabet := ""
	for i, kind := range kinds {
		kinds[i] = strings.Map(func(r rune) rune {
			if strings.ContainsRune(in.ExcludeCharacters, r) {
				return -1
			}
			return r
		}, kind)
		alphabet += kinds[i]
	}
	var password strings.Builder
	for i := range in.PasswordLength {
		from := alphabet
		if in.RequireEachIncludedType && i < len(kinds) {
			from = kinds[i]
		}
		index, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
		if err != nil {
			return nil, &Fault{Code: "InternalServiceError", Message: err.Error()}
		}
		password.WriteByte(from[index.Int64()])
	}
	return map[string]string{"RandomPassword": password.String()}, nil
}
