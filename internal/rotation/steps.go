package rotation

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// create makes the new credentials and keeps them at AWSPENDING, once: whoever repeats the step finds them there.
func (r rotation) create(ctx context.Context) error {
	current, err := r.read(ctx, r.event.SecretID, "", stageCurrent)
	if err != nil {
		return err
	}
	_, err = r.pending(ctx)
	if err == nil || !isMissing(err) {
		return err
	}
	username, err := nextUser(current)
	if err != nil {
		return err
	}
	password, err := newPassword(ctx, r.Secrets)
	if err != nil {
		return err
	}
	made, err := current.with(username, password)
	if err != nil {
		return err
	}
	value, err := made.value()
	if err != nil {
		return err
	}
	input := &secretsmanager.PutSecretValueInput{
		SecretId: &r.event.SecretID, ClientRequestToken: &r.event.Token,
		SecretString: &value, VersionStages: []string{stagePending},
	}
	if r.event.RotationToken != "" {
		input.RotationToken = &r.event.RotationToken
	}
	_, err = r.Secrets.PutSecretValue(ctx, input)
	var exists *types.ResourceExistsException
	if errors.As(err, &exists) {
		return nil // another run of this version was first, and its password is the one
	}
	if err != nil {
		return fmt.Errorf("put %s: %w", stagePending, err)
	}
	return nil
}

// nextUser is the user that the next credentials are for.
func nextUser(current Credentials) (string, error) {
	if current.MasterARN == "" {
		return current.Username, nil
	}
	return alternate(Group, current.Username)
}

// set makes the pending credentials valid in the database. The current ones are never touched when there are two
// users.
func (r rotation) set(ctx context.Context) error {
	pending, err := r.pending(ctx)
	if err != nil {
		return fmt.Errorf("%w (createSecret comes first)", err)
	}
	current, err := r.read(ctx, r.event.SecretID, "", stageCurrent)
	if err != nil {
		return err
	}
	if err := agree(current, pending); err != nil {
		return err
	}
	var rejected *RejectedError
	if err := r.Session.login(ctx, Group, pending); err == nil || !errors.As(err, &rejected) {
		return err // done before, or nothing that a new password mends
	}
	if pending.MasterARN != "" {
		return r.setByAdmin(ctx, pending)
	}
	return r.setByItself(ctx, pending)
}

// agree checks that the pending credentials are the successor of the current ones.
func agree(current, pending Credentials) error {
	username, err := nextUser(current)
	if err != nil {
		return err
	}
	switch {
	case pending.Username != username:
		return fmt.Errorf("%s is for user %s, but after %s comes %s", stagePending, pending.Username, current.Username, username)
	case pending.MasterARN != current.MasterARN:
		return fmt.Errorf("%s has masterarn %q, %s has %q", stagePending, pending.MasterARN, stageCurrent, current.MasterARN)
	default:
		return nil
	}
}

// setByAdmin creates or changes the other user's role. The current user's login is not asked for: a role that someone
// dropped is what this mends, and alternate bounds which roles can be changed at all.
func (r rotation) setByAdmin(ctx context.Context, pending Credentials) error {
	if pending.MasterARN != r.AdminSecretARN {
		return fmt.Errorf("masterarn is %s, want the admin secret %s", pending.MasterARN, r.AdminSecretARN)
	}
	return r.setBy(ctx, pending, Group, r.AdminSecretARN, stageCurrent, stagePending, stagePrevious)
}

// setByItself changes a user's own password, with the current one or, if someone put a wrong one there, with the one
// before.
func (r rotation) setByItself(ctx context.Context, pending Credentials) error {
	return r.setBy(ctx, pending, "", r.event.SecretID, stageCurrent, stagePrevious)
}

// setBy changes the role of pending as the first of a secret's versions that can log in.
func (r rotation) setBy(ctx context.Context, pending Credentials, group, secret string, stages ...string) error {
	var reasons []error
	for _, stage := range stages {
		actor, err := r.read(ctx, secret, "", stage)
		if isMissing(err) && stage != stageCurrent {
			continue
		}
		if err != nil {
			return err
		}
		if group == "" && actor.Username != pending.Username {
			return fmt.Errorf("%s is for user %s, %s for %s", stage, actor.Username, stagePending, pending.Username)
		}
		job := change{username: pending.Username, password: pending.Password, group: group, valid: r.stillPending}
		err = r.Session.at(ctx, actor, job.apply)
		var rejected *RejectedError
		if !errors.As(err, &rejected) {
			return err
		}
		reasons = append(reasons, fmt.Errorf("%s of secret %s: %w", stage, secret, err))
	}
	return fmt.Errorf("set password of %s: nobody who may can log in: %w", pending.Username, errors.Join(reasons...))
}

// test proves that the pending credentials work at the writer.
func (r rotation) test(ctx context.Context) error {
	pending, err := r.pending(ctx)
	if err != nil {
		return fmt.Errorf("%w (createSecret comes first)", err)
	}
	return r.Session.login(ctx, Group, pending)
}

// finish makes the pending credentials current, after proving once more that they work: moving the label is what
// could lock everybody out.
func (r rotation) finish(ctx context.Context) error {
	if err := r.test(ctx); err != nil {
		return err
	}
	secret, err := r.Secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &r.event.SecretID})
	if err != nil {
		return fmt.Errorf("describe secret: %w", err)
	}
	input := &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &r.event.SecretID, VersionStage: ptr(stageCurrent), MoveToVersionId: &r.event.Token,
	}
	if current := versionAt(secret.VersionIdsToStages, stageCurrent); current == r.event.Token {
		return nil // another run of this version was first
	} else if current != "" {
		input.RemoveFromVersionId = &current
	}
	if _, err := r.Secrets.UpdateSecretVersionStage(ctx, input); err != nil {
		// The label may have moved since it was read; if it moved to this version, all is well.
		if current, again := r.admit(ctx); again == nil && current {
			return nil
		}
		return fmt.Errorf("move %s: %w", stageCurrent, err)
	}
	return nil
}

// versionAt returns the version that has a staging label, empty if none has it.
func versionAt(versions map[string][]string, stage string) string {
	for version, stages := range versions {
		for _, one := range stages {
			if one == stage {
				return version
			}
		}
	}
	return ""
}

func ptr(text string) *string { return &text }
