package rotation

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"
)

// First makes the application's secret usable before any rotation: it writes the first value if there is none, and
// makes the user of the current value able to log in. It may be repeated and may die anywhere. Credentials that work are never changed, so
// running it beside a rotation does no harm. The group role must exist: the ledger's migrations make it.
func First(ctx context.Context, deps Deps, secretID, database string) error {
	r := rotation{Deps: deps, event: Event{SecretID: secretID}}
	current, err := r.read(ctx, secretID, "", stageCurrent)
	if isMissing(err) {
		if err := r.writeFirst(ctx, database); err != nil {
			return err
		}
		// Read again: of two runs, the value that became current is the one to honour.
		current, err = r.read(ctx, secretID, "", stageCurrent)
	}
	if err != nil {
		return err
	}
	if current.MasterARN != deps.AdminSecretARN {
		return fmt.Errorf("masterarn of %s is %q, want the admin secret %q", secretID, current.MasterARN, deps.AdminSecretARN)
	}
	if _, err := alternate(Group, current.Username); err != nil {
		return err
	}
	var rejected *RejectedError
	if err := r.Session.login(ctx, Group, current); err == nil || !errors.As(err, &rejected) {
		return err
	}
	admin, err := r.read(ctx, deps.AdminSecretARN, "", stageCurrent)
	if err != nil {
		return err
	}
	job := change{username: current.Username, password: current.Password, group: Group, valid: r.stillCurrent(current)}
	if err := r.Session.at(ctx, admin, job.apply); err != nil {
		return err
	}
	return r.Session.login(ctx, Group, current)
}

// writeFirst puts the first value; its version becomes current by itself.
func (r rotation) writeFirst(ctx context.Context, database string) error {
	password, err := newPassword(ctx, r.Secrets)
	if err != nil {
		return err
	}
	made, err := firstCredentials(r.AdminSecretARN, database, password)
	if err != nil {
		return err
	}
	value, err := made.value()
	if err != nil {
		return err
	}
	token := uuid.NewString()
	if _, err := r.Secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &r.event.SecretID, ClientRequestToken: &token, SecretString: &value,
	}); err != nil {
		return fmt.Errorf("put the first value of %s: %w", r.event.SecretID, err)
	}
	return nil
}

// stillCurrent is asked before a password is changed: a rotation may have moved on meanwhile.
func (r rotation) stillCurrent(seen Credentials) func(context.Context) error {
	return func(ctx context.Context) error {
		now, err := r.read(ctx, r.event.SecretID, "", stageCurrent)
		if err != nil {
			return err
		}
		if now.Username != seen.Username || now.Password != seen.Password {
			return fmt.Errorf("%s of %s changed from %s to %s meanwhile: run again", stageCurrent, r.event.SecretID, seen.Username, now.Username)
		}
		return nil
	}
}

func firstCredentials(masterARN, database, password string) (Credentials, error) {
	empty, err := ParseCredentials(`{"engine":"postgres","username":"-","password":"-","port":5432}`)
	if err != nil {
		return Credentials{}, err
	}
	made, err := empty.with(Group+suffixA, password)
	if err != nil {
		return Credentials{}, err
	}
	made.MasterARN = masterARN
	for name, value := range map[string]string{"masterarn": masterARN, "dbname": database} {
		made.fields[name] = []byte(fmt.Sprintf("%q", value))
	}
	return made, nil
}
