package secretsmanager

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
)

const (
	minimumRecovery = 7 // days
	maximumRecovery = 30
)

type deleteInput struct {
	SecretId                   string
	RecoveryWindowInDays       *int
	ForceDeleteWithoutRecovery bool
}

type deleteOutput struct {
	ARN, Name    string
	DeletionDate *awsjson.Time `json:",omitempty"`
}

func (s *Service) deleteSecret(_ context.Context, in *deleteInput) (any, error) {
	days := maximumRecovery
	switch {
	case in.RecoveryWindowInDays != nil && in.ForceDeleteWithoutRecovery:
		return nil, invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case in.RecoveryWindowInDays != nil:
		if days = *in.RecoveryWindowInDays; days < minimumRecovery || days > maximumRecovery {
			return nil, invalid("The RecoveryWindowInDays value must be between %d and %d days (inclusive).", minimumRecovery, maximumRecovery)
		}
	case in.ForceDeleteWithoutRecovery:
		days = 0
	}
	at := s.now().AddDate(0, 0, days)
	deleted, err := s.change(in.SecretId, func(next *record) error { return next.delete(at, days == 0) })
	var known *Error
	if in.ForceDeleteWithoutRecovery && errors.As(err, &known) && known.Code == CodeNotFound {
		return deleteOutput{ARN: s.guessARN(in.SecretId), Name: in.SecretId, DeletionDate: awsjson.At(at)}, nil
	}
	if err != nil {
		return nil, err
	}
	return deleteOutput{deleted.ARN, deleted.Name, awsjson.At(at)}, nil
}

// guessARN is what a forced deletion of nothing answers with.
func (s *Service) guessARN(id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id
	}
	return s.prefix() + id
}

func (r *record) delete(at time.Time, force bool) error {
	regions := r.replicaRegions()
	switch {
	case r.isReplica():
		return onReplica()
	case len(regions) > 0:
		return invalid("You can't delete secret %s that still has replica regions [%s]", r.ARN, strings.Join(regions, ", "))
	case !r.Deleted.IsZero() && !force:
		return markedForDeletion()
	}
	if force {
		r.Gone, r.Versions = true, nil
	}
	r.Deleted = at
	return nil
}

func (s *Service) restoreSecret(_ context.Context, in *idInput) (any, error) {
	restored, err := s.change(in.SecretId, func(next *record) error {
		if next.isReplica() {
			return onReplica()
		}
		if next.Deleted.IsZero() {
			return errUnchanged
		}
		next.Deleted = time.Time{}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return secretOutput{ARN: restored.ARN, Name: restored.Name}, nil
}
