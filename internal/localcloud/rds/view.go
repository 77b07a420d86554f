package rds

import (
	"encoding/xml"
	"slices"
	"time"
)

// Cluster is a DB cluster as RDS describes it, in the query protocol's own names.
type Cluster struct {
	DBClusterIdentifier              string
	DBClusterArn                     string
	DbClusterResourceId              string
	Status                           string
	Engine                           string
	EngineVersion                    string
	EngineMode                       string
	DatabaseName                     string `xml:",omitempty"`
	MasterUsername                   string `xml:",omitempty"`
	Endpoint                         string
	ReaderEndpoint                   string
	Port                             int
	ClusterCreateTime                time.Time
	EarliestRestorableTime           *time.Time `xml:",omitempty"`
	LatestRestorableTime             *time.Time `xml:",omitempty"`
	BackupRetentionPeriod            int
	PreferredBackupWindow            string `xml:",omitempty"`
	GlobalClusterIdentifier          string `xml:",omitempty"`
	ReplicationSourceIdentifier      string `xml:",omitempty"`
	DBSubnetGroup                    string `xml:",omitempty"`
	DBClusterParameterGroup          string `xml:",omitempty"`
	KmsKeyId                         string `xml:",omitempty"`
	StorageEncrypted                 bool
	IAMDatabaseAuthenticationEnabled bool
	DeletionProtection               bool
	CopyTagsToSnapshot               bool
	DBClusterMembers                 struct{ DBClusterMember []ClusterMember }
	ReadReplicaIdentifiers           struct{ ReadReplicaIdentifier []string }
	VpcSecurityGroups                struct{ VpcSecurityGroupMembership []SecurityGroup }
	TagList                          Tags
}

// ClusterMember is an instance in its cluster's description.
type ClusterMember struct {
	DBInstanceIdentifier          string
	IsClusterWriter               bool
	DBClusterParameterGroupStatus string
	PromotionTier                 int
}

// SecurityGroup is a group in a cluster's description.
type SecurityGroup struct{ VpcSecurityGroupId, Status string }

// Instance is a DB instance as RDS describes it.
type Instance struct {
	DBInstanceIdentifier string
	DBInstanceArn        string
	DbiResourceId        string
	DBClusterIdentifier  string
	DBInstanceStatus     string
	DBInstanceClass      string
	Engine               string
	EngineVersion        string
	InstanceCreateTime   time.Time
	Endpoint             *InstanceEndpoint `xml:",omitempty"`
	PubliclyAccessible   bool
	PromotionTier        int
	TagList              Tags
}

// InstanceEndpoint is where an instance answers.
type InstanceEndpoint struct {
	Address string
	Port    int
}

// Snapshot is a DB cluster snapshot as RDS describes it.
type Snapshot struct {
	DBClusterSnapshotIdentifier string
	DBClusterSnapshotArn        string
	DBClusterIdentifier         string
	SnapshotType                string
	Status                      string
	Engine                      string
	EngineVersion               string
	MasterUsername              string `xml:",omitempty"`
	SnapshotCreateTime          time.Time
	ClusterCreateTime           time.Time
	PercentProgress             int
	StorageEncrypted            bool
	TagList                     Tags
}

// GlobalCluster is a global database as RDS describes it.
type GlobalCluster struct {
	GlobalClusterIdentifier string
	GlobalClusterResourceId string
	GlobalClusterArn        string
	Status                  string
	Engine                  string
	EngineVersion           string
	DatabaseName            string `xml:",omitempty"`
	Endpoint                string
	StorageEncrypted        bool
	DeletionProtection      bool
	FailoverState           *FailoverState `xml:",omitempty"`
	GlobalClusterMembers    struct{ GlobalClusterMember []GlobalMember }
}

// GlobalMember is a cluster in its global database's description.
type GlobalMember struct {
	DBClusterArn string
	Readers      struct {
		Member []string `xml:"member"`
	}
	IsWriter                    bool
	GlobalWriteForwardingStatus string
	SynchronizationStatus       string
}

