package rotation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// Secrets is the part of Secrets Manager that a rotation uses; *secretsmanager.Client has it.
type Secrets interface {
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	PutSecretValue(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
	UpdateSecretVersionStage(context.Context, *secretsmanager.UpdateSecretVersionStageInput, ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error)
	GetRandomPassword(context.Context, *secretsmanager.GetRandomPasswordInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetRandomPasswordOutput, error)
}

// Group is the role that has the application's rights; its two users are Group_a and Group_b.
const Group = "payment_app"

// Deps is what Handler works with. All fields are required.
type Deps struct {
	Secrets Secrets
	Session Session // at the writer, wherever it is
	// AdminSecretARN is the only secret that masterarn may name.
	AdminSecretARN string
	Logger         *slog.Logger
}

// Staging labels of Secrets Manager.
const (
	stageCurrent  = "AWSCURRENT"
	stagePending  = "AWSPENDING"
	stagePrevious = "AWSPREVIOUS"
)

// Handler returns the Lambda function. Its errors make Secrets Manager repeat the rotation later; *RefusedError and
// *ReplicaError say whether that can help. A step of a version that is already current is done and does nothing.
func Handler(deps Deps) func(context.Context, json.RawMessage) error {
	return func(ctx context.Context, data json.RawMessage) error {
		event, err := decodeEvent(data)
		if err != nil {
			return err
		}
		r := rotation{Deps: deps, event: event}
		current, err := r.admit(ctx)
		if err != nil || current {
			return err
		}
		steps := map[Step]func(context.Context) error{
			CreateSecret: r.create, SetSecret: r.set, TestSecret: r.test, FinishSecret: r.finish,
		}
		if err := steps[event.Step](ctx); err != nil {
			return fmt.Errorf("%s of secret %s, version %s: %w", event.Step, event.SecretID, event.Token, err)
		}
		deps.Logger.InfoContext(ctx, "rotation step done", "secret", event.SecretID, "version", event.Token, "step", event.Step)
		return nil
	}
}

// rotation is one call of the function.
type rotation struct {
	Deps
	event Event
}

// admit checks what AWS prescribes before every step: the secret rotates, and this version is the pending one. It
// reports whether the version is already current.
func (r rotation) admit(ctx context.Context) (current bool, err error) {
	secret, err := r.Secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &r.event.SecretID})
	if err != nil {
		return false, fmt.Errorf("describe secret %s: %w", r.event.SecretID, err)
	}
	stages, known := secret.VersionIdsToStages[r.event.Token]
	switch {
	case !aws.ToBool(secret.RotationEnabled):
		return false, r.refuse("the secret is not enabled for rotation")
	case !known:
		return false, r.refuse("the version has no stage for rotation")
	case slices.Contains(stages, stageCurrent):
		return true, nil
	case !slices.Contains(stages, stagePending):
		return false, r.refuse(fmt.Sprintf("the version is %v, not %s", stages, stagePending))
	default:
		return false, nil
	}
}

func (r rotation) refuse(reason string) error {
	return &RefusedError{Secret: r.event.SecretID, Version: r.event.Token, Reason: reason}
}

// stillPending is admit inside the database's transaction. A version that became current meanwhile was finished by
// another run of it: its password is already right.
func (r rotation) stillPending(ctx context.Context) error {
	_, err := r.admit(ctx)
	return err
}

// read returns the credentials with a staging label, or those of the rotation's own version at AWSPENDING.
func (r rotation) read(ctx context.Context, secret, version, stage string) (Credentials, error) {
	input := &secretsmanager.GetSecretValueInput{SecretId: &secret, VersionStage: &stage}
	if version != "" {
		input.VersionId = &version
	}
	output, err := r.Secrets.GetSecretValue(ctx, input)
	if err != nil {
		return Credentials{}, fmt.Errorf("read %s of secret %s: %w", stage, secret, err)
	}
	credentials, err := ParseCredentials(aws.ToString(output.SecretString))
	if err != nil {
		return Credentials{}, fmt.Errorf("read %s of secret %s: %w", stage, secret, err)
	}
	return credentials, nil
}

// pending returns the credentials that this rotation makes.
func (r rotation) pending(ctx context.Context) (Credentials, error) {
	return r.read(ctx, r.event.SecretID, r.event.Token, stagePending)
}

// isMissing reports whether a secret, a version or its value does not exist.
func isMissing(err error) bool {
	var missing *types.ResourceNotFoundException
	return errors.As(err, &missing)
}
