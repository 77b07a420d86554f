package install

import (
	"context"
	"errors"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager"
)

// secrets has no state of its own: the service keeps secrets over the end of the process.
type secrets struct{ service Secrets }

func (s secrets) register(into map[string]func(raw []byte) (resource, error)) {
	into["aws_secretsmanager_secret"] = s.decodeSecret
	into["aws_secretsmanager_secret_rotation"] = s.decodeRotation
	into["aws_secretsmanager_secret_version"] = s.decodeVersion
}

// defaultRecoveryDays is the provider's default of recovery_window_in_days.
const defaultRecoveryDays = 30

func (s secrets) decodeSecret(raw []byte) (resource, error) {
	written, err := decode[struct {
		Name        string
		Description string
		Key         string `json:"kms_key_id"`
		Force       bool   `json:"force_overwrite_replica_secret"`
		Recovery    *int   `json:"recovery_window_in_days"`
		Replicas    []struct {
			Region string
			Key    string `json:"kms_key_id"`
		} `json:"replica"`
		Tags map[string]string `json:"tags_all"`
	}](raw)
	if err != nil {
		return nil, err
	}
	secret := secretsmanager.Secret{Name: written.Name, Description: written.Description, KMSKeyID: written.Key, ForceOverwrite: written.Force,
		Tags: written.Tags, RecoveryDays: defaultRecoveryDays}
	if written.Recovery != nil {
		secret.RecoveryDays = *written.Recovery
	}
	for _, replica := range written.Replicas {
		secret.Replicas = append(secret.Replicas, secretsmanager.Replica{Region: replica.Region, KMSKeyID: replica.Key})
	}
	return simple{secret.Name, func(ctx context.Context) error {
		_, err := s.service.Put(ctx, secret)
		return err
	}, func(ctx context.Context) error { return s.service.Delete(ctx, secret.Name) }}, nil
}

// decodeVersion reads a secret's value. Nothing here prints it. A version is not deleted: it goes when another one is
// current, or with its secret.
func (s secrets) decodeVersion(raw []byte) (resource, error) {
	if err := refuse(raw, "secret_binary"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Secret    string `json:"secret_id"`
		Version   string `json:"version_id"`
		Value     string `json:"secret_string"`
		WriteOnly string `json:"secret_string_wo"`
	}](raw)
	if err != nil {
		return nil, err
	}
	value := secretsmanager.Value{String: written.Value, Token: written.Version}
	if written.WriteOnly != "" {
		value.String = written.WriteOnly
	}
	if value.String == "" {
		return nil, errors.New("the version has no value")
	}
	return simple{written.Secret + "|" + value.Token, func(ctx context.Context) error {
		_, err := s.service.PutValue(ctx, written.Secret, value)
		return absent(err, written.Secret)
	}, func(context.Context) error { return nil }}, nil
}

func (s secrets) decodeRotation(raw []byte) (resource, error) {
	if err := refuse(raw, "external_secret_rotation_role_arn", "external_secret_rotation_metadata"); err != nil {
		return nil, err
	}
	written, err := decode[struct {
		Secret      string `json:"secret_id"`
		Function    string `json:"rotation_lambda_arn"`
		Immediately *bool  `json:"rotate_immediately"`
		Rules       []struct {
			Days     int `json:"automatically_after_days"`
			Duration string
			Schedule string `json:"schedule_expression"`
		} `json:"rotation_rules"`
	}](raw)
	if err != nil {
		return nil, err
	}
	rules := first(written.Rules)
	rotation := secretsmanager.Rotation{SecretID: written.Secret, FunctionARN: written.Function, Immediately: written.Immediately == nil || *written.Immediately,
		Rules: secretsmanager.Rules{AutomaticallyAfterDays: rules.Days, Duration: rules.Duration, ScheduleExpression: rules.Schedule}}
	return simple{rotation.SecretID,
		func(ctx context.Context) error {
			return absent(s.service.PutRotation(ctx, rotation), rotation.SecretID)
		},
		func(ctx context.Context) error { return s.service.DeleteRotation(ctx, rotation.SecretID) },
	}, nil
}

// absent makes a missing of an error that says that a secret does not exist.
func absent(err error, secret string) error {
	var refused *secretsmanager.Error
	if errors.As(err, &refused) && refused.Code == secretsmanager.CodeNotFound {
		return needs("secret %s", secret)
	}
	return err
}
