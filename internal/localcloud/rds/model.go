package rds

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/paymentdr/paymentdr/internal/localcloud/rds/endpoint"
	"github.com/paymentdr/paymentdr/internal/postgres"
)

// Statuses, as RDS writes them.
const (
	statusCreating      = "creating"
	statusAvailable     = "available"
	statusDeleting      = "deleting"
	statusFailingOver   = "failing-over"
	statusSwitchingOver = "switching-over"
	statusPromoting     = "promoting"
	statusResyncing     = "resyncing" // an old primary on its way to be a secondary
	statusFailed        = "failed"
)

// region is one Region; all fields are under Service.mu.
type region struct {
	name, address string
	down          bool // killed
	suspended     bool
	stalled       time.Time // until when backups are whole, if they stand still
	clusters      map[string]*cluster
	snapshots     map[string]*snapshot
	parameters    map[string]*parameterGroup
}

// cluster is one cluster: a volume, and the one server on it. All fields but those of its creation are under Service.mu.
type cluster struct {
	region  *region
	spec    ClusterSpec
	id      string // DbClusterResourceId
	created time.Time

	status    string
	server    *postgres.Server // nil until made
	front     *endpoint.Endpoint
	address   netip.AddrPort // of front
	instances map[string]*instance
	tags      map[string]string
	paused    bool // takes no session while it hands over

	global  *globalCluster
	source  *cluster // the writer that it follows; nil for a writer
	deposed bool     // a failover left it behind; it must be made a secondary from a new copy of the writer
	keep    bool     // its old volume is to be kept as a snapshot then
	busy    bool     // that is under way
	lag     time.Duration
}

// instance is a member of a cluster. All members of a cluster are one server.
type instance struct {
	spec    InstanceSpec
	cluster *cluster
	status  string
	created time.Time
	tags    map[string]string
}

// globalCluster is a global database.
type globalCluster struct {
	spec     GlobalSpec
	id       string
	status   string
	writer   *cluster // nil while it has no member
	members  []*cluster
	failover *FailoverState
}

// snapshot is a copy of a volume.
type snapshot struct {
	id, kind string // kind is SnapshotType
	status   string
	folder   string // holds data
	created  time.Time
	of       ClusterSpec
	arn      string
	tags     map[string]string
}

type parameterGroup struct {
	family   string
	settings map[string]string
}

// serving tells whether a cluster takes sessions.
func (c *cluster) serving() bool {
	if c.paused || c.server == nil || c.region.down {
		return false
	}
	for _, member := range c.instances {
		if member.status == statusAvailable {
			return true
		}
	}
	return false
}

func (c *cluster) sortedInstances() []*instance {
	return slices.SortedFunc(maps.Values(c.instances), func(a, b *instance) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.spec.Identifier, b.spec.Identifier))
	})
}

// secondaries are the members that follow the writer now.
func (g *globalCluster) secondaries() []*cluster {
	var found []*cluster
	for _, member := range g.members {
		if member != g.writer && !member.deposed {
			found = append(found, member)
		}
	}
	return found
}

func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
