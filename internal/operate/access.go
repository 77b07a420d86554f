package operate

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/paymentdr/paymentdr/internal/ledger"
	"github.com/paymentdr/paymentdr/internal/payment"
)

// Access is how an operator reaches one system, on AWS or on this machine: the same clients, with other endpoints.
type Access struct {
	// Environment is the suffix, a dimension of every metric.
	Environment string
	// ControlTable, JournalTable and GlobalCluster are names.
	ControlTable, JournalTable, GlobalCluster string
	// Domain is the name that payers use.
	Domain string
	// TTL and Tick are the lease's.
	TTL, Tick time.Duration
	// Regions are the primary and the secondary, in this order.
	Regions []Region
	// DNS is the Region of Route 53 and of its alarms. Zones, if it has a Region, reaches Route 53 itself another way.
	DNS, Zones aws.Config
	// DNSAlarmPrefixes begin the names of the alarms there.
	DNSAlarmPrefixes []string
	// Resolver answers what payers are told; nil is the machine's.
	Resolver *net.Resolver
	// Timeout bounds each look; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Region is how an operator reaches one Region.
type Region struct {
	Name  string
	Place payment.Place
	AWS   aws.Config
	// Cluster is the identifier of its Aurora cluster.
	Cluster string
	// API is the base URL of the Region's own API, HTTP the client for it; nil is one with no special trust.
	API  string
	HTTP *http.Client
	// AlarmPrefix begins the names of its alarms.
	AlarmPrefix string
	// Ledger opens a cluster of the Region to read, or with write to post; it is called by reconcile alone. nil: the
	// operator's machine is outside the network.
	Ledger func(ctx context.Context, cluster string, write bool) (*ledger.Store, func(), error)
}

// DefaultTimeout bounds one look at one thing: a Region that is dark costs so much, once.
const DefaultTimeout = 3 * time.Second

// Region finds a Region by its name.
func (a Access) Region(name string) (Region, bool) {
	for _, region := range a.Regions {
		if region.Name == name {
			return region, true
		}
	}
	return Region{}, false
}