// FailoverState describes a failover or switchover under way.
type FailoverState struct {
	Status            string // pending, failing-over
	FromDbClusterArn  string
	ToDbClusterArn    string
	IsDataLossAllowed bool
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

func (s *Service) clusterLocked(c *cluster) Cluster {
	now := s.config.Now().UTC()
	view := Cluster{
		DBClusterIdentifier: c.spec.Identifier, DBClusterArn: s.clusterARN(c.region.name, c.spec.Identifier),
		DbClusterResourceId: c.id, Status: c.status, Engine: engine, EngineVersion: c.spec.EngineVersion, EngineMode: "provisioned",
		DatabaseName: c.spec.Database, MasterUsername: c.spec.MasterUsername,
		Endpoint: s.endpointName("cluster", c.region.name, c.spec.Identifier), Port: int(c.address.Port()),
		ReaderEndpoint: s.endpointName("cluster-ro", c.region.name, c.spec.Identifier), ClusterCreateTime: c.created,
		BackupRetentionPeriod: c.spec.BackupRetentionDays, PreferredBackupWindow: c.spec.BackupWindow,
		DBSubnetGroup: c.spec.SubnetGroup, DBClusterParameterGroup: c.spec.ParameterGroup, KmsKeyId: c.spec.KMSKey,
		StorageEncrypted: c.spec.StorageEncrypted, IAMDatabaseAuthenticationEnabled: c.spec.IAMAuthentication,
		DeletionProtection: c.spec.DeletionProtection, CopyTagsToSnapshot: c.spec.CopyTagsToSnapshot, TagList: c.tags,
	}
	if c.status != statusCreating && c.status != statusFailed {
		// Aurora backs up continuously; here the newest restorable state is what the volume holds now.
		latest := now.Add(-c.lag)
		if !c.region.stalled.IsZero() {
			latest = c.region.stalled
		}
		view.EarliestRestorableTime, view.LatestRestorableTime = &c.created, &latest
	}
	for i, member := range c.sortedInstances() {
		view.DBClusterMembers.DBClusterMember = append(view.DBClusterMembers.DBClusterMember, ClusterMember{
			DBInstanceIdentifier: member.spec.Identifier, IsClusterWriter: i == 0 && c.source == nil,
			DBClusterParameterGroupStatus: "in-sync", PromotionTier: member.spec.PromotionTier,
		})
	}
	for _, group := range c.spec.SecurityGroups {
		view.VpcSecurityGroups.VpcSecurityGroupMembership = append(view.VpcSecurityGroups.VpcSecurityGroupMembership, SecurityGroup{group, "active"})
	}
	if c.global == nil {
		return view
	}
	view.GlobalClusterIdentifier = c.global.spec.Identifier
	if c.source != nil {
		view.ReplicationSourceIdentifier = s.clusterARN(c.source.region.name, c.source.spec.Identifier)
	}
	if c.global.writer == c {
		view.ReadReplicaIdentifiers.ReadReplicaIdentifier = s.secondaryARNsLocked(c.global)
	}
	return view
}

func (s *Service) secondaryARNsLocked(g *globalCluster) []string {
	var found []string
	for _, secondary := range g.secondaries() {
		found = append(found, s.clusterARN(secondary.region.name, secondary.spec.Identifier))
	}
	return found
}

func (s *Service) instanceLocked(i *instance) Instance {
	at := i.cluster.region.name
	view := Instance{
		DBInstanceIdentifier: i.spec.Identifier, DBInstanceArn: s.instanceARN(at, i.spec.Identifier),
		DbiResourceId: "db-" + word(26, s.config.Account, at, i.spec.Identifier), DBClusterIdentifier: i.cluster.spec.Identifier,
		DBInstanceStatus: i.status, DBInstanceClass: i.spec.Class, Engine: engine, EngineVersion: i.cluster.spec.EngineVersion,
		InstanceCreateTime: i.created, PromotionTier: i.spec.PromotionTier, TagList: i.tags,
	}
	if i.status != statusCreating {
		view.Endpoint = &InstanceEndpoint{s.instanceName(at, i.spec.Identifier), int(i.cluster.address.Port())}
	}
	return view
}

func snapshotView(s *snapshot) Snapshot {
	view := Snapshot{
		DBClusterSnapshotIdentifier: s.id, DBClusterSnapshotArn: s.arn, DBClusterIdentifier: s.of.Identifier, SnapshotType: s.kind,
		Status: s.status, Engine: engine, EngineVersion: s.of.EngineVersion, MasterUsername: s.of.MasterUsername,
		SnapshotCreateTime: s.created, StorageEncrypted: s.of.StorageEncrypted, TagList: s.tags,
	}
	if s.status == statusAvailable {
		view.PercentProgress = 100
	}
	return view
}

func (s *Service) globalLocked(g *globalCluster) GlobalCluster {
	view := GlobalCluster{
		GlobalClusterIdentifier: g.spec.Identifier, GlobalClusterResourceId: g.id, GlobalClusterArn: s.globalARN(g.spec.Identifier),
		Status: g.status, Engine: engine, EngineVersion: g.spec.EngineVersion, DatabaseName: g.spec.Database,
		Endpoint: s.globalName(g.spec.Identifier), StorageEncrypted: g.spec.StorageEncrypted,
		DeletionProtection: g.spec.DeletionProtection,
	}
	if g.failover != nil {
		state := *g.failover
		view.FailoverState = &state
	}
	for _, member := range g.members {
		one := GlobalMember{
			DBClusterArn: s.clusterARN(member.region.name, member.spec.Identifier), IsWriter: g.writer == member,
			GlobalWriteForwardingStatus: "disabled", SynchronizationStatus: "connected",
		}
		if member.deposed || member.status == statusCreating {
			one.SynchronizationStatus = "pending-resync"
		}
		if one.IsWriter {
			one.Readers.Member = slices.Clone(s.secondaryARNsLocked(g))
		}
		view.GlobalClusterMembers.GlobalClusterMember = append(view.GlobalClusterMembers.GlobalClusterMember, one)
	}
	return view
}
