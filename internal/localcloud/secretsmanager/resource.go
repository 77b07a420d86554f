package secretsmanager

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// Secret is what a secret's resource says, without its value.
type Secret struct {
	Name, Description, KMSKeyID string
	Replicas                    []Replica
	// ForceOverwrite lets a new replica replace a secret that has the name in its Region.
	ForceOverwrite bool
	Tags           map[string]string
	// RecoveryDays is the recovery window of Delete: 7 to 30, or 0 for none.
	RecoveryDays int
}

// Replica is where else a secret is.
type Replica struct{ Region, KMSKeyID string }

// Put creates a secret, or brings an existing one to what its resource says. It returns its ARN.
func (s *Service) Put(_ context.Context, secret Secret) (string, error) {
	wanted := &record{
		Name: secret.Name, Description: secret.Description, KMSKeyID: secret.KMSKeyID, RecoveryDays: secret.RecoveryDays,
		Tags: map[string]string{}, Replicas: map[string]replica{},
	}
	if err := s.checkPut(wanted, secret); err != nil {
		return "", fmt.Errorf("put secret %s: %w", secret.Name, err)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	existing := s.namedLocked(secret.Name)
	if existing == nil || !existing.Deleted.IsZero() {
		made, err := s.createLocked(wanted, versions.Value{}, "")
		if err != nil {
			return "", fmt.Errorf("put secret %s: %w", secret.Name, err)
		}
		return made.ARN, nil
	}
	_, err := s.changeLocked(existing, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		changed, err := s.syncReplicas(next, secret)
		if err != nil {
			return err
		}
		if !changed && next.Description == wanted.Description && next.KMSKeyID == wanted.KMSKeyID &&
			next.RecoveryDays == wanted.RecoveryDays && maps.Equal(next.Tags, wanted.Tags) {
			return errUnchanged
		}
		if next.KMSKeyID != wanted.KMSKeyID {
			next.encrypt(wanted.KMSKeyID)
		}
		next.Description, next.RecoveryDays, next.Tags = wanted.Description, wanted.RecoveryDays, wanted.Tags
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("put secret %s: %w", secret.Name, err)
	}
	return existing.ARN, nil
}

// checkPut checks what CreateSecret checks, and completes the record.
func (s *Service) checkPut(wanted *record, secret Secret) error {
	if err := checkName(secret.Name); err != nil {
		return err
	}
	if err := checkDescription(secret.Description); err != nil {
		return err
	}
	if days := secret.RecoveryDays; days != 0 && (days < minimumRecovery || days > maximumRecovery) {
		return invalid("The RecoveryWindowInDays value must be between %d and %d days (inclusive).", minimumRecovery, maximumRecovery)
	}
	for key, value := range secret.Tags {
		if err := addTags(wanted, []tag{{key, value}}); err != nil {
			return err
		}
	}
	return s.addReplicas(wanted, replicaRegions(secret.Replicas), secret.ForceOverwrite)
}

func replicaRegions(replicas []Replica) []replicaRegion {
	var list []replicaRegion
	for _, one := range replicas {
		list = append(list, replicaRegion{one.Region, one.KMSKeyID})
	}
	return list
}

// syncReplicas adds and removes replicas; one with another key is made anew, as the provider does.
func (s *Service) syncReplicas(next *record, secret Secret) (changed bool, err error) {
	for _, region := range next.replicaRegions() {
		kept := slices.Contains(secret.Replicas, Replica{region, next.Replicas[region].KMSKeyID})
		if kept {
			continue
		}
		changed = true
		if err := next.removeReplicas([]string{region}); err != nil {
			return false, err
		}
	}
	for _, one := range secret.Replicas {
		if existing, ok := next.Replicas[one.Region]; ok && !existing.Removed && (existing.Refused == "" || !secret.ForceOverwrite) {
			continue
		}
		changed = true
		if err := s.addReplicas(next, replicaRegions([]Replica{one}), secret.ForceOverwrite); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// Value is a secret's value: a text or bytes.
type Value struct {
	String string
	Binary []byte
	Stages []string // labels of the version; none is AWSCURRENT
	// Token is the version's id. "" derives one from the value, so that a value that was put once is not put again, even
	// after others followed.
	Token string
}

// PutValue makes a version of a secret unless it exists, and returns its id. An existing version keeps the labels it has.
func (s *Service) PutValue(ctx context.Context, id string, value Value) (string, error) {
	in := &putInput{SecretId: id, ClientRequestToken: value.Token, SecretBinary: value.Binary, VersionStages: value.Stages}
	if value.String != "" {
		in.SecretString = &value.String
	}
	if in.ClientRequestToken == "" {
		hash := sha256.New()
		fmt.Fprintf(hash, "%q %q", value.String, value.Binary)
		in.ClientRequestToken = uuid.NewSHA1(uuid.NameSpaceOID, hash.Sum(nil)).String()
	}
	if _, err := s.putSecretValue(ctx, in); err != nil {
		return "", fmt.Errorf("put value of secret %s: %w", id, err)
	}
	return in.ClientRequestToken, nil
}

// GetValue returns the value with a label; "" is AWSCURRENT.
func (s *Service) GetValue(_ context.Context, id, stage string) (Value, error) {
	got, err := s.getValue(&getInput{SecretId: id, VersionStage: stage})
	if err != nil {
		return Value{}, fmt.Errorf("get value of secret %s: %w", id, err)
	}
	value := Value{Binary: got.SecretBinary, Stages: got.VersionStages, Token: got.VersionId}
	if got.SecretString != nil {
		value.String = *got.SecretString
	}
	return value, nil
}

// Rotation is what a secret's rotation resource says.
type Rotation struct {
	SecretID, FunctionARN string
	Rules                 Rules
	// Immediately rotates when the configuration is new or has changed; otherwise it is only tested.
	Immediately bool
}

// PutRotation configures a secret's rotation. The same configuration again does nothing.
func (s *Service) PutRotation(ctx context.Context, rotation Rotation) error {
	found, err := s.find(rotation.SecretID)
	if err != nil {
		return fmt.Errorf("put rotation of secret %s: %w", rotation.SecretID, err)
	}
	if now := found.Rotation; now.Enabled && now.FunctionARN == rotation.FunctionARN && now.Rules == rotation.Rules {
		return nil
	}
	if _, err := s.rotateSecret(ctx, &rotateInput{
		SecretId: rotation.SecretID, ClientRequestToken: newID(), RotationLambdaARN: rotation.FunctionARN,
		RotationRules: &rotation.Rules, RotateImmediately: &rotation.Immediately,
	}); err != nil {
		return fmt.Errorf("put rotation of secret %s: %w", rotation.SecretID, err)
	}
	return nil
}

// DeleteRotation turns a secret's rotation off; one that does not rotate, or is gone, is left alone.
func (s *Service) DeleteRotation(ctx context.Context, id string) error {
	found, err := s.find(id)
	if missing(err) || err == nil && !found.Rotation.Enabled {
		return nil
	}
	if _, err := s.cancelRotateSecret(ctx, &idInput{id}); err != nil {
		return fmt.Errorf("delete rotation of secret %s: %w", id, err)
	}
	return nil
}

// Delete deletes a secret and its replicas, with the recovery window that Put set. One that is gone is left alone.
func (s *Service) Delete(_ context.Context, id string) error {
	now := s.now()
	_, err := s.change(id, func(next *record) error {
		if !next.Deleted.IsZero() {
			return errUnchanged
		}
		if regions := next.replicaRegions(); len(regions) > 0 {
			if err := next.removeReplicas(regions); err != nil {
				return err
			}
		}
		return next.delete(now.AddDate(0, 0, next.RecoveryDays), next.RecoveryDays == 0)
	})
	if err != nil && !missing(err) {
		return fmt.Errorf("delete secret %s: %w", id, err)
	}
	return nil
}

func missing(err error) bool {
	var known *Error
	return errors.As(err, &known) && known.Code == CodeNotFound
}
