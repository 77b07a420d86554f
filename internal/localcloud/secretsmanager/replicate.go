package secretsmanager

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// replica is what a primary knows of its replica in another Region.
type replica struct {
	KMSKeyID string
	// Force overwrites a secret that has the name there.
	Force bool
	// Removed is a replica that is to be deleted, and then forgotten.
	Removed bool
	// Established says that the replica was made once: whoever has the name there is our replica, or was.
	Established bool
	// Wanted and Sent are the sequences of the newest state and of the newest that arrived.
	Wanted, Sent int64
	// Refused is why the replica cannot be made, "" if it can; Last is why the last attempt did not arrive.
	Refused, Last string
}

// waiting tells whether there is something to send. What was refused is sent again with the secret's next change.
func (r replica) waiting() bool { return r.Sent < r.Wanted && r.Refused == "" }

// The states of a replica, as DescribeSecret says them.
const (
	statusInSync     = "InSync"
	statusInProgress = "InProgress"
	statusFailed     = "Failed"
)

type replicaStatus struct {
	Region, Status string
	KmsKeyId       string `json:",omitempty"`
	StatusMessage  string `json:",omitempty"`
}

// replicationStatus lists the replicas that are wanted.
func (r *record) replicationStatus() []replicaStatus {
	var list []replicaStatus
	for _, region := range r.replicaRegions() {
		one := r.Replicas[region]
		status := replicaStatus{Region: region, KmsKeyId: one.KMSKeyID, Status: statusInProgress, StatusMessage: one.Last}
		switch {
		case one.Refused != "":
			status.Status, status.StatusMessage = statusFailed, one.Refused
		case one.Sent >= one.Wanted:
			status.Status, status.StatusMessage = statusInSync, "Replication succeeded"
		}
		list = append(list, status)
	}
	return list
}

// want marks every replica as behind; it is called when a secret is stored with a new sequence.
func (r *record) want() {
	for region, one := range r.Replicas {
		if one.Wanted = r.Sequence; !one.Removed {
			one.Refused = ""
		}
		r.Replicas[region] = one
	}
}

// ReplicaState is a secret as its replica in one Region should be. It contains the secret's values.
type ReplicaState struct {
	ARN, Name, Description, KMSKeyID string
	PrimaryRegion                    string
	Sequence                         int64
	Force, Removed, Established      bool
	Tags                             map[string]string
	Versions                         versions.Set
	Created, Changed                 time.Time
	RotationEnabled                  bool
	RotationFunctionARN              string
	RotationRules                    Rules
	LastRotated, NextRotation        time.Time
}

func (s *Service) stateOf(r *record, region string) ReplicaState {
	one := r.Replicas[region]
	return ReplicaState{
		ARN: r.ARN, Name: r.Name, Description: r.Description, KMSKeyID: one.KMSKeyID, PrimaryRegion: s.options.Region,
		Sequence: r.Sequence, Force: one.Force, Removed: one.Removed, Established: one.Established, Tags: maps.Clone(r.Tags),
		Versions: r.Versions.Clone(), Created: r.Created, Changed: r.Changed, RotationEnabled: r.Rotation.Enabled,
		RotationFunctionARN: r.Rotation.FunctionARN, RotationRules: r.Rotation.Rules,
		LastRotated: r.Rotation.LastRotated, NextRotation: r.Rotation.Until,
	}
}

const (
	// sendTimeout ends an attempt over a link that swallows everything.
	sendTimeout = 5 * time.Second
	firstResend = 100 * time.Millisecond
	lastResend  = 5 * time.Second
)

// linkLocked sees to it that somebody sends what a secret's replicas lack.
func (s *Service) linkLocked(r *record) {
	for region, one := range r.Replicas {
		if !one.waiting() || s.closed || s.options.Replicate == nil {
			continue
		}
		link := s.links[region]
		if link == nil {
			link = make(chan struct{}, 1)
			s.links[region] = link
			s.background.Go(func() { s.send(region, link) })
		}
		wake(link)
	}
}

// send brings a Region's replicas up to date, one state after the other, for as long as it takes.
func (s *Service) send(region string, wake <-chan struct{}) {
	delay := firstResend
	for {
		state, ok := s.nextState(region)
		if !ok {
			select {
			case <-s.stopped.Done():
				return
			case <-wake:
			}
			continue
		}
		ctx, cancel := context.WithTimeout(s.stopped, sendTimeout)
		err := s.options.Replicate(ctx, region, state)
		cancel()
		if s.stopped.Err() != nil {
			return
		}
		if s.sent(region, state, err) {
			delay = firstResend
			continue
		}
		select {
		case <-s.stopped.Done():
			return
		case <-time.After(delay):
			delay = min(2*delay, lastResend)
		}
	}
}

// nextState chooses what to send: the oldest change first, so a replica is removed before a new secret takes its name.
func (s *Service) nextState(region string) (ReplicaState, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var chosen *record
	for _, one := range s.records {
		switch {
		case !one.Replicas[region].waiting():
		case chosen == nil, one.Changed.Before(chosen.Changed):
			chosen = one
		}
	}
	if chosen == nil {
		return ReplicaState{}, false
	}
	return s.stateOf(chosen, region), true
}

// sent notes the outcome of an attempt, and tells whether the Region answered for good.
func (s *Service) sent(region string, state ReplicaState, err error) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found := s.records[state.ARN]
	if found == nil {
		return true
	}
	one, ok := found.Replicas[region]
	if !ok || one.Removed != state.Removed {
		return true // the newer wish is sent next
	}
	next := found.clone()
	var known *Error
	refused := errors.As(err, &known) && slices.Contains([]string{CodeExists, CodePromoted}, known.Code)
	switch {
	case err == nil && state.Removed, refused && known.Code == CodePromoted:
		delete(next.Replicas, region)
	case err == nil:
		one.Sent, one.Established, one.Refused, one.Last = max(one.Sent, state.Sequence), true, "", ""
		next.Replicas[region] = one
	case refused:
		one.Refused = known.Message
		next.Replicas[region] = one
	default:
		if one.Last == err.Error() {
			return false
		}
		if one.Last == "" { // once for each cut of the link
			s.options.Logger.Warn("replicate secret", "secret", state.ARN, "region", region, "error", err)
		}
		one.Last = err.Error()
		next.Replicas[region] = one
	}
	if err := s.storeLocked(next); err != nil {
		s.options.Logger.Error("store secret", "secret", state.ARN, "error", err)
		return false
	}
	return err == nil || refused
}

// Resend tells a Region's replicas everything again: it may have lost what it knew.
func (s *Service) Resend(region string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, one := range s.records {
		if _, ok := one.Replicas[region]; !ok {
			continue
		}
		next := one.clone()
		copy := next.Replicas[region]
		copy.Sent = 0
		next.Replicas[region] = copy
		if err := s.storeLocked(next); err != nil {
			return err
		}
	}
	return nil
}
