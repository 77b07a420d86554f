package secretsmanager

import (
	"context"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/awserror"
)

func nameTaken() *Error {
	return awserror.Refuse(CodeExists, "Secret with this name already exists in this region")
}

// ApplyReplica brings this Region's replica to a state that the primary's Region sent; an older state than the one that
// is here changes nothing. It answers CodeExists if another secret has the name, and CodePromoted if the replica is one no
// longer.
func (s *Service) ApplyReplica(_ context.Context, state ReplicaState) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	arn := inRegion(state.ARN, s.options.Region)
	mine := s.records[arn]
	if state.Removed {
		if mine == nil || mine.Primary != state.PrimaryRegion {
			return nil
		}
		return s.dropLocked(mine)
	}
	switch {
	case mine == nil, mine.Gone:
	case !mine.isReplica() && state.Established:
		return awserror.Refuse(CodePromoted, "The replica %s became a secret of its own.", arn)
	case !mine.isReplica() && !mine.overwritable(state):
		return nameTaken()
	case mine.isReplica() && mine.Sequence >= state.Sequence:
		return nil
	}
	if other := s.namedLocked(state.Name); other != nil && other.ARN != arn {
		if !other.overwritable(state) {
			return nameTaken()
		}
		if err := s.dropLocked(other); err != nil {
			return err
		}
	}
	return s.storeLocked(mine.follow(state, arn))
}

// overwritable tells whether a replica may replace a secret of this Region: if that was asked for, and it is neither a
// replica nor replicated itself.
func (r *record) overwritable(state ReplicaState) bool {
	return state.Force && !state.Established && !r.isReplica() && len(r.replicaRegions()) == 0
}

// follow is a replica in the state that its primary sent. Its own are when it was read, and a key that was set here.
func (r *record) follow(state ReplicaState, arn string) *record {
	next := &record{
		ARN: arn, Name: state.Name, Description: state.Description, KMSKeyID: state.KMSKeyID, Tags: state.Tags,
		Versions: state.Versions.Clone(), Created: state.Created, Changed: state.Changed, Primary: state.PrimaryRegion,
		Sequence: state.Sequence, Replicas: map[string]replica{},
	}
	next.Rotation = rotation{
		Enabled: state.RotationEnabled, FunctionARN: state.RotationFunctionARN, Rules: state.RotationRules,
		LastRotated: state.LastRotated, Until: state.NextRotation,
	}
	if next.Tags == nil {
		next.Tags = map[string]string{}
	}
	if r == nil || !r.isReplica() {
		r = &record{}
	}
	next.Accessed = r.Accessed
	if r.OwnKey {
		next.KMSKeyID, next.OwnKey = r.KMSKeyID, true
	}
	for i := range next.Versions {
		version := &next.Versions[i]
		version.KMSKeyID, version.Accessed = next.KMSKeyID, time.Time{}
		if known := r.Versions.Find(version.ID); known != nil {
			version.Accessed = known.Accessed
		}
	}
	return next
}

// dropLocked removes a secret of this Region for good.
func (s *Service) dropLocked(r *record) error {
	next := r.clone()
	next.Gone, next.Versions = true, nil
	return s.storeLocked(next)
}
