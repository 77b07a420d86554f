package secretsmanager

import (
	"context"
	"regexp"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// rotation is a secret's configuration of rotation, and the run under way.
type rotation struct {
	Enabled     bool
	FunctionARN string
	Rules       Rules
	LastRotated time.Time `json:",omitzero"`
	// Due and Until are the window of the next rotation. They stay in the past until a rotation succeeds.
	Due   time.Time `json:",omitzero"`
	Until time.Time `json:",omitzero"`

	Token string // the version of the run under way, "" without one
	Proof string // its RotationToken
	// Test is a run of testSecret alone, which tries a new configuration.
	Test     bool
	Failures int
	Retry    time.Time `json:",omitzero"` // not before
}

// begin starts a run; tend finds it.
func (r *rotation) begin(token string, test bool) {
	r.Token, r.Proof, r.Test, r.Failures, r.Retry = token, newID(), test, 0, time.Time{}
}

func (r *rotation) stop() { r.begin("", false); r.Proof = "" }

// plan computes the next window, counted from a rotation or the configuration's change.
func (r *rotation) plan(last time.Time) {
	r.Due, r.Until = r.Rules.window(last)
}

// movedByHand is what a new current value means for rotation: it counts as a rotation for AutomaticallyAfterDays, and a
// run that has no value yet is over.
func (r *record) movedByHand(token string, now time.Time) {
	if r.Rotation.Token == token {
		return
	}
	if r.Rotation.Enabled && r.Rotation.Rules.AutomaticallyAfterDays > 0 {
		r.Rotation.plan(now)
	}
	if pending := r.Versions.At(versions.Pending); pending != nil && pending.Value.Empty() {
		r.Versions.Detach(versions.Pending)
		r.Rotation.stop()
	}
}

type rotateInput struct {
	SecretId, ClientRequestToken, RotationLambdaARN string
	RotationRules                                   *Rules
	RotateImmediately                               *bool
	ExternalSecretRotationRoleArn                   *string
	ExternalSecretRotationMetadata                  []tag
}

var functionPattern = regexp.MustCompile(`^arn:aws[a-zA-Z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9$_-]+)?$`)

func (s *Service) rotateSecret(_ context.Context, in *rotateInput) (any, error) {
	if err := checkToken(in.ClientRequestToken, CodeInvalid); err != nil {
		return nil, err
	}
	switch {
	case in.ExternalSecretRotationRoleArn != nil || in.ExternalSecretRotationMetadata != nil:
		return nil, invalid("Managed external secrets are not modelled by the local Secrets Manager.")
	case in.RotationLambdaARN != "" && !functionPattern.MatchString(in.RotationLambdaARN):
		return nil, invalid("The RotationLambdaARN %q is not the ARN of a Lambda function.", in.RotationLambdaARN)
	case s.options.Rotate == nil:
		return nil, awserror.Refuse("AccessDeniedException", "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.")
	}
	if in.RotationRules != nil {
		if err := in.RotationRules.validate(); err != nil {
			return nil, err
		}
	}
	immediately := in.RotateImmediately == nil || *in.RotateImmediately
	changed, err := s.change(in.SecretId, func(next *record) error { return next.rotate(in, immediately, s.now()) })
	if err != nil {
		s.hurry(in.SecretId)
		return nil, err
	}
	out := secretOutput{ARN: changed.ARN, Name: changed.Name}
	if immediately {
		out.VersionId = in.ClientRequestToken
	}
	return out, nil
}

// rotate configures a rotation and begins it, or the test of its configuration.
func (r *record) rotate(in *rotateInput, immediately bool, now time.Time) error {
	if err := r.writable(); err != nil {
		return err
	}
	token, pending := in.ClientRequestToken, r.Versions.At(versions.Pending)
	switch {
	case r.Rotation.FunctionARN == "" && in.RotationLambdaARN == "":
		return wrongState("No Lambda rotation function ARN is associated with this secret.")
	case r.Versions.Find(token) != nil:
		return errUnchanged // the same request again
	case pending != nil && !pending.Has(versions.Current):
		return wrongState("A previous rotation isn't complete. That rotation will be reattempted.")
	}
	if in.RotationLambdaARN != "" {
		r.Rotation.FunctionARN = in.RotationLambdaARN
	}
	changed := in.RotationRules != nil && *in.RotationRules != r.Rotation.Rules
	if in.RotationRules != nil {
		r.Rotation.Rules = *in.RotationRules
	}
	if !r.Rotation.Enabled || changed {
		r.Rotation.plan(now)
	}
	r.Rotation.Enabled = true
	return r.start(token, !immediately, now)
}

// start gives AWSPENDING to a new version: without a value, which is the function's to make. The test of a configuration
// gets the current value, with which a function can log in.
func (r *record) start(token string, test bool, now time.Time) error {
	if err := r.room(now); err != nil {
		return err
	}
	next := versions.Version{ID: token, Created: now, KMSKeyID: r.KMSKeyID}
	if current := r.Versions.At(versions.Current); test && current != nil {
		next.Value = current.Value
	}
	r.Versions = append(r.Versions, next)
	r.Versions.Attach(versions.Pending, token)
	r.Rotation.begin(token, test)
	return nil
}

// hurry tries a run that waits after a failure at once: somebody asked for a rotation.
func (s *Service) hurry(id string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, err := s.findLocked(id)
	if err != nil || found.Rotation.Token == "" || found.isReplica() {
		return
	}
	next := found.clone()
	next.Rotation.Retry = time.Time{}
	if err := s.storeLocked(next); err != nil {
		s.options.Logger.Error("store secret", "secret", next.ARN, "error", err)
	}
}

func (s *Service) cancelRotateSecret(_ context.Context, in *idInput) (any, error) {
	out := secretOutput{}
	changed, err := s.change(in.SecretId, func(next *record) error {
		if err := next.writable(); err != nil {
			return err
		}
		if next.Rotation.FunctionARN == "" {
			return wrongState("You tried to cancel the rotation of a secret that isn't configured for rotation.")
		}
		out.VersionId = next.Rotation.Token
		next.Rotation.Enabled = false
		next.Rotation.stop()
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.ARN, out.Name = changed.ARN, changed.Name
	return out, nil
}
