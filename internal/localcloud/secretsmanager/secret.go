package secretsmanager

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/secretsmanager/versions"
)

// record is all that is known of a secret; it is what the folder holds. A record in Service.records is never changed:
// a change makes a new one, so whoever holds one may read it without a lock.
type record struct {
	ARN, Name, Description, KMSKeyID string
	Tags                             map[string]string
	Versions                         versions.Set
	Created, Changed                 time.Time
	Accessed                         time.Time `json:",omitzero"` // the day
	Deleted                          time.Time `json:",omitzero"` // when the recovery window ends
	RecoveryDays                     int       // for Delete
	Rotation                         rotation
	Primary                          string // the primary's Region, if this is a replica
	OwnKey                           bool   // of a replica: its key was set here
	Sequence                         int64  // grows with every change, and orders them for replicas
	Replicas                         map[string]replica
	// Gone is a secret that was deleted for good and is only kept until its replicas are, too.
	Gone bool
}

// clone shares nothing that a change changes.
func (r *record) clone() *record {
	c := *r
	c.Tags, c.Replicas = maps.Clone(r.Tags), maps.Clone(r.Replicas)
	c.Versions = r.Versions.Clone()
	return &c
}

func (r *record) isReplica() bool { return r.Primary != "" }

// writable refuses what cannot be changed now.
func (r *record) writable() error {
	switch {
	case r.isReplica():
		return onReplica()
	case !r.Deleted.IsZero():
		return markedForDeletion()
	}
	return nil
}

// replicaRegions are those of replicas that are wanted, sorted.
func (r *record) replicaRegions() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.Replicas)), func(region string) bool { return r.Replicas[region].Removed })
}

// inRegion is the ARN of the same secret in another Region.
func inRegion(arn, region string) string {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) < 5 {
		return arn
	}
	parts[3] = region
	return strings.Join(parts, ":")
}

// day is what Secrets Manager keeps of the moment of an access.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
