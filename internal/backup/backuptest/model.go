package backuptest

import (
	"encoding/xml"
	"time"
)

// Cluster is a DB cluster as RDS describes it; zero fields are left out of the answer.
type Cluster struct {
	DBClusterIdentifier         string
	DBClusterArn                string `xml:",omitempty"`
	Status                      string
	Engine                      string     `xml:",omitempty"`
	EngineVersion               string     `xml:",omitempty"`
	DatabaseName                string     `xml:",omitempty"`
	Endpoint                    string     `xml:",omitempty"`
	Port                        int        `xml:",omitempty"`
	ClusterCreateTime           *time.Time `xml:",omitempty"`
	EarliestRestorableTime      *time.Time `xml:",omitempty"`
	LatestRestorableTime        *time.Time `xml:",omitempty"`
	BackupRetentionPeriod       int        `xml:",omitempty"`
	PreferredBackupWindow       string     `xml:",omitempty"`
	GlobalClusterIdentifier     string     `xml:",omitempty"`
	ReplicationSourceIdentifier string     `xml:",omitempty"`
	DBSubnetGroup               string     `xml:",omitempty"`
	DBClusterParameterGroup     string     `xml:",omitempty"`
	KmsKeyId                    string     `xml:",omitempty"`
	DeletionProtection          bool       `xml:",omitempty"`
	SecurityGroups              []string   `xml:"-"`
	Tags                        Tags       `xml:"TagList,omitempty"`
	// RestoredFrom is the snapshot or source cluster of a restored cluster; not part of any answer.
	RestoredFrom string `xml:"-"`

	VpcSecurityGroups *groups `xml:",omitempty"`

	readyAt, goneAt time.Time
}

// groups is the list that SecurityGroups becomes on the wire.
type groups struct {
	Member []groupMember `xml:"VpcSecurityGroupMembership"`
}

type groupMember struct {
	VpcSecurityGroupId string
	Status             string
}

// Snapshot is a DB cluster snapshot as RDS describes it.
type Snapshot struct {
	DBClusterSnapshotIdentifier string
	DBClusterIdentifier         string
	SnapshotType                string
	Status                      string
	Engine                      string     `xml:",omitempty"`
	EngineVersion               string     `xml:",omitempty"`
	SnapshotCreateTime          *time.Time `xml:",omitempty"`
}

// Instance is a DB instance as RDS describes it.
type Instance struct {
	DBInstanceIdentifier string
	DBClusterIdentifier  string
	DBInstanceStatus     string
	DBInstanceClass      string
	Engine               string

	readyAt, goneAt time.Time
}

// Tags are a resource's tags.
type Tags map[string]string

// MarshalXML writes the tags as RDS's list.
func (t Tags) MarshalXML(encoder *xml.Encoder, start xml.StartElement) error {
	type tag struct{ Key, Value string }
	var list struct{ Tag []tag }
	for _, key := range sortedKeys(t) {
		list.Tag = append(list.Tag, tag{key, t[key]})
	}
	return encoder.EncodeElement(list, start)
}

// Statuses that the fake gives.
const (
	statusCreating  = "creating"
	statusAvailable = "available"
	statusDeleting  = "deleting"
)

// settleLocked moves every resource to the state that it has at this time.
func (r *RDS) settleLocked() {
	now := r.now()
	for name, instance := range r.instances {
		switch {
		case instance.DBInstanceStatus == statusDeleting && !instance.goneAt.After(now):
			delete(r.instances, name)
		case instance.DBInstanceStatus == statusCreating && !instance.readyAt.After(now):
			instance.DBInstanceStatus = statusAvailable
		}
	}
	for name, cluster := range r.clusters {
		switch {
		case cluster.Status == statusDeleting && !cluster.goneAt.After(now) && len(r.membersLocked(name)) == 0:
			delete(r.clusters, name)
		case cluster.Status == statusCreating && !cluster.readyAt.IsZero() && !cluster.readyAt.After(now):
			cluster.Status = statusAvailable
		}
	}
}

// membersLocked lists a cluster's instances by name.
func (r *RDS) membersLocked(cluster string) []*Instance {
	var members []*Instance
	for _, name := range sortedKeys(r.instances) {
		if r.instances[name].DBClusterIdentifier == cluster {
			members = append(members, r.instances[name])
		}
	}
	return members
}
