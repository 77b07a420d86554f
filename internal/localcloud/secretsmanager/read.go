package secretsmanager

import (
	"context"
	"errors"

	"github.com/paymentdr/paymentdr/internal/localcloud/awsjson"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

type getInput struct{ SecretId, VersionId, VersionStage string }

type getOutput struct {
	ARN, Name, VersionId string
	SecretString         *string       `json:",omitempty"`
	SecretBinary         []byte        `json:",omitempty"`
	VersionStages        []string      `json:",omitempty"`
	CreatedDate          *awsjson.Time `json:",omitempty"`
}

func (s *Service) getSecretValue(_ context.Context, in *getInput) (any, error) {
	return s.getValue(in)
}

func (s *Service) getValue(in *getInput) (*getOutput, error) {
	if in.VersionStage != "" {
		if err := checkStage(in.VersionStage); err != nil {
			return nil, err
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(in.SecretId)
	if err != nil {
		return nil, err
	}
	if !found.Deleted.IsZero() {
		return nil, markedForDeletion()
	}
	version, err := found.version(in.VersionId, in.VersionStage)
	if err != nil {
		return nil, err
	}
	if err := s.accessedLocked(found, version.ID); err != nil {
		return nil, err
	}
	return &getOutput{
		ARN: found.ARN, Name: found.Name, VersionId: version.ID, SecretString: version.Value.String, SecretBinary: version.Value.Binary,
		VersionStages: version.Stages, CreatedDate: awsjson.At(version.Created),
	}, nil
}

// version finds a version that has a value, by id or label; without either it is AWSCURRENT.
func (r *record) version(id, stage string) (*versions.Version, error) {
	if id == "" && stage == "" {
		stage = versions.Current
	}
	if id == "" {
		version := r.Versions.At(stage)
		if version == nil || version.Value.Empty() {
			return nil, notFound(" value for staging label: %s", stage)
		}
		return version, nil
	}
	version := r.Versions.Find(id)
	switch {
	case version == nil || version.Value.Empty():
		return nil, notFound(" value for VersionId: %s", id)
	case stage != "" && !version.Has(stage):
		return nil, wrongState("You provided a VersionStage that is not associated to the provided VersionId.")
	}
	return version, nil
}

// accessedLocked notes the day of an access, so at most once a day for each version.
func (s *Service) accessedLocked(found *record, version string) error {
	today := day(s.now())
	if found.Versions.Find(version).Accessed.Equal(today) && found.Accessed.Equal(today) {
		return nil
	}
	next := found.clone()
	next.Accessed, next.Versions.Find(version).Accessed = today, today
	return s.storeLocked(next)
}

type idInput struct{ SecretId string }

// description is what DescribeSecret says; ListSecrets says nearly the same.
type description struct {
	ARN, Name          string
	Description        string              `json:",omitempty"`
	KmsKeyId           string              `json:",omitempty"`
	RotationEnabled    *bool               `json:",omitempty"`
	RotationLambdaARN  string              `json:",omitempty"`
	RotationRules      *Rules              `json:",omitempty"`
	LastRotatedDate    *awsjson.Time       `json:",omitempty"`
	LastChangedDate    *awsjson.Time       `json:",omitempty"`
	LastAccessedDate   *awsjson.Time       `json:",omitempty"`
	DeletedDate        *awsjson.Time       `json:",omitempty"`
	NextRotationDate   *awsjson.Time       `json:",omitempty"`
	CreatedDate        *awsjson.Time       `json:",omitempty"`
	Tags               []tag               `json:",omitempty"`
	PrimaryRegion      string              `json:",omitempty"`
	VersionIdsToStages map[string][]string `json:",omitempty"`
	ReplicationStatus  []replicaStatus     `json:",omitempty"`
}

func (s *Service) describeSecret(_ context.Context, in *idInput) (any, error) {
	found, err := s.find(in.SecretId)
	if err != nil {
		return nil, err
	}
	return s.describe(found), nil
}

func (s *Service) describe(r *record) description {
	d := description{
		ARN: r.ARN, Name: r.Name, Description: r.Description, KmsKeyId: r.KMSKeyID,
		LastChangedDate: awsjson.At(r.Changed), LastAccessedDate: awsjson.At(r.Accessed), DeletedDate: awsjson.At(r.Deleted),
		CreatedDate: awsjson.At(r.Created), Tags: r.tags(), PrimaryRegion: r.Primary, VersionIdsToStages: r.Versions.Stages(),
		ReplicationStatus: r.replicationStatus(),
	}
	if len(d.ReplicationStatus) > 0 {
		d.PrimaryRegion = s.options.Region
	}
	if rotation := r.Rotation; rotation.FunctionARN != "" {
		d.RotationEnabled, d.RotationLambdaARN, d.RotationRules = &rotation.Enabled, rotation.FunctionARN, &rotation.Rules
		d.LastRotatedDate = awsjson.At(rotation.LastRotated)
		if rotation.Enabled {
			d.NextRotationDate = awsjson.At(rotation.Until)
		}
	}
	return d
}

type batchInput struct {
	SecretIdList []string
	Filters      []filter
	MaxResults   *int
	NextToken    string
}

type batchOutput struct {
	SecretValues []*getOutput
	Errors       []batchError
	NextToken    string `json:",omitempty"`
}

type batchError struct{ SecretId, ErrorCode, Message string }

func (s *Service) batchGetSecretValue(_ context.Context, in *batchInput) (any, error) {
	ids, next := in.SecretIdList, ""
	switch {
	case (len(in.SecretIdList) > 0) == (len(in.Filters) > 0):
		return nil, invalid("Either 'SecretIdList' or 'Filters' must be provided, but not both.")
	case len(in.SecretIdList) > 0 && in.MaxResults != nil:
		return nil, invalid("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.")
	case len(in.SecretIdList) > 20:
		return nil, awsjson.Constraint(in.SecretIdList, "secretIdList", "Member must have length less than or equal to 20")
	case len(in.Filters) > 0:
		list, token, err := s.list(&listInput{Filters: in.Filters, MaxResults: in.MaxResults, NextToken: in.NextToken}, 20)
		if err != nil {
			return nil, err
		}
		next = token
		for _, one := range list {
			ids = append(ids, one.ARN)
		}
	}
	out := batchOutput{SecretValues: []*getOutput{}, Errors: []batchError{}, NextToken: next}
	for _, id := range ids {
		value, err := s.getValue(&getInput{SecretId: id})
		if err == nil {
			out.SecretValues = append(out.SecretValues, value)
			continue
		}
		var known *Error
		if !errors.As(err, &known) {
			return nil, err
		}
		out.Errors = append(out.Errors, batchError{id, known.Code, known.Message})
	}
	return out, nil
}
